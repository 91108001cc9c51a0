import { TestBed } from '@angular/core/testing';
import { asAuthError, createApp, grant } from '../test/app';

describe('validate()', () => {
  it('says which scopes the token has', () => {
    const { auth, signIn } = createApp({ config: { optionalScopes: ['users'] } });
    expect(auth.validate('analytics', 'users')).toEqual({ ok: true, errors: [], granted: [] });
    signIn();
    expect(auth.validate('analytics:readonly', 'users')).toEqual({
      ok: true,
      errors: [],
      granted: ['analytics:readonly']
    });
  });
});

describe('renew()', () => {
  it('asks the relay although the token is young', async () => {
    const { auth, signIn, relayCall } = createApp();
    signIn('token-1');
    const renewed = auth.renew();
    grant(relayCall(), 'token-2');
    await renewed;
    expect(await auth.token()).toBe('token-2');
  });

  it('that fails leaves the live token in use', async () => {
    const { auth, signIn, relayCall } = createApp();
    signIn('token-1');
    const renewed = auth.renew().catch((error: unknown) => error);
    relayCall().flush(null, { status: 503, statusText: 'x' });
    expect(asAuthError(await renewed).code).toBe('relay_unavailable');
    expect(await auth.token()).toBe('token-1');
    expect([auth.status(), auth.error()?.code]).toEqual(['ready', 'relay_unavailable']);
  });
});

describe('when the app is gone', () => {
  it('token() and renew() reject; they do not throw', async () => {
    const { auth, signIn } = createApp();
    signIn();
    TestBed.resetTestingModule();
    const calls = [auth.token(), auth.renew()];
    for (const call of calls) await expect(call).rejects.toThrow('NG0205');
  });
});
