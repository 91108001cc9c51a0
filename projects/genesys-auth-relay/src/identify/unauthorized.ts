import { RelayProblem } from '../reply/problem.ts';

// Never a challenge for Basic: a browser would ask the user for a password, and API keys are not for browsers.
const CHALLENGE = 'Bearer realm="genesys-auth-relay"';

/** 401 for a request without a credential. The challenge has no error code (RFC 6750 section 3.1). */
export const unauthenticated = (hint: string): RelayProblem =>
  new RelayProblem('unauthenticated', 'The request has no credential.', {
    hint,
    headers: { 'www-authenticate': CHALLENGE }
  });

/** 401 for a credential that is not valid. */
export const invalidCredentials = (message: string, hint: string): RelayProblem =>
  new RelayProblem('invalid_credentials', message, {
    hint,
    headers: { 'www-authenticate': `${CHALLENGE}, error="invalid_token"` }
  });
