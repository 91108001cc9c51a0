import { HttpErrorResponse } from '@angular/common/http';
import { EmptyError, TimeoutError } from 'rxjs';
import { GenesysAuthError, type GenesysAuthErrorCode, GenesysScopeError, type RelayProblem } from '../errors';
import { isRecord, isText } from '../values';
import { failureWording, invalidResponseWording } from './wording';

// What the relay says about scopes, in this library's words.
const SCOPE_CODES = {
  malformed_scope: 'scope_malformed',
  scope_not_registered: 'scope_not_registered',
  scope_not_allowed: 'scope_not_granted',
  scope_not_covered: 'scope_not_granted',
  insufficient_scope: 'scope_not_granted',
  upstream_invalid_scope: 'scope_not_granted'
} as const;

const isScopeProblem = (code: string): code is keyof typeof SCOPE_CODES => Object.hasOwn(SCOPE_CODES, code);

/**
 * Reads a problem more leniently than the relay writes it: one with a code that only a newer relay knows still has words
 * worth showing.
 */
function readProblem(body: unknown, status: number): RelayProblem | undefined {
  if (!isRecord(body)) return undefined;
  const { code, detail, hint, scopes, nearest } = body;
  if (!isText(code) || !isText(detail)) return undefined;
  return {
    code,
    status,
    detail,
    ...(isText(hint) && { hint }),
    ...(Array.isArray(scopes) && { scopes: scopes.filter(isText) }),
    ...(isText(nearest) && { nearest })
  };
}

// What a status says by itself, without `relay_`.
const STATUS_CODES: Readonly<Record<number, 'unreachable' | 'unauthenticated' | 'forbidden' | 'rate_limited'>> = {
  0: 'unreachable',
  401: 'unauthenticated',
  403: 'forbidden',
  429: 'rate_limited'
};

function codeOf(status: number): GenesysAuthErrorCode {
  const known = STATUS_CODES[status];
  if (known) return `relay_${known}`;
  if (status >= 500) return 'relay_unavailable';
  return status >= 300 ? 'relay_refused' : 'relay_invalid_response';
}

/** A success answer that does not follow the protocol. Without a cause: the body may hold a token. */
export function invalidRelayResponse(): GenesysAuthError {
  return new GenesysAuthError('relay_invalid_response', ngDevMode ? invalidResponseWording.message : '', {
    hint: ngDevMode ? invalidResponseWording.hint : ''
  });
}

function fromResponse(response: HttpErrorResponse): GenesysAuthError {
  const { status, headers } = response;
  const code = codeOf(status);
  // Angular reports a body that is no JSON as an error with the success status, body included.
  if (code === 'relay_invalid_response') return invalidRelayResponse();
  const body: unknown = response.error;
  const problem = readProblem(body, status);
  const seconds = Number(headers.get('Retry-After') ?? NaN);
  const instance = isRecord(body) && isText(body['instance']) ? body['instance'].replace(/^urn:uuid:/, '') : undefined;
  const details = {
    hint: problem?.hint ?? (ngDevMode ? failureWording(status).hint : ''),
    cause: response,
    correlationId: instance,
    problem,
    retryAfterSeconds: seconds >= 0 ? seconds : undefined
  };
  return problem && isScopeProblem(problem.code)
    ? new GenesysScopeError(SCOPE_CODES[problem.code], problem.scopes ?? [], problem.detail, {
        ...details,
        nearest: problem.nearest
      })
    : new GenesysAuthError(code, problem?.detail ?? (ngDevMode ? failureWording(status).message : ''), details);
}

/** Turns whatever a call to the relay failed with into a typed error. */
export function relayError(cause: unknown, timeoutMs: number): GenesysAuthError {
  if (cause instanceof GenesysAuthError) return cause;
  if (cause instanceof HttpErrorResponse) return fromResponse(cause);
  if (cause instanceof TimeoutError) {
    return new GenesysAuthError('relay_timeout', ngDevMode ? `The relay did not answer within ${timeoutMs} ms.` : '', {
      hint: ngDevMode ? 'Check the network and the relay, or raise relay.timeoutMs.' : '',
      cause
    });
  }
  if (ngDevMode && cause instanceof EmptyError) {
    return new GenesysAuthError('relay_unreachable', 'The call to the relay ended without an answer.', {
      hint: 'An interceptor of the app called it off, for example at a navigation; let it leave calls to the relay alone.',
      cause
    });
  }
  return new GenesysAuthError(
    'relay_unreachable',
    ngDevMode ? 'The call to the relay failed before it left the app.' : '',
    { hint: ngDevMode ? 'An interceptor or relay.headers threw; see cause.' : '', cause }
  );
}
