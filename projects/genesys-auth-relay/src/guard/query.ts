import { RelayProblem } from '../reply/problem.ts';

const CREDENTIALS = new Set([
  'access_token',
  'api_key',
  'apikey',
  'assertion',
  'authorization',
  'bearer',
  'client_assertion',
  'client_id',
  'client_secret',
  'code',
  'id_token',
  'key',
  'password',
  'refresh_token',
  'secret',
  'token',
  'username'
]);
const PARAMETERS = new Set(['grant_type', 'scope', 'scopes', 'optional_scopes', 'optionalscopes', 'rejected']);

const inQuery = () =>
  new RelayProblem(
    'credentials_in_query',
    'The query of the URL holds credentials, which end up in logs and histories.',
    {
      hint: 'Send them in the body (Python requests: data=, not params=) or in the Authorization header, and replace this secret: it may have been logged.'
    }
  );

/**
 * Names that are refused in the query of an API call. No operation uses them; some use other names of credentials (`code`, `key`,
 * `username`).
 */
const TOKENS = new Set(['access_token', 'bearer', 'client_secret', 'id_token', 'refresh_token']);

// Some servers and clients treat ";" as "&", and "name[]" as a list.
const namesIn = (url: string): string[] =>
  [...new URLSearchParams(url.slice(url.indexOf('?') + 1).replaceAll(';', '&')).keys()].map((name) =>
    name.replace(/\[.*/s, '').trim().toLowerCase().replaceAll('-', '_')
  );

/**
 * Refuses tokens in the query of an API call (S5).
 *
 * @throws RelayProblem `credentials_in_query`
 */
export function checkApiQuery(url: string): void {
  // An escape may hide a name.
  if (!/(?:token|bearer|secret)/i.test(url) && !url.includes('%')) return;
  if (url.includes('?') && namesIn(url).some((name) => TOKENS.has(name))) throw inQuery();
}

/**
 * Refuses credentials and token parameters in the URL: URLs are written to logs, histories and `Referer` headers
 * (RFC 6749 section 2.3.1, RFC 6750 section 5.3, RFC 9700 section 4.3.2).
 *
 * @param url request target
 * @throws RelayProblem `credentials_in_query`, `invalid_request`
 */
export function checkQuery(url: string): void {
  if (!url.includes('?')) return;
  const normal = namesIn(url);
  if (normal.some((name) => CREDENTIALS.has(name))) throw inQuery();
  if (normal.some((name) => PARAMETERS.has(name))) {
    throw new RelayProblem('invalid_request', 'The query of the URL holds parameters of the token request.', {
      hint: 'Send them in the body, form-encoded or as JSON.'
    });
  }
}
