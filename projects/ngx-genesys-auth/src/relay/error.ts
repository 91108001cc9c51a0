import { HttpErrorResponse } from '@angular/common/http';
import { TimeoutError } from 'rxjs';
import { GenesysAuthError, GenesysScopeError, type GenesysScopeErrorCode, type RelayProblem } from '../errors';
import { isText, readRecord } from '../values';
import { failureWording, invalidResponseWording, noAnswerWording } from './wording';

// What the relay says about scopes, in this library's words.
function scopeCodeOf(code: string): GenesysScopeErrorCode | undefined {
  if (code === 'malformed_scope') return 'scope_malformed';
  if (code === 'scope_not_registered') return code;
  // scope_not_allowed, scope_not_covered, insufficient_scope, upstream_invalid_scope
  return /^scope_not_|_scope$/.test(code) ? 'scope_not_granted' : undefined;
}

/**
 * Reads a problem more leniently than the relay writes it: one with a code that only a newer relay knows still has words
 * worth showing.
 */
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

// What a status says by itself.
const STATUS_CODES: Readonly<Record<number, 'unreachable' | 'unauthenticated' | 'forbidden' | 'rate_limited'>> = {
  0: 'unreachable',
  401: 'unauthenticated',
  403: 'forbidden',
  429: 'rate_limited'
};

/** A success answer that does not follow the protocol. Without a cause: the body may hold a token. */
export function invalidRelayResponse(): GenesysAuthError {
  return new GenesysAuthError('relay_invalid_response', ngDevMode ? invalidResponseWording.message : '', {
    ...(ngDevMode && { hint: invalidResponseWording.hint })
  });
}

function fromResponse(cause: HttpErrorResponse): GenesysAuthError {
  const { status, headers } = cause;
  const known = STATUS_CODES[status];
  // Angular reports a body that is no JSON as an error with the success status, body included.
  if (!known && status < 300) return invalidRelayResponse();
  const body = readRecord(cause.error);
  const problem = readProblem(body, status);
  const seconds = Number(headers.get('Retry-After') ?? NaN);
  const isRelay = problem !== undefined;
  const message = problem?.detail ?? (ngDevMode ? failureWording(status, isRelay).message : '');
  const details = {
    hint: problem?.hint ?? (ngDevMode ? failureWording(status, isRelay).hint : undefined),
    cause,
    correlationId: textOf(body['instance'])?.replace(/^urn:uuid:/, ''),
    problem,
    retryAfterSeconds: seconds >= 0 ? seconds : undefined
  };
  const scopeCode = problem && scopeCodeOf(problem.code);
  return scopeCode
    ? new GenesysScopeError(scopeCode, problem.scopes ?? [], message, { ...details, nearest: problem.nearest })
    : new GenesysAuthError(`relay_${known ?? (status < 500 ? 'refused' : 'unavailable')}`, message, details);
}

/** Turns whatever a call to the relay failed with into a typed error. */
export function relayError(cause: unknown, timeoutMs: number): GenesysAuthError {
  if (cause instanceof GenesysAuthError) return cause;
  if (cause instanceof HttpErrorResponse) return fromResponse(cause);
  const isLate = cause instanceof TimeoutError;
  const message = ngDevMode ? noAnswerWording(cause, timeoutMs).message : '';
  return new GenesysAuthError(isLate ? 'relay_timeout' : 'relay_unreachable', message, {
    ...(ngDevMode && { hint: noAnswerWording(cause, timeoutMs).hint }),
    cause
  });
}
