import { RelayProblem } from '../reply/problem.ts';
import { decoded } from '../token-source/decoded.ts';
import { parseObject } from '../runtime/parse-object.ts';
import { type WholeAnswer, headerOf } from './answer.ts';

/** Maximum size in bytes of a decompressed body. */
const MAX_BODY_BYTES = 65_536;

/**
 * The body of an error of the API as an object, also when it is compressed. Browsers allow compression, and the relay forwards
 * their header.
 */
export function errorBody({ headers, body }: WholeAnswer): Record<string, unknown> | undefined {
  const text = decoded(body, headerOf(headers, 'content-encoding'), MAX_BODY_BYTES)?.toString('utf8');
  return text === undefined ? undefined : parseObject(text);
}

/** Whether the API refuses the address of the relay, and not the token. */
export const isAddressRefused = (answer: WholeAnswer): boolean => errorBody(answer)?.['code'] === 'ip.not.authorized';

/** The error code of an answer with status 401, in a form that may be shown. */
function codeOf(answer: WholeAnswer): string {
  const code = errorBody(answer)?.['code'];
  return typeof code === 'string' && /^[a-z0-9._-]{1,60}$/i.test(code) ? code : 'HTTP status 401';
}

/** The problem `api_refused` (502). A 401 is not forwarded, because the app would make the user sign in again, which changes nothing. */
function refused(answer: WholeAnswer, message: string, hint: string): RelayProblem {
  const correlationId = headerOf(answer.headers, 'inin-correlation-id');
  const headers = correlationId === undefined ? {} : { 'inin-correlation-id': correlationId };
  return new RelayProblem('api_refused', message, { hint, headers });
}

/** The problem of a call to which the API answered 401 although the token of the relay is live. */
export const relayRefused = (answer: WholeAnswer): RelayProblem =>
  refused(
    answer,
    `The API refused the relay, not the caller (${codeOf(answer)}).`,
    isAddressRefused(answer)
      ? 'Genesys Cloud does not accept the address of the relay: add it to the allowed addresses of the organization.'
      : 'Check the OAuth client of the relay: its region, its roles, and whether it is active.'
  );

/**
 * The problem of a call to which the API answered 401 although the token of the user is live, or while nobody knows whether it is.
 * Without that knowledge the user stays signed in.
 */
export const userCallRefused = (answer: WholeAnswer, state: 'live' | 'unknown'): RelayProblem =>
  state === 'live'
    ? refused(
        answer,
        `The API refused this call, but not the token of the user (${codeOf(answer)}).`,
        'Signing in again changes nothing. Check in Genesys Cloud whether the user may call this operation.'
      )
    : refused(
        answer,
        `The API refused this call (${codeOf(answer)}), and the relay could not check the token of the user.`,
        'Try again in some seconds. If the API still refuses the call, check in Genesys Cloud whether the user may call this operation.'
      );
