import type { RelayConfig } from '../config/config.ts';
import { apiRefused, isAddressRefused } from '../proxy/api-refusal.ts';
import { type ApiLimits, createApiLimits } from '../proxy/limits.ts';
import type { ApiToken, TokenProvider } from '../proxy/token-provider.ts';
import type { RelayProblem } from '../reply/problem.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { sha256 } from '../runtime/sha256.ts';
import type { LiveSessions } from './live.ts';
import type { Session } from './session.ts';
import type { SeenSession } from './session-store.ts';
import type { Sessions } from './sessions.ts';

/** Name of users' tokens in metrics, in place of that of an OAuth client. */
export const USER = { name: 'user' } as const;

/** Dependencies of {@link createUserTokenProviders}. */
export interface UserTokenParts {
  readonly sessions: Sessions;
  readonly live: LiveSessions;
  readonly sessionEndedProblem: () => RelayProblem;
}

/** Builds the token providers that use the tokens of signed-in users. Two sessions share no budget and no pause. */
export function createUserTokenProviders(
  config: Pick<RelayConfig, 'proxy'>,
  { sessions, live, sessionEndedProblem }: UserTokenParts,
  { clock }: RelayRuntime
): (seen: SeenSession) => TokenProvider {
  const tokens = new WeakMap<Session, ApiToken>();
  function tokenOf(session: Session): ApiToken {
    let token = tokens.get(session);
    if (token === undefined) {
      const { accessToken } = session;
      tokens.set(session, (token = { token: accessToken, hash: sha256(accessToken) }));
    }
    return token;
  }

  function limitsOf(name: string): ApiLimits {
    const state = live.of(name);
    return (state.limits ??= createApiLimits(config, clock));
  }

  return ({ name, session }) => {
    const limits = limitsOf(name);
    let current = session;
    return {
      name: USER.name,
      budget: limits.budget(USER, 0),
      checkPause: (operation) => {
        limits.checkPause(USER, operation);
      },
      onRateLimited: (operation, answer) => {
        limits.onRateLimited(USER, 0, operation, answer);
      },
      token: () => Promise.resolve(tokenOf(current)),
      async onUnauthorized(_sent, answer) {
        if (isAddressRefused(answer)) return;
        current = await sessions.replaceToken(name, current.accessToken);
      },
      async problemOf401({ hash }, answer) {
        if (isAddressRefused(answer)) return apiRefused(answer);
        // The token was renewed, but the call was not sent again, because its body was streamed. The caller gets the API's 401
        // and may repeat the call.
        if (hash !== tokenOf(current).hash) return undefined;
        // A new token is refused as well.
        await sessions.end(name, 'token_refused');
        return sessionEndedProblem();
      }
    };
  };
}
