import {
  RELAY_PATHS,
  SIGN_IN_FAILURES,
  SIGN_IN_PATHS,
  formatSignInResult,
  isProblem,
  isSessionResponse,
  parseSignInResult
} from './index.ts';

describe('the result of sign-in in the URL', () => {
  it.each([
    ...(['ok', 'sign_in_cancelled', 'organization_not_allowed', 'policy_denied'] as const).map((code) => ({ code })),
    ...SIGN_IN_FAILURES.map((reason) => ({ code: 'sign_in_failed' as const, reason }))
  ])('is read as it was written: %o', (result) => {
    const text = formatSignInResult(result);
    expect(text).toMatch(/^[a-z_.]+$/);
    expect(parseSignInResult(text)).toEqual(result);
  });

  it.each(['', 'OK', 'sign_in_failed', 'sign_in_failed.', 'sign_in_failed.toString', 'internal_error', '<script>'])(
    'is none: %s',
    (text) => {
      expect(parseSignInResult(text)).toBeUndefined();
    }
  );
});

describe('a session of a relay that signs users in', () => {
  const session = {
    subject: 'u1',
    identity: 'session',
    roles: ['agent'],
    scopes: ['presence'],
    defaultScopes: [],
    region: null,
    apiOrigin: 'https://api.mypurecloud.de',
    mode: 'proxy',
    user: { id: 'u1', name: 'Ann', email: 'ann@example.test', organization: { id: 'o1', name: 'Org' } },
    session: 'tag',
    expiresAt: '2026-05-01T08:00:00.000Z',
    signInUrl: 'https://app.example.test/genesys/sign-in'
  };

  it('has a user, or null when nobody is signed in', () => {
    expect(isSessionResponse(session)).toBe(true);
    expect(isSessionResponse({ ...session, user: null, session: 'signed-out', expiresAt: undefined })).toBe(true);
  });

  it.each([
    ['a user that is text', { user: 'Ann' }],
    ['a user without an id', { user: { ...session.user, id: undefined } }],
    ['a user without an organization', { user: { ...session.user, organization: undefined } }],
    ['a session that is a number', { session: 1 }],
    ['an end that is no time', { expiresAt: 'soon' }],
    ['a URL that is a number', { signInUrl: 7 }]
  ])('refuses %s', (_name, change) => {
    expect(isSessionResponse({ ...session, ...change })).toBe(false);
  });
});

describe('a problem of sign-in', () => {
  const problem = { status: 401, code: 'sign_in_required', detail: 'd' };

  it('names the URL to sign in at, or the reason', () => {
    expect(isProblem({ ...problem, signInUrl: 'https://app.example.test/genesys/sign-in' })).toBe(true);
    expect(isProblem({ ...problem, code: 'sign_in_failed', status: 400, reason: 'state_unknown' })).toBe(true);
    expect(isProblem({ ...problem, signInUrl: 7 })).toBe(false);
    expect(isProblem({ ...problem, reason: 'anything' })).toBe(false);
  });
});

it('the paths of sign-in are those of the relay', () => {
  expect([RELAY_PATHS.signIn, RELAY_PATHS.signInCallback, RELAY_PATHS.signOut]).toEqual(Object.values(SIGN_IN_PATHS));
});
