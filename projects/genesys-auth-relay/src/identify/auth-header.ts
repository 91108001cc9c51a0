import { GENESYS_AUTH_HEADER, GENESYS_AUTH_HEADER_VALUE } from 'genesys-auth-protocol';
import type { RequestHead } from '../guard/request-head.ts';
import { RelayProblem } from '../reply/problem.ts';

/**
 * Checks the header that every caller with an ambient credential must send.
 *
 * @throws RelayProblem `missing_auth_header`
 */
export function requireAuthHeader({ headers }: RequestHead): void {
  if (headers[GENESYS_AUTH_HEADER.toLowerCase()] === GENESYS_AUTH_HEADER_VALUE) return;
  throw new RelayProblem('missing_auth_header', `The header ${GENESYS_AUTH_HEADER} is missing.`, {
    hint: `Send ${GENESYS_AUTH_HEADER}: ${GENESYS_AUTH_HEADER_VALUE}. Pages of other origins cannot send it without permission.`
  });
}
