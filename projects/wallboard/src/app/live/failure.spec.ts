import { HttpErrorResponse, HttpHeaders } from '@angular/common/http';
import { GenesysAuthError } from 'ngx-genesys-auth';
import { describeFailure } from './failure';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const answer = (status: number, error: unknown, headers: Record<string, string> = {}) =>
  new HttpErrorResponse({ status, error, headers: new HttpHeaders(headers) });

it('hands on what the library says', () => {
  const error = new GenesysAuthError('relay_unreachable', 'The relay cannot be reached.', {
    hint: 'Start it.',
    correlationId: 'c-1',
    retryAfterSeconds: 7
  });
  expect(describeFailure(error, NOW)).toEqual({
    code: 'relay_unreachable',
    message: 'The relay cannot be reached.',
    hint: error.hint,
    correlationId: 'c-1',
    retryAfterMs: 7000
  });
});

it('shows the link once where the library has no sentences, as in production', () => {
  const failure = describeFailure(new GenesysAuthError('relay_timeout', ''), NOW);
  expect(failure.message).toMatch(/^relay_timeout, see https:.+#relay_timeout$/);
  expect(failure.hint).toBe('');
});

it('says what a user can do when the session has ended', () => {
  expect(describeFailure(new GenesysAuthError('session_ended', ''), NOW)).toEqual({
    code: 'session_ended',
    message: 'Your session has ended.',
    hint: 'Sign in again, then try once more.'
  });
});

it('finds the library’s error inside of an HTTP error', () => {
  const inner = new GenesysAuthError('token_rejected', 'Refused.', { hint: 'Renew.' });
  expect(describeFailure(answer(401, inner), NOW).code).toBe('token_rejected');
});

it('tells the code, the words and the correlation id of Genesys Cloud', () => {
  const body = {
    code: 'app.not.authorized.for.scope',
    message: 'App not authorized to use scope [routing]',
    status: 403
  };
  const failure = describeFailure(answer(403, body, { 'ININ-Correlation-Id': 'id-9' }), NOW);
  expect(failure).toMatchObject({ code: body.code, message: body.message, correlationId: 'id-9' });
  expect(failure.hint).toContain('scope');
});

it('obeys Retry-After of a 429', () => {
  const body = { code: 'too.many.requests.retry.after', message: 'Rate limit exceeded' };
  expect(describeFailure(answer(429, body, { 'Retry-After': '42' }), NOW).retryAfterMs).toBe(42_000);
});

it.each([
  ['a lost network', answer(0, new ProgressEvent('error')), 'api_unreachable'],
  ['a gateway that answers HTML', answer(502, '<html>Bad gateway</html>'), 'http_502'],
  ['a fault of the page', new TypeError('x is undefined'), 'unexpected'],
  ['nothing at all', undefined, 'unexpected']
])('has a message and a hint for %s', (_what, error, code) => {
  const failure = describeFailure(error, NOW);
  expect(failure.code).toBe(code);
  expect(failure.message).not.toBe('');
  expect(failure.hint).not.toBe('');
});

it.each([
  ['120', 120_000],
  ['Mon, 23 Nov 2026 12:00:05 GMT', 5000],
  ['Mon, 23 Nov 2026 11:00:00 GMT', 0],
  ['soon', undefined],
  [null, undefined]
])('reads Retry-After %j as %p ms', (header, ms) => {
  const response = answer(429, {}, header === null ? {} : { 'Retry-After': header });
  expect(describeFailure(response, NOW).retryAfterMs).toBe(ms);
});
