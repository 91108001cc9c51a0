import type { TokenResponse } from 'genesys-auth-protocol';
import type { IncomingMessage } from 'node:http';
import { readTokenAsk } from '../guard/body.ts';
import type { Relay } from '../relay/relay.ts';
import { inTrace } from '../runtime/trace.ts';
import type { Visit } from './visits.ts';

/** A token request, by whichever door it came. */
export interface TokenVisit {
  readonly visit: Visit;
  readonly request: IncomingMessage;
  /** Address that strangers are limited by; default: that of the peer. */
  readonly ip?: string;
}

/**
 * Answers `POST /token`: who is calling, what they ask for, the token. Waits only for what is not at hand.
 *
 * @param bodyBytes bytes the body may have
 * @throws RelayProblem with any code of the endpoint
 */
export async function answerToken(
  relay: Relay,
  { visit, request, ip }: TokenVisit,
  bodyBytes: number
): Promise<TokenResponse> {
  const ask = await readTokenAsk(request, bodyBytes);
  const admitted = relay.admit(visit.facts, ip, ask);
  const caller = admitted instanceof Promise ? await admitted : admitted;
  visit.caller = caller;
  const answer = inTrace(visit.trace, () => relay.token(caller, ask));
  return answer instanceof Promise ? await answer : answer;
}
