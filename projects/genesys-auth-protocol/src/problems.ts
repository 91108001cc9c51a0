interface ProblemType {
  /** HTTP status the relay answers with. */
  readonly status: number;
  /** Short summary, the same for every occurrence (RFC 9457 section 3.1.3). */
  readonly title: string;
  /** RFC 6749 section 5.2 error code that `/token` adds. */
  readonly error: string;
}

/**
 * Every refusal of the relay: the HTTP status, the title and the OAuth error of each code. Codes are stable; new ones may be added.
 *
 * `server_error` and `temporarily_unavailable` come from RFC 6749 section 4.1.2.1, as section 5.2 has no code for a fault
 * on the server's side.
 */
export const PROBLEMS = {
  // the request itself
  invalid_request: { status: 400, title: 'The request is not well-formed', error: 'invalid_request' },
  credentials_in_query: { status: 400, title: 'Credentials must not be in the URL', error: 'invalid_request' },
  unsupported_grant_type: {
    status: 400,
    title: 'The grant type is not client_credentials',
    error: 'unsupported_grant_type'
  },
  not_found: { status: 404, title: 'The relay does not have this path', error: 'invalid_request' },
  method_not_allowed: { status: 405, title: 'The path does not support this method', error: 'invalid_request' },
  upgrade_required: { status: 426, title: 'The path serves WebSockets only', error: 'invalid_request' },
  request_timeout: { status: 408, title: 'The request took too long to arrive', error: 'invalid_request' },
  uri_too_long: { status: 414, title: 'The URL is too long', error: 'invalid_request' },
  headers_too_large: { status: 431, title: 'The headers are too large', error: 'invalid_request' },
  body_too_large: { status: 413, title: 'The request body is too large', error: 'invalid_request' },
  unsupported_media_type: { status: 415, title: 'The content type is not supported', error: 'invalid_request' },
  // who is calling
  unauthenticated: { status: 401, title: 'No credential was sent', error: 'invalid_client' },
  invalid_credentials: { status: 401, title: 'The credential is not valid', error: 'invalid_client' },
  identity_unavailable: {
    status: 503,
    title: 'The identity provider cannot be reached',
    error: 'temporarily_unavailable'
  },
  api_key_in_browser: { status: 403, title: 'A browser must not send an API key', error: 'unauthorized_client' },
  loopback_refused: {
    status: 403,
    title: 'The request is not a local development request',
    error: 'unauthorized_client'
  },
  dev_refused: {
    status: 403,
    title: 'The request did not come through the development server',
    error: 'unauthorized_client'
  },
  missing_auth_header: { status: 403, title: 'The header X-Genesys-Auth is missing', error: 'invalid_request' },
  origin_not_allowed: { status: 403, title: 'The origin of the request is not allowed', error: 'unauthorized_client' },
  // signing in with Genesys Cloud
  sign_in_required: { status: 401, title: 'The user is not signed in', error: 'invalid_client' },
  sign_in_failed: { status: 400, title: 'Sign-in failed', error: 'invalid_request' },
  sign_in_cancelled: { status: 403, title: 'The user cancelled sign-in', error: 'unauthorized_client' },
  organization_not_allowed: {
    status: 403,
    title: 'Users of this organization may not sign in',
    error: 'unauthorized_client'
  },
  session_ended: { status: 401, title: 'The session has ended', error: 'invalid_client' },
  session_changed: { status: 409, title: 'Another user has signed in', error: 'invalid_request' },
  cookies_blocked: {
    status: 400,
    title: 'The browser blocks the session cookie',
    error: 'invalid_request'
  },
  // what may they have
  policy_denied: { status: 403, title: 'No role gives this caller any rights', error: 'unauthorized_client' },
  malformed_scope: { status: 400, title: 'The scope is not well-formed', error: 'invalid_scope' },
  scope_required: { status: 400, title: 'The request names no scope', error: 'invalid_scope' },
  scope_not_registered: { status: 400, title: 'The scope is not registered with the relay', error: 'invalid_scope' },
  scope_not_allowed: { status: 400, title: 'The scope is not allowed for this caller', error: 'invalid_scope' },
  scope_not_covered: { status: 400, title: 'No OAuth client of the relay covers the scopes', error: 'invalid_scope' },
  rate_limited: { status: 429, title: 'Too many requests', error: 'temporarily_unavailable' },
  // which mode it is
  proxy_mode: {
    status: 403,
    title: 'The relay is in proxy mode and does not issue tokens',
    error: 'unauthorized_client'
  },
  token_mode: { status: 404, title: 'The relay is in token mode and does not forward calls', error: 'invalid_request' },
  // a call of the API
  path_not_allowed: { status: 400, title: 'The relay does not forward this path', error: 'invalid_request' },
  operation_unknown: { status: 403, title: 'The relay does not know this operation', error: 'unauthorized_client' },
  operation_refused: { status: 403, title: 'The relay does not forward this operation', error: 'unauthorized_client' },
  insufficient_scope: { status: 403, title: 'No scope of this caller allows the operation', error: 'invalid_scope' },
  api_budget_spent: {
    status: 429,
    title: 'The requests that the API allows in a minute are used up',
    error: 'temporarily_unavailable'
  },
  api_unreachable: { status: 503, title: 'The API cannot be reached', error: 'temporarily_unavailable' },
  api_refused: { status: 502, title: 'The API answered 401 to a live token', error: 'server_error' },
  api_timeout: { status: 504, title: 'The API did not answer in time', error: 'temporarily_unavailable' },
  // the token endpoint
  upstream_invalid_client: { status: 502, title: 'The token endpoint refused the OAuth client', error: 'server_error' },
  upstream_unauthorized_client: {
    status: 502,
    title: 'The OAuth client may not use client credentials',
    error: 'server_error'
  },
  upstream_invalid_scope: { status: 502, title: 'The token endpoint refused the scope', error: 'server_error' },
  upstream_refused: { status: 502, title: 'The token endpoint refused the request', error: 'server_error' },
  upstream_invalid_response: {
    status: 502,
    title: 'The answer of the token endpoint has no usable token',
    error: 'server_error'
  },
  upstream_rate_limited: {
    status: 503,
    title: 'The token endpoint got too many requests',
    error: 'temporarily_unavailable'
  },
  upstream_error: { status: 502, title: 'The token endpoint failed', error: 'server_error' },
  upstream_unreachable: {
    status: 503,
    title: 'The token endpoint cannot be reached',
    error: 'temporarily_unavailable'
  },
  upstream_timeout: {
    status: 504,
    title: 'The token endpoint did not answer in time',
    error: 'temporarily_unavailable'
  },
  // the relay
  not_ready: { status: 503, title: 'The relay is starting or stopping', error: 'temporarily_unavailable' },
  internal_error: { status: 500, title: 'The relay failed to handle the request', error: 'server_error' }
} as const satisfies Record<string, ProblemType>;

/** A stable code of {@link PROBLEMS}. */
export type ProblemCode = keyof typeof PROBLEMS;

/** The prefix of every problem `type`. */
export const PROBLEM_TYPE_PREFIX = 'urn:genesys-auth:problem:';
/** Media type of a problem (RFC 9457). */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** Whether a string is a code of {@link PROBLEMS}. */
export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}
