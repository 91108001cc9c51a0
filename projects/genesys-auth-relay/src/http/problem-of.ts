import { RelayProblem } from '../reply/problem.ts';

const statusOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;

/** The problem that a failure is for the caller; of Fastify's own errors the status says enough. */
export function problemOf(error: unknown): RelayProblem {
  if (error instanceof RelayProblem) return error;
  const status = statusOf(error);
  if (status === 413) return new RelayProblem('body_too_large', 'The body is too large.');
  if (status === 415) {
    return new RelayProblem('unsupported_media_type', 'The content type is not valid.', {
      hint: 'Send application/x-www-form-urlencoded or application/json.'
    });
  }
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new RelayProblem('invalid_request', 'The request is not well-formed HTTP.', {
      hint: 'Check the HTTP client.'
    });
  }
  return new RelayProblem('internal_error', 'The relay failed on this request.', {
    hint: 'Try again; if it lasts, look for the request id in the log of the relay.'
  });
}
