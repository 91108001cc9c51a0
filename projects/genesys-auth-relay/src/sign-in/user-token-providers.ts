import { relayRefused, userCallRefused, isAddressRefused } from '../proxy/api-refusal.ts';
import type { ApiLimits } from '../proxy/limits.ts';
import type { ApiToken, TokenProvider } from '../proxy/token-provider.ts';
import type { RelayProblem } from '../reply/problem.ts';
import { sha256 } from '../runtime/sha256.ts';
import type { TokenState } from './genesys.ts';
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
    let state: TokenState = 'unknown';
    return {
      name: USER,
      limits: apiLimits.of(`session ${name}`),
      token: () => Promise.resolve(tokenOf(current)),
      async onUnauthorized(sent, answer) {
        if (isAddressRefused(answer)) return;
        ({ session: current, state } = await sessions.replaceDeadToken(name, sent));
      },
      async problemOf401(sent, answer) {
        if (isAddressRefused(answer)) return relayRefused(answer);
        // Dead: the token was replaced. If the call was sent again with the new token, that was refused as well. Otherwise its body was
        // streamed, so the caller gets the API's 401 and may repeat the call.
        if (state !== 'dead') return userCallRefused(answer, state);
        if (sent.hash !== tokenOf(current).hash) return undefined;
        const now = await sessions.endIfDead(name, sent);
        if (now === 'replaced') return undefined;
        return now === 'dead' ? sessionEndedProblem() : userCallRefused(answer, now);
      }
    };
  };
}
