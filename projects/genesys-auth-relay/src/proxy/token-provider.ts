import type { ClientConfig } from '../config/config.ts';
import type { Entitlement } from '../policy/policy.ts';
import type { RelayProblem } from '../reply/problem.ts';
import { slotOf } from '../token-source/cache-key.ts';
import type { TokenSource } from '../token-source/token-source.ts';
import { UpstreamError } from '../token-source/upstream-error.ts';
import type { WholeAnswer } from './answer.ts';
import { relayRefused, isAddressRefused } from './api-refusal.ts';
import type { ApiLimits, TokenLimits } from './limits.ts';

/** A token to send with a call. */
export interface ApiToken {
  readonly token: string;
  /** Lower-case hex SHA-256 of the token. */
  readonly hash: string;
}

/** Provides the access token for API calls. */
export interface TokenProvider {
  /** Name in metrics: that of an OAuth client, or `user`. */
  readonly name: string;
  /** The limits of the API for this token. */
  readonly limits: TokenLimits;
  token(): Promise<ApiToken>;
  /**
   * Finds out whether a token that got 401 is dead, and then replaces it, so that `token()` returns another one. May throw the problem of a
   * session that has ended.
   */
  onUnauthorized(sent: ApiToken, answer: WholeAnswer): Promise<void>;
  /** The problem that the caller gets for a 401; `undefined`: the caller gets the answer of the API. */
  problemOf401(sent: ApiToken, answer: WholeAnswer): Promise<RelayProblem | undefined>;
}

/** The rights of a caller at the API, and the token with which its calls are sent. */
export interface ApiAccess {
  readonly entitlement: Entitlement;
  /** Provides the user's own token; `undefined`: calls are sent with the token of the OAuth client that the rights name. */
  readonly tokenProvider?: TokenProvider;
}

/** Dependencies of {@link createClientTokenProviders}. */
export interface ClientTokenParts {
  readonly tokenSource: TokenSource;
  readonly apiLimits: ApiLimits;
  /** Takes one verification of a refused token from the caller's limit. Returns `false` when none is left. */
  readonly takeVerification: (caller: string) => boolean;
}

/** Builds the token providers that use the tokens of the relay's own OAuth clients. */
export function createClientTokenProviders({ tokenSource, apiLimits, takeVerification }: ClientTokenParts) {
  return (client: ClientConfig, caller: string): TokenProvider => {
    const { id, name, scopes } = client;
    const slot = slotOf(client, caller);
    return {
      name,
      limits: apiLimits.of(`client ${id}`, slot),
      async token() {
        try {
          return await tokenSource.get(client, scopes, slot);
        } catch (error) {
          throw error instanceof UpstreamError ? error.problem : error;
        }
      },
      async onUnauthorized({ hash }, answer) {
        if (isAddressRefused(answer)) return;
        await tokenSource.report(client, scopes, hash, () => takeVerification(caller));
      },
      problemOf401({ hash }, answer) {
        // Not live: the token was dropped or replaced, or has expired, and the call was not sent again with another one. The caller gets
        // the API's 401 and may repeat the call.
        const isLive = tokenSource.isLive(client, scopes, hash, slot);
        return Promise.resolve(isLive || isAddressRefused(answer) ? relayRefused(answer) : undefined);
      }
    };
  };
}
