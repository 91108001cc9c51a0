import type { TokenResponse } from 'genesys-auth-protocol';
import type { IncomingMessage } from 'node:http';
import { readTokenAsk } from '../guard/body.ts';
import type { TokenAsk } from '../guard/token-ask.ts';
import type { Caller } from '../identify/caller.ts';
import type { Relay } from '../relay/relay.ts';
import { inTrace } from '../runtime/trace.ts';
import type { Visit } from './visits.ts';

/** A token request, by whichever door it came. */
export interface TokenVisit {
  readonly visit: Visit;
  readonly request: IncomingMessage;
  /** The client's address as the embedding server reports it; see `Relay.clientAddress`. */
  readonly ip?: string;
}

/**
 * Answers `POST /token`: who is calling, what they ask for, the token. Waits only for what is not at hand.
 *
 * @param bodyBytes bytes the body may have
 * @param answered must not throw
 * @param failed with a RelayProblem of any code of the endpoint; must not throw
 */
export function answerToken(
  relay: Relay,
  { visit, request, ip }: TokenVisit,
  bodyBytes: number,
  answered: (answer: TokenResponse) => void,
  failed: (error: unknown) => void
): void {
  const give = (caller: Caller, ask: TokenAsk) => {
    visit.caller = caller;
    return inTrace(visit.trace, () => relay.token(caller, ask));
  };
  readTokenAsk(request, bodyBytes, {
    act: (ask) => {
      const admitted = relay.admit(visit.facts, ip, ask);
      return admitted instanceof Promise ? admitted.then((caller) => give(caller, ask)) : give(admitted, ask);
    },
    done: answered,
    failed
  });
}
