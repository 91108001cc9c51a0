import type { ProblemCode } from 'genesys-auth-protocol';
import { canonical } from '../scopes/canonical.ts';
import type { ClientConfig } from '../config/config.ts';
import { parseRelayConfig } from '../config/parse.ts';
import type { RelayConfigInput } from '../config/schema.ts';
import { judgeGrant } from '../relay/grant.ts';
import { chooseClient } from '../policy/client-policy.ts';
import { createPolicy } from '../policy/policy.ts';
import { RelayProblem } from '../reply/problem.ts';
import { createLru } from '../runtime/lru.ts';
import { type RelayRuntime, runtimeOf } from '../runtime/runtime.ts';
import { sha256 } from '../runtime/sha256.ts';
import { createCachedTokenSource } from '../token-source/token-source.ts';
import { watchSecrets } from '../token-source/watch-secrets.ts';
import { createUpstream } from '../token-source/upstream.ts';
import { UpstreamError } from '../token-source/upstream-error.ts';
import { openStore } from '../store/open.ts';

/** Configuration of a token source: the sections `genesys`, `store` and `scopes` of a relay's configuration. */
export interface TokenSourceConfig {
  /** Region or endpoints, and the OAuth client. */
  readonly genesys: RelayConfigInput['genesys'];
  /** Every scope that this server may request. */
  readonly scopes: readonly string[];
  /** The store in which several servers share tokens; default: each server has its own tokens. */
  readonly store?: RelayConfigInput['store'];
}

/** Options of {@link createTokenSource}. */
export interface TokenSourceOptions {
  /** Environment variables that `{ env: NAME }` names. Default: those of the process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Folder that a relative `{ file: path }` starts from. Default: the working folder. */
  readonly baseDir?: string;
  /** Clock, random numbers, logger and observer. Default: the system's, and no log. */
  readonly runtime?: Partial<RelayRuntime>;
}

/** A token of a {@link ServerTokenSource}. */
export interface ServerToken {
  readonly accessToken: string;
  /** `Bearer` and the token, for the header `Authorization`. */
  readonly authorization: string;
  /** Granted scopes, sorted. */
  readonly scopes: readonly string[];
  /** Milliseconds for which it is valid. Do not store the token: call `token()` again, which costs nothing while it is live. */
  readonly expiresInMs: number;
}

/** No token could be obtained. */
export class TokenSourceError extends Error {
  override readonly name = 'TokenSourceError';
  /** Stable code, as in the relay's problems. */
  readonly code: ProblemCode;
  /** How to fix it. */
  readonly hint: string | undefined;
  /** The scopes that it concerns. */
  readonly scopes: readonly string[];
  /** Milliseconds after which a retry makes sense. */
  readonly retryAfterMs: number | undefined;

  constructor({ code, message, details }: RelayProblem) {
    super(message);
    this.code = code;
    this.hint = details.hint;
    this.scopes = details.scopes ?? [];
    this.retryAfterMs = details.retryAfterSeconds === undefined ? undefined : details.retryAfterSeconds * 1000;
  }
}

/** Tokens for a server that calls Genesys Cloud itself. */
export interface ServerTokenSource {
  /**
   * Returns a live token: at once if there is one, otherwise from one request for all waiting callers. It is renewed in the
   * background.
   *
   * @param scopes scopes that the token must have; default: all scopes of the configuration
   * @throws TokenSourceError with a code such as `scope_not_registered`, `upstream_invalid_client`, `upstream_timeout`, or
   *   `upstream_invalid_scope` when the token endpoint granted less
   */
  token(scopes?: readonly string[]): Promise<ServerToken>;
  /**
   * Reports that the API answered 401 to this token. The API is asked, at most once a second for each token, and the token is
   * dropped if it is dead. Then {@link ServerTokenSource.token} obtains another one.
   */
  rejected(accessToken: string): Promise<void>;
  /** Closes the connections to the token endpoint and the store. */
  close(): Promise<void>;
}

const ROLE = 'server';
/** There are no callers with different rights, because the server requests tokens for itself. */
const NO_CALLERS = { scopesOfAllRoles: [], acceptSharedPrivileges: true };

/**
 * Provides tokens for your own server: a GraphQL gateway, a batch job or an API. It is the token source of the relay without its
 * HTTP routes, with the same renewal, retries, fallbacks and shared store.
 *
 * @throws RelayConfigError `config_invalid` with every issue
 * @example
 * const genesys = await createTokenSource({
 *   genesys: { region: 'mypurecloud.de', client: { id: '...', secret: { env: 'GENESYS_CLIENT_SECRET' } } },
 *   scopes: ['analytics:readonly', 'routing:readonly']
 * });
 * const { authorization } = await genesys.token();
 * await fetch('https://api.mypurecloud.de/api/v2/routing/queues', { headers: { authorization } });
 */
export async function createTokenSource(
  { genesys, scopes, store }: TokenSourceConfig,
  { env, baseDir, runtime: parts }: TokenSourceOptions = {}
): Promise<ServerTokenSource> {
  const input: RelayConfigInput = {
    mode: 'token',
    genesys,
    scopes: [...scopes],
    ...(store === undefined ? {} : { store }),
    // There are no callers. The sections about callers are only required by the configuration of a relay.
    identities: [{ type: 'jwt', issuer: 'https://nobody.invalid', audience: 'nobody' }],
    roles: { [ROLE]: { scopes: [...scopes], defaultScopes: [...scopes] } }
  };
  const config = parseRelayConfig(input, env, baseDir);
  const runtime = runtimeOf(parts, env);
  const policy = createPolicy(config);
  const entitlement = policy.entitlementOfRoles([ROLE]);
  const upstream = createUpstream(config.genesys, runtime);
  const shared = await openStore(config, runtime);
  const tokenSource = createCachedTokenSource(config.genesys, upstream, runtime, shared);
  const secrets = watchSecrets(
    config.secretFiles,
    () => {
      tokenSource.secretsChanged();
    },
    runtime
  );
  let turns = 0;
  /** Purposes of the tokens that were returned, by hash. */
  const handedOut = createLru<{ client: ClientConfig; scopes: readonly string[] }>(1000);

  async function obtain(asked: readonly string[]): Promise<ServerToken> {
    const { required } = policy.decide({ scopes: asked, optionalScopes: [] }, entitlement);
    const { client } = chooseClient(entitlement, { required, optional: [] }, NO_CALLERS);
    // Uses the tokens of a pool in turn, because the API limits each token separately.
    const slot = turns++ % client.pool;
    const { token, hash, scopes: granted, lifetime } = await tokenSource.get(client, canonical(required), slot);
    judgeGrant(granted, { required, optional: [] }, entitlement, { scopes: config.scopes, ...NO_CALLERS });
    handedOut.set(hash, { client, scopes: canonical(required) });
    return {
      accessToken: token,
      authorization: `Bearer ${token}`,
      scopes: granted,
      expiresInMs: Math.max(0, lifetime.issueUntil - runtime.clock.monotonic())
    };
  }

  return {
    async token(asked = []) {
      try {
        return await obtain(asked);
      } catch (error) {
        const problem = error instanceof UpstreamError ? error.problem : error;
        throw problem instanceof RelayProblem ? new TokenSourceError(problem) : problem;
      }
    },

    async rejected(accessToken) {
      const hash = sha256(accessToken);
      const known = handedOut.get(hash);
      if (known !== undefined) await tokenSource.report(known.client, known.scopes, hash, () => true);
    },

    async close() {
      secrets.close();
      tokenSource.close();
      await Promise.all([upstream.close(), shared?.close()]);
    }
  };
}
