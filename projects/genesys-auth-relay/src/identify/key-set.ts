import {
  type CryptoKey,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
  createLocalJWKSet,
  errors
} from 'jose';
import { Agent } from 'undici';
import type { JwtIdentityConfig } from '../config/config.ts';
import { RelayProblem } from '../reply/problem.ts';
import { CONNECTIONS } from '../runtime/connections.ts';
import { errorCode } from '../runtime/error-code.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { discoverJwksUri } from './discovery.ts';
import { fetchJson } from './fetch-json.ts';
import { invalidCredentials } from './unauthorized.ts';

/** Milliseconds. */
export const KEY_TIMES = {
  /** Keys are read again after this time. */
  freshMs: 600_000,
  /** Keys that cannot be refreshed stay in use this long. */
  lastGoodMs: 86_400_000,
  /** Shortest time between two reads, even if tokens name unknown key ids. */
  cooldownMs: 30_000,
  /** Without any keys, the provider is asked again after this time: not every JWT may cause a request to it. */
  retryMs: 1000
} as const;

/** The keys of an identity provider. */
export interface KeySet {
  /** Finds the key of a token, for jose. Throws `identity_unavailable` when the provider cannot be asked. */
  readonly find: (header: JWSHeaderParameters, token: FlattenedJWSInput) => Promise<CryptoKey>;
  readonly close: () => Promise<void>;
}

interface Keys {
  readonly match: ReturnType<typeof createLocalJWKSet>;
  /** Whether every key has an id. */
  readonly named: boolean;
  readonly at: number;
}

function isKeySet(value: unknown): value is JSONWebKeySet {
  return typeof value === 'object' && value !== null && 'keys' in value && Array.isArray(value.keys);
}

/**
 * Finds the key of a token. If all keys have ids, a token must name one (OpenID Connect Core 1.0 section 10.1): otherwise any caller
 * could make the relay check a signature with each of them.
 */
async function findIn(
  { match, named }: Keys,
  header: JWSHeaderParameters,
  token: FlattenedJWSInput
): Promise<CryptoKey> {
  try {
    return await match(header, token);
  } catch (error) {
    if (!named || header.kid !== undefined || !(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    throw invalidCredentials(
      'The token does not say which key of its issuer signed it: kid is missing.',
      'Let the identity provider write kid into its access tokens.'
    );
  }
}

/**
 * Reads the identity provider's keys and keeps the last good ones. The remote set of jose drops old keys while the provider is
 * down, and its clock cannot be replaced. So this code fetches the keys, and jose matches them.
 */
export function createKeySet(identity: JwtIdentityConfig, { clock, log, outbound }: RelayRuntime): KeySet {
  const agent = new Agent({ ...CONNECTIONS.identityProvider, connect: outbound.connect() });
  let keys: Keys | undefined;
  let triedAt = -Infinity;
  let failed = false;
  let loading: Promise<void> | undefined;

  async function load(): Promise<void> {
    triedAt = clock.monotonic();
    try {
      const url = identity.jwksUri ?? (await discoverJwksUri(identity.issuer, agent));
      const document = await fetchJson(url, agent);
      if (!isKeySet(document)) throw new Error('the document is not a key set');
      const named = document.keys.every(({ kid }) => kid !== undefined);
      keys = { match: createLocalJWKSet(document), named, at: clock.monotonic() };
      failed = false;
    } catch (error) {
      failed = true;
      const cause = errorCode(error) ?? (error instanceof Error ? error.message : 'unknown');
      log.warn({ event: 'identity_provider_failed', issuer: identity.issuer, cause }, 'the keys cannot be read');
    }
  }

  function reload(): Promise<void> {
    loading ??= load().finally(() => {
      loading = undefined;
    });
    return loading;
  }

  const age = () => clock.monotonic() - (keys?.at ?? -Infinity);
  const tooOld = () => age() > KEY_TIMES.lastGoodMs;
  const rested = (ms: number) => clock.monotonic() - triedAt >= ms;
  const cooledDown = () => rested(KEY_TIMES.cooldownMs);
  /** Without usable keys: a caller waits for a request that is under way. */
  const retryIsDue = () => loading !== undefined || rested(KEY_TIMES.retryMs);
  /** With usable keys. */
  const refreshIsDue = () => age() > KEY_TIMES.freshMs && cooledDown();
  const isDue = () => (tooOld() ? retryIsDue() : refreshIsDue());

  function unavailable(): RelayProblem {
    return new RelayProblem(
      'identity_unavailable',
      'The identity provider cannot be reached to check the credential.',
      {
        hint: 'Try again; if it lasts, check the network between the relay and the identity provider.',
        retryAfterSeconds: 5
      }
    );
  }

  return {
    async find(header, token) {
      if (isDue()) await reload();
      if (keys === undefined || tooOld()) throw unavailable();
      try {
        return await findIn(keys, header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        if (loading !== undefined || cooledDown()) await reload();
        // The key may be a new one that could not be read, which is not the caller's fault.
        if (failed) throw unavailable();
        return findIn(keys, header, token);
      }
    },
    close: () => agent.destroy()
  };
}
