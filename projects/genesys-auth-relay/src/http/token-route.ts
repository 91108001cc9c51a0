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
  /** The client's address as the embedding server reports it; see `Relay.clientAddress`. */
  readonly ip?: string;
}

/**
 * Answers `POST /token`: reads what the caller asks for, identifies the caller, gets the token.
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
  const caller = await relay.admit(visit.facts, ip, ask);
  visit.caller = caller;
  return inTrace(visit.trace, () => relay.token(caller, ask));
}
