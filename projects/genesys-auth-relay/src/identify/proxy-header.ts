import { createHash, timingSafeEqual } from 'node:crypto';
import type { ProxyHeaderIdentityConfig } from '../config/config.ts';
import { createNetworks } from '../config/networks.ts';
import type { RequestFacts } from '../guard/facts.ts';
import type { OriginGuard } from '../guard/origin.ts';
import { sha256 } from '../runtime/sha256.ts';
import { requireAuthHeader } from './auth-header.ts';
import type { Caller } from './caller.ts';
import { invalidCredentials } from './refused.ts';

/** What a header of the proxy said: nothing, one value, or something that cannot be believed. */
type Said = { readonly kind: 'nothing' | 'doubtful' } | { readonly kind: 'value'; readonly value: string };

/** Servers before us may take `X_User`, `X-User` and `X.User` for one header, so here they are one. */
const normal = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '-');

/**
 * Reads one header of the proxy. A second occurrence, or one in another spelling, may be the caller's own that the proxy did
 * not take off: then neither is believed.
 */
function read(facts: RequestFacts, name: string): Said {
  const spelt = name.toLowerCase();
  const variants = Object.keys(facts.headers).filter((key) => normal(key) === normal(spelt));
  if (variants.length === 0) return { kind: 'nothing' };
  const once = variants.length === 1 && variants[0] === spelt && facts.count(spelt) === 1;
  return once ? { kind: 'value', value: (facts.headers[spelt] ?? '').trim() } : { kind: 'doubtful' };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The identity that a proxy before the relay gives. */
export interface ProxyHeader {
  /**
   * Whether the request carries any of the proxy's headers, its proof included. Such a request came through the proxy, or
   * pretends to: it is never a request of this machine.
   */
  claims(facts: RequestFacts): boolean;
  /**
   * The caller whom a trusted proxy names; `undefined` when the peer is none of the trusted, or names nobody: then the
   * headers count for nothing.
   *
   * @throws RelayProblem `invalid_credentials`, `origin_not_allowed`, `missing_auth_header`
   */
  identify(facts: RequestFacts): Caller | undefined;
  /** Whether this identity, with these settings and this proof, identified the caller. */
  identified(caller: Caller): boolean;
}

/**
 * Builds the check of identities that a reverse proxy gives by header (RFC 9700 section 4.13, F11). Three things must hold: the
 * connection comes from a listed network, the proof that only the proxy knows is there, and each header came once. The peer
 * is the one of this connection, never what a header says. The credential behind it is the proxy's own cookie, so every
 * browser sends it by itself: the guards against foreign pages apply.
 */
export function createProxyHeader(config: ProxyHeaderIdentityConfig, origins: OriginGuard): ProxyHeader {
  const trusted = createNetworks(config.trustedProxies);
  const proofs = config.proof.secrets.map((secret) => digest(secret.reveal()));
  const { subjectHeader, rolesHeader } = config;
  const ofProxy = [config.proof.header, subjectHeader, ...(rolesHeader === undefined ? [] : [rolesHeader])];
  // Two proxies may name two people alike.
  const ownKey = `proxyHeader:${[...config.trustedProxies, config.proof.header, subjectHeader].join(' ')}`;
  const distrust = (why: string) =>
    invalidCredentials(why, 'Check how the proxy before the relay sets its headers: see the README, proxyHeader.');

  /** One for each proof: a caller is no longer known when the proof it came with is replaced. */
  const sources = proofs.map((proof) =>
    sha256(JSON.stringify([ownKey, rolesHeader ?? null, config.roles, proof.toString('hex')]))
  );

  /** The fingerprint of the settings and of the proof that the request carries. */
  function sourceOf(facts: RequestFacts): string {
    const proof = read(facts, config.proof.header);
    const given = digest(proof.kind === 'value' ? proof.value : '');
    // All of them always, so that the time says nothing about which was near.
    const matches = proofs.map((known) => timingSafeEqual(known, given));
    const source = sources[matches.indexOf(true)];
    if (proof.kind !== 'value' || source === undefined) {
      throw distrust('The identity headers came without the proof of the proxy.');
    }
    return source;
  }

  function subjectOf(facts: RequestFacts): string | undefined {
    const said = read(facts, subjectHeader);
    if (said.kind === 'nothing' || (said.kind === 'value' && said.value === '')) return undefined;
    // A comma is how servers join two headers into one.
    if (said.kind === 'value' && /^[\x20-\x2B\x2D-\x7E]{1,256}$/.test(said.value)) return said.value;
    throw distrust('The header with the user came more than once, in another spelling, or holds no plain name.');
  }

  function rolesOf(facts: RequestFacts): readonly string[] {
    if (config.rolesHeader === undefined) return config.roles;
    const said = read(facts, config.rolesHeader);
    if (said.kind === 'doubtful')
      throw distrust('The header with the roles came more than once, or in another spelling.');
    const named = said.kind === 'value' ? said.value.split(',').map((role) => role.trim()) : [];
    return [...new Set([...config.roles, ...named.filter((role) => role !== '')])];
  }

  return {
    claims: (facts) => ofProxy.some((name) => read(facts, name).kind !== 'nothing'),
    identify(facts) {
      if (!trusted(facts.peer) || read(facts, subjectHeader).kind === 'nothing') return undefined;
      const source = sourceOf(facts);
      const subject = subjectOf(facts);
      if (subject === undefined) return undefined;
      const roles = rolesOf(facts);
      origins.checkProxied(facts);
      requireAuthHeader(facts);
      return { key: `${ownKey} ${subject}`, subject, identity: 'proxyHeader', roles, source };
    },
    identified: ({ source }) => sources.includes(source)
  };
}
