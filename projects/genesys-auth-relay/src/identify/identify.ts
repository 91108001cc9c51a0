import type { IdentityConfig } from '../config/config.ts';
import type { RequestFacts } from '../guard/facts.ts';
import type { OriginGuard } from '../guard/origin.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { type ApiKeys, createApiKeys, refuseInBrowser } from './api-key.ts';
import type { Caller } from './caller.ts';
import type { Credential } from './credential.ts';
import { createJwts, looksLikeJwt } from './jwt.ts';
import { identifyLoopback } from './loopback.ts';
import { invalidCredentials, unauthenticated } from './refused.ts';

/** Finds out who is calling. */
export interface Identities {
  /**
   * @throws RelayProblem `unauthenticated`, `invalid_credentials`, `identity_unavailable`, `api_key_in_browser`,
   *   `origin_not_allowed`, `loopback_refused`, `missing_auth_header`
   */
  identify(facts: RequestFacts, credential: Credential): Promise<Caller>;
  close(): Promise<void>;
}

/**
 * Builds the identities. What a request presents decides which one is asked: a JWT, a key, or nothing. A credential that is
 * presented and not valid is refused; it never falls back to loopback.
 */
export function createIdentities(
  configs: readonly IdentityConfig[],
  origins: OriginGuard,
  runtime: RelayRuntime
): Identities {
  const jwtConfigs = configs.filter((config) => config.type === 'jwt');
  const keyConfigs = configs.filter((config) => config.type === 'apiKey');
  const loopback = configs.find((config) => config.type === 'loopback');
  const jwts = createJwts(jwtConfigs, runtime);
  const keys: ApiKeys = createApiKeys(keyConfigs);

  const ways = [
    ...(jwtConfigs.length > 0 ? ['Authorization: Bearer with an access token'] : []),
    ...(keyConfigs.length > 0 ? ['an API key, by Basic, by Bearer or in the form body'] : [])
  ];
  const hint =
    ways.length > 0 ? `Send ${ways.join(', or ')}.` : 'Send the request from this machine, without Authorization.';

  return {
    async identify(facts, credential) {
      if (credential.kind === 'none') {
        if (loopback !== undefined) return identifyLoopback(loopback, facts, origins);
        origins.check(facts, false);
        throw unauthenticated(hint);
      }
      const isJwt = credential.kind === 'bearer' && looksLikeJwt(credential.token);
      if (credential.kind !== 'unreadable' && !isJwt && keyConfigs.length > 0) refuseInBrowser(facts);
      origins.check(facts, false);
      if (credential.kind === 'unreadable') throw invalidCredentials(credential.why, hint);
      const caller = keys(credential);
      if (caller !== undefined) {
        // A key of a form like a JWT's was not caught above.
        refuseInBrowser(facts);
        return caller;
      }
      if (isJwt && jwtConfigs.length > 0) return jwts.identify(credential.token);
      throw invalidCredentials(
        credential.kind === 'bearer' ? 'The token is not valid here.' : 'The id or the key is not valid.',
        hint
      );
    },
    close: () => jwts.close()
  };
}
