import {
  PROBLEMS,
  PROBLEM_MEDIA_TYPE,
  PROBLEM_TYPE_PREFIX,
  type Problem,
  type ProblemCode,
  type SignInFailure
} from 'genesys-auth-protocol';
import type { RelayLogger } from '../runtime/runtime.ts';
import { errorFields } from './error-fields.ts';
import { safeJson } from './safe-text.ts';
import type { Answer } from './write.ts';

/** Optional members of a problem. */
export interface ProblemDetails {
  /** What the reader can do about it. */
  readonly hint?: string;
  /** The scopes the problem is about. */
  readonly scopes?: readonly string[];
  /** The nearest registered scope to the first of `scopes`. */
  readonly nearest?: string | undefined;
  /** Where to sign in. */
  readonly signInUrl?: string;
  /** Why sign-in failed. */
  readonly reason?: SignInFailure;
  /** Seconds after which a retry makes sense. */
  readonly retryAfterSeconds?: number | undefined;
  /** Headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal or a failure to report to the caller. The caller sees `message`, so it never holds a secret or an upstream body. */
export class RelayProblem extends Error {
  override readonly name = 'RelayProblem';
  readonly code: ProblemCode;
  readonly details: ProblemDetails;

  constructor(code: ProblemCode, message: string, details: ProblemDetails = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }

  /** The HTTP status of the answer. */
  get status(): number {
    return PROBLEMS[this.code].status;
  }
}

/**
 * The problem that the caller gets for an error. An unexpected error is logged with the id of the request, and the caller learns
 * nothing about it.
 */
export function problemOf(error: unknown, requestId: string, log: RelayLogger): RelayProblem {
  if (error instanceof RelayProblem) return error;
  log.error({ event: 'internal_error', requestId, ...errorFields(error) }, 'unexpected error');
  return new RelayProblem('internal_error', 'The relay failed to handle this request.', {
    hint: 'Try again; if it lasts, look for the request id in the log of the relay.'
  });
}

const problemHeaders = ({ details }: RelayProblem): Record<string, string> => ({
  ...details.headers,
  ...(details.retryAfterSeconds !== undefined && { 'retry-after': String(details.retryAfterSeconds) }),
  'content-type': PROBLEM_MEDIA_TYPE
});

function problemBody(problem: RelayProblem, requestId: string, oauth: boolean): Problem {
  const { code, message, details } = problem;
  const { status, title, error } = PROBLEMS[code];
  return {
    type: `${PROBLEM_TYPE_PREFIX}${code}`,
    title,
    status,
    code,
    detail: message,
    ...(details.hint === undefined ? {} : { hint: details.hint }),
    instance: `urn:uuid:${requestId}`,
    ...(details.scopes === undefined ? {} : { scopes: details.scopes }),
    ...(details.nearest === undefined ? {} : { nearest: details.nearest }),
    ...(details.signInUrl === undefined ? {} : { signInUrl: details.signInUrl }),
    ...(details.reason === undefined ? {} : { reason: details.reason }),
    ...(oauth ? { error, error_description: message } : {})
  };
}

/**
 * The answer for a problem (RFC 9457), with the members of RFC 6749 for `/token`.
 *
 * @param requestId UUID of the request
 * @param oauth whether the answer is that of a token endpoint
 */
export const problemAnswer = (problem: RelayProblem, requestId: string, oauth = false): Answer => ({
  status: problem.status,
  headers: problemHeaders(problem),
  body: safeJson(problemBody(problem, requestId, oauth))
});
