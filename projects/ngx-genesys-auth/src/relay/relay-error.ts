import { HttpErrorResponse } from '@angular/common/http';
import { TimeoutError } from 'rxjs';
import {
  GenesysAuthError,
  GenesysScopeError,
  type GenesysScopeErrorCode,
  type RelayProblem,
  authError
} from '../errors';
import { isText, readRecord } from '../values';

/** The library's code for a problem about scopes. */
function scopeCodeOf(code: string): GenesysScopeErrorCode | undefined {
  if (code === 'malformed_scope') return 'scope_malformed';
  if (code === 'scope_not_registered') return code;
  // scope_not_allowed, scope_not_covered, insufficient_scope, upstream_invalid_scope
  return /^scope_not_|_scope$/.test(code) ? 'scope_not_granted' : undefined;
}

/** Reads a problem. Accepts codes that this version does not know, because the detail of a newer relay is still useful. */
function readProblem(
  { code, detail, hint, scopes, nearest }: Record<string, unknown>,
  status: number
): RelayProblem | undefined {
  if (!isText(code) || !isText(detail)) return undefined;
  return {
    code,
    status,
    detail,
    hint: textOf(hint),
    scopes: Array.isArray(scopes) ? scopes.filter(isText) : undefined,
    nearest: textOf(nearest)
  };
}

const textOf = (value: unknown): string | undefined => (isText(value) ? value : undefined);

/** The codes of statuses that have the same meaning on every path of the relay. */
const STATUS_CODES: Readonly<
  Record<number, 'relay_unreachable' | 'relay_unauthenticated' | 'relay_forbidden' | 'relay_rate_limited' | undefined>
> = {
  0: 'relay_unreachable',
  401: 'relay_unauthenticated',
  403: 'relay_forbidden',
  429: 'relay_rate_limited'
};

/** The error of a success answer that does not follow the protocol. It has no cause, because the body may hold a token. */
export const invalidRelayResponse = (): GenesysAuthError => authError('relay_invalid_response');

function fromResponse(cause: HttpErrorResponse): GenesysAuthError {
  const { status, headers } = cause;
  // Angular reports a body that is not JSON as an error with the success status and with the body.
  if (status > 0 && status < 300) return invalidRelayResponse();
  const body = readRecord(cause.error);
  const problem = readProblem(body, status);
  const seconds = Number(headers.get('Retry-After') ?? NaN);
  const details = {
    message: problem?.detail,
    hint: problem?.hint,
    cause,
    correlationId: textOf(body['instance'])?.replace(/^urn:uuid:/, ''),
    problem,
    retryAfterSeconds: seconds >= 0 ? seconds : undefined
  };
  const scopeCode = problem && scopeCodeOf(problem.code);
  if (scopeCode) {
    const { scopes = [], nearest, detail } = problem;
    return new GenesysScopeError(scopeCode, scopes, detail, { ...details, nearest });
  }
  return authError(STATUS_CODES[status] ?? (status < 500 ? 'relay_refused' : 'relay_unavailable'), details);
}

/** Turns any failure of a call to the relay into a typed error. */
export function relayError(cause: unknown, timeoutMs: number): GenesysAuthError {
  if (cause instanceof GenesysAuthError) return cause;
  if (cause instanceof HttpErrorResponse) return fromResponse(cause);
  if (cause instanceof TimeoutError) return authError('relay_timeout', { timeoutMs, cause });
  return authError('relay_unreachable', { cause });
}
