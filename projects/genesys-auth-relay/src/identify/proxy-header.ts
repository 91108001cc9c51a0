import { createHash, timingSafeEqual } from 'node:crypto';
import type { ProxyHeaderIdentityConfig } from '../config/config.ts';
import { createNetworks } from '../config/networks.ts';
import type { RequestHead } from '../guard/request-head.ts';
import type { OriginGuard } from '../guard/origin.ts';
import { sha256 } from '../runtime/sha256.ts';
import { requireAuthHeader } from './auth-header.ts';
import type { Caller } from './caller.ts';
import { invalidCredentials } from './unauthorized.ts';

/** Content of a header of the proxy: nothing, one value, or something that cannot be trusted. */
type Said = { readonly kind: 'nothing' | 'doubtful' } | { readonly kind: 'value'; readonly value: string };

/** Servers in front of the relay may treat `X_User`, `X-User` and `X.User` as one header, so the relay does as well. */
const normal = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '-');

/**
 * Reads one header of the proxy. A second occurrence, or one in another spelling, may come from the caller and not have been
 * removed by the proxy. Then neither is trusted.
 */
function read(head: RequestHead, name: string): Said {
  const spelt = name.toLowerCase();
  const variants = Object.keys(head.headers).filter((key) => normal(key) === normal(spelt));
  if (variants.length === 0) return { kind: 'nothing' };
  const once = variants.length === 1 && variants[0] === spelt && head.count(spelt) === 1;
  return once ? { kind: 'value', value: (head.headers[spelt] ?? '').trim() } : { kind: 'doubtful' };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The identity that a proxy in front of the relay provides. */
export interface ProxyHeader {
  /**
   * Whether the request has any of the proxy's headers, including its proof. Such a request came through the proxy or pretends
   * to, so it never counts as a loopback request.
   */
  claims(head: RequestHead): boolean;
  /**
   * The caller whom a trusted proxy names. `undefined` when the peer is not trusted, in which case the headers are ignored, or
   * when it names no user.
   *
   * @throws RelayProblem `invalid_credentials`, `origin_not_allowed`, `missing_auth_header`
   */
  identify(head: RequestHead): Caller | undefined;
  /** Whether this identity, with its current settings and proofs, identified the caller. */
  identified(caller: Caller): boolean;
}

/**
 * Builds the check of identities that a reverse proxy provides by header (RFC 9700 section 4.13, F11). Three conditions must
 * hold: the connection comes from a listed network, the request has the proof that only the proxy knows, and each header occurs
 * once. The peer is that of the connection, never one from a header. Browsers send the cookie of the proxy automatically, so the
 * guards against foreign pages apply.
 */
export function createProxyHeader(config: ProxyHeaderIdentityConfig, origins: OriginGuard): ProxyHeader {
  const trusted = createNetworks(config.trustedProxies);
  const proofs = config.proof.secrets.map((secret) => digest(secret.reveal()));
  const { subjectHeader, rolesHeader } = config;
  const ofProxy = [config.proof.header, subjectHeader, ...(rolesHeader === undefined ? [] : [rolesHeader])];
  // Two proxies may use the same subject.
  const ownKey = `proxyHeader:${[...config.trustedProxies, config.proof.header, subjectHeader].join(' ')}`;
  const distrust = (why: string) =>
    invalidCredentials(
      why,
      'Check how the proxy in front of the relay sets its headers: see docs/guides/proxy-header.md.'
    );

  /** One for each proof: a caller is no longer recognised when its proof is replaced. */
  const sources = proofs.map((proof) =>
    sha256(JSON.stringify([ownKey, rolesHeader ?? null, config.roles, proof.toString('hex')]))
  );

  /** The fingerprint of the settings and of the proof in the request. */
  function sourceOf(head: RequestHead): string {
    const proof = read(head, config.proof.header);
    const given = digest(proof.kind === 'value' ? proof.value : '');
    // Always compare all of them, so that the time does not reveal which one was close.
    const matches = proofs.map((known) => timingSafeEqual(known, given));
    const source = sources[matches.indexOf(true)];
    if (proof.kind !== 'value' || source === undefined) {
      throw distrust('The identity headers have no proof of the proxy.');
    }
    return source;
  }

  function subjectOf(head: RequestHead): string | undefined {
    const said = read(head, subjectHeader);
    if (said.kind === 'nothing' || (said.kind === 'value' && said.value === '')) return undefined;
    // Servers join two headers with a comma.
    if (said.kind === 'value' && /^[\x20-\x2B\x2D-\x7E]{1,256}$/.test(said.value)) return said.value;
    throw distrust(
      'The header with the user occurs more than once or in another spelling, or does not hold a plain name.'
    );
  }

  function rolesOf(head: RequestHead): readonly string[] {
    if (config.rolesHeader === undefined) return config.roles;
    const said = read(head, config.rolesHeader);
    if (said.kind === 'doubtful')
      throw distrust('The header with the roles occurs more than once or in another spelling.');
    const named = said.kind === 'value' ? said.value.split(',').map((role) => role.trim()) : [];
    return [...new Set([...config.roles, ...named.filter((role) => role !== '')])];
  }

  return {
    claims: (head) => ofProxy.some((name) => read(head, name).kind !== 'nothing'),
    identify(head) {
      if (!trusted(head.peer) || read(head, subjectHeader).kind === 'nothing') return undefined;
      const source = sourceOf(head);
      const subject = subjectOf(head);
      if (subject === undefined) return undefined;
      const roles = rolesOf(head);
      origins.checkProxied(head);
      requireAuthHeader(head);
      return { key: `${ownKey} ${subject}`, subject, identity: 'proxyHeader', roles, source };
    },
    identified: ({ source }) => sources.includes(source)
  };
}
