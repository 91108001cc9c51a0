import { HttpErrorResponse } from '@angular/common/http';
import { EmptyError, TimeoutError } from 'rxjs';
import { GenesysAuthError, type GenesysAuthErrorCode, GenesysScopeError, type RelayProblem } from '../errors';
import { isRecord, isText } from '../values';

// What the relay says about scopes, in this library's words.
const SCOPE_CODES = new Map([
  ['malformed_scope', 'scope_malformed'],
  ['scope_not_registered', 'scope_not_registered'],
  ['scope_not_allowed', 'scope_not_granted'],
  ['upstream_invalid_scope', 'scope_not_granted']
] as const);

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

interface Failure {
  readonly code: GenesysAuthErrorCode;
  readonly message: string;
  readonly hint: string;
}

function failureOf(status: number): Failure {
  if (status === 0) {
    return {
      code: 'relay_unreachable',
      message: 'The relay cannot be reached.',
      hint: 'Check that it runs at the configured URL and that CORS and the content security policy (connect-src) allow it.'
    };
  }
  if (status === 401) {
    return {
      code: 'relay_unauthenticated',
      message: 'The relay does not know who is calling.',
      hint: 'Sign the user in, or send the credential by an interceptor or relay.headers.'
    };
  }
  if (status === 403) {
    return {
      code: 'relay_forbidden',
      message: 'The relay refuses this caller.',
      hint: "Check the caller's roles in the relay's policy."
    };
  }
  if (status === 429) {
    return { code: 'relay_rate_limited', message: 'The relay was called too often.', hint: 'Wait, then try again.' };
  }
  if (status >= 500) {
    return {
      code: 'relay_unavailable',
      message: 'The relay, or the token endpoint behind it, has a fault.',
      hint: "It is asked again with the next request; the relay's log says more."
    };
  }
  return status >= 300
    ? {
        code: 'relay_refused',
        message: `The relay answered ${status}.`,
        hint: 'Check that relay is the URL of a relay.'
      }
    : invalidResponse;
}

const invalidResponse: Failure = {
  code: 'relay_invalid_response',
  message: 'The answer is not what a relay sends.',
  hint: 'Check that relay is the URL of a relay, not of a page or another server.'
};

/** A success answer that does not follow the protocol. Without a cause: the body may hold a token. */
export const invalidRelayResponse = (): GenesysAuthError =>
  new GenesysAuthError(invalidResponse.code, invalidResponse.message, invalidResponse);

function fromResponse(response: HttpErrorResponse): GenesysAuthError {
  const { status, headers } = response;
  const { code, message, hint } = failureOf(status);
  // Angular reports a body that is no JSON as an error with the success status, body included.
  if (code === 'relay_invalid_response') return invalidRelayResponse();
  const body: unknown = response.error;
  const problem = readProblem(body, status);
  const seconds = Number(headers.get('Retry-After') ?? NaN);
  const instance = isRecord(body) && isText(body['instance']) ? body['instance'].replace(/^urn:uuid:/, '') : undefined;
  const details = {
    hint: problem?.hint ?? hint,
    cause: response,
    correlationId: instance,
    problem,
    retryAfterSeconds: seconds >= 0 ? seconds : undefined
  };
  const scopeCode = problem && [...SCOPE_CODES].find(([known]) => known === problem.code)?.[1];
  return scopeCode
    ? new GenesysScopeError(scopeCode, problem.scopes ?? [], problem.detail, { ...details, nearest: problem.nearest })
    : new GenesysAuthError(code, problem?.detail ?? message, details);
}

/** Turns whatever a call to the relay failed with into a typed error. */
export function relayError(error: unknown, timeoutMs: number): GenesysAuthError {
  if (error instanceof GenesysAuthError) return error;
  if (error instanceof HttpErrorResponse) return fromResponse(error);
  if (error instanceof TimeoutError) {
    return new GenesysAuthError('relay_timeout', `The relay did not answer within ${timeoutMs} ms.`, {
      hint: 'Check the network and the relay, or raise relay.timeoutMs.',
      cause: error
    });
  }
  if (error instanceof EmptyError) {
    return new GenesysAuthError('relay_unreachable', 'The call to the relay ended without an answer.', {
      hint: 'An interceptor of the app called it off, for example at a navigation; let it leave calls to the relay alone.',
      cause: error
    });
  }
  return new GenesysAuthError('relay_unreachable', 'The call to the relay failed before it left the app.', {
    hint: 'An interceptor or relay.headers threw; see cause.',
    cause: error
  });
}
