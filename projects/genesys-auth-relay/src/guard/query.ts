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

/**
 * Refuses credentials and token parameters in the URL: URLs are written to logs, histories and `Referer` headers
 * (RFC 6749 section 2.3.1, RFC 6750 section 5.3, RFC 9700 section 4.3.2).
 *
 * @param url request target
 * @throws RelayProblem `credentials_in_query`, `invalid_request`
 */
export function checkQuery(url: string): void {
  const start = url.indexOf('?');
  if (start === -1) return;
  // Some servers take ";" for "&", and "name[]" for a list; so do some clients.
  const names = [...new URLSearchParams(url.slice(start + 1).replaceAll(';', '&')).keys()];
  const normal = names.map((name) => name.replace(/\[.*/s, '').trim().toLowerCase().replaceAll('-', '_'));
  if (normal.some((name) => CREDENTIALS.has(name))) {
    throw new RelayProblem(
      'credentials_in_query',
      'Credentials stand in the query of the URL, where they end up in logs and histories.',
      {
        hint: 'Send them in the body (Python requests: data=, not params=) or in the Authorization header, and replace this secret: it may have been logged.'
      }
    );
  }
  if (normal.some((name) => PARAMETERS.has(name))) {
    throw new RelayProblem('invalid_request', 'Parameters of the token request stand in the query of the URL.', {
      hint: 'Send them in the body, form-encoded or as JSON.'
    });
  }
}
