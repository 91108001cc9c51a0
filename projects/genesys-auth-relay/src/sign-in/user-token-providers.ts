import { apiRefused, callRefused, isAddressRefused } from '../proxy/api-refusal.ts';
import type { ApiLimits } from '../proxy/limits.ts';
import type { ApiToken, TokenProvider } from '../proxy/token-provider.ts';
import type { RelayProblem } from '../reply/problem.ts';
import { sha256 } from '../runtime/sha256.ts';
import type { Session } from './session.ts';
import type { SeenSession } from './session-store.ts';
import type { Sessions } from './sessions.ts';

/** Name of users' tokens in metrics, in place of that of an OAuth client. */
export const USER = 'user';

/** Dependencies of {@link createUserTokenProviders}. */
export interface UserTokenParts {
  readonly sessions: Sessions;
  readonly apiLimits: ApiLimits;
  readonly sessionEndedProblem: () => RelayProblem;
}

/** Builds the token providers that use the tokens of signed-in users. Two sessions share no budget and no pause. */
export function createUserTokenProviders({
  sessions,
  apiLimits,
  sessionEndedProblem
}: UserTokenParts): (seen: SeenSession) => TokenProvider {
  const tokens = new WeakMap<Session, ApiToken>();
  function tokenOf(session: Session): ApiToken {
    let token = tokens.get(session);
    if (token === undefined) {
      const { accessToken } = session;
      tokens.set(session, (token = { token: accessToken, hash: sha256(accessToken) }));
    }
    return token;
  }

  return ({ name, session }) => {
    let current = session;
    let isReplaced = false;
    return {
      name: USER,
      limits: apiLimits.of(`session ${name}`),
      token: () => Promise.resolve(tokenOf(current)),
      async onUnauthorized(_sent, answer) {
        if (isAddressRefused(answer)) return;
        const { accessToken } = current;
        current = await sessions.replaceDeadToken(name, accessToken);
        isReplaced = current.accessToken !== accessToken;
      },
      async problemOf401({ hash }, answer) {
        if (isAddressRefused(answer)) return apiRefused(answer);
        // The token was replaced, but the call was not sent again, because its body was streamed. The caller gets the API's 401
        // and may repeat the call.
        if (hash !== tokenOf(current).hash) return undefined;
        // The new token is refused as well.
        if (isReplaced && (await sessions.endIfDead(name, current.accessToken))) return sessionEndedProblem();
        return callRefused(answer);
      }
    };
  };
}
