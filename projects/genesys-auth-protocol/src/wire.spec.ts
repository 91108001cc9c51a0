import { isProblem, isSessionResponse, isTokenResponse } from './index.ts';

const token = { access_token: 'abc-_.~+/=', token_type: 'Bearer', expires_in: 300, scope: 'analytics routing' };

describe('isTokenResponse', () => {
  it.each([['Bearer'], ['bearer'], ['BEARER']])(
    'takes the type %s (RFC 6749 section 5.1: case-insensitive)',
    (type) => {
      expect(isTokenResponse({ ...token, token_type: type })).toBe(true);
    }
  );

  it.each([
    ['no token', { access_token: undefined }],
    ['an empty token', { access_token: '' }],
    ['a token that would split a header', { access_token: 'abc\r\nX-Evil: 1' }],
    ['a token with a space', { access_token: 'a b' }],
    ['another type', { token_type: 'mac' }],
    ['a lifetime that is a string', { expires_in: '300' }],
    ['no lifetime', { expires_in: 0 }],
    ['a negative lifetime', { expires_in: -1 }],
    ['an endless lifetime', { expires_in: Infinity }],
    ['a scope that is no string', { scope: ['analytics'] }]
  ])('refuses %s', (_name, change) => {
    expect(isTokenResponse({ ...token, ...change })).toBe(false);
  });

  it.each([[null], [undefined], ['text'], [42], [[token]]])('refuses %p', (value) => {
    expect(isTokenResponse(value)).toBe(false);
  });
});

describe('isSessionResponse', () => {
  const session = {
    subject: 'ann',
    identity: 'jwt',
    roles: ['supervisor'],
    scopes: ['analytics'],
    defaultScopes: [],
    region: null,
    apiOrigin: 'https://api.mypurecloud.de',
    mode: 'token'
  };

  it('takes a whole session', () => {
    expect(isSessionResponse(session)).toBe(true);
    expect(isSessionResponse({ ...session, caller: 'a1' })).toBe(true);
    expect(isSessionResponse({ ...session, caller: 7 })).toBe(false);
  });

  it.each([['subject'], ['roles'], ['scopes'], ['defaultScopes'], ['region'], ['apiOrigin'], ['mode']])(
    'refuses one without %s',
    (key) => {
      expect(isSessionResponse({ ...session, [key]: undefined })).toBe(false);
    }
  );
});

describe('isProblem', () => {
  const problem = {
    type: 'urn:genesys-auth:problem:unauthenticated',
    title: 't',
    status: 401,
    code: 'unauthenticated',
    detail: 'd'
  };

  it('takes a problem with a known code', () => {
    expect(isProblem(problem)).toBe(true);
    expect(isProblem({ ...problem, hint: 'h', scopes: ['a'], nearest: 'b', extra: 1 })).toBe(true);
  });

  it.each([
    ['an unknown code', { code: 'nonsense' }],
    ['a code from the prototype', { code: 'toString' }],
    ['a status that is a string', { status: '401' }],
    ['no detail', { detail: undefined }],
    ['scopes that are no list', { scopes: 'analytics' }]
  ])('refuses %s', (_name, change) => {
    expect(isProblem({ ...problem, ...change })).toBe(false);
  });
});
