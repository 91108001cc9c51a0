import { PLATFORM_ID } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import {
  type GenesysAuthConfig,
  GenesysAuthService,
  type SessionResponse,
  isScopeDenied,
  provideGenesysAuth,
  withProxyMode
} from 'ngx-genesys-auth';
import { Subject } from 'rxjs';
import { API, CONFIG, asAuthError, codeOf, createApp, grant } from '../../test/app';

describe('the class', () => {
  it('is what apps inject, by any name of a configuration', () => {
    const { auth } = createApp({
      auth: [provideGenesysAuth({ ...CONFIG, name: 'us' }), provideGenesysAuth({ ...CONFIG, name: 'emea' })]
    });
    expect(auth).toBeInstanceOf(GenesysAuthService);
    expect(auth.for('emea')).toBeInstanceOf(GenesysAuthService);
    expect(auth.for('emea')).toBe(auth.for('emea'));
    expect(auth.for('us')).toBe(auth);
  });

  it('lets a test spy on its methods', async () => {
    const { auth, network } = createApp();
    const session = { subject: 'ann' } as SessionResponse;
    jest.spyOn(auth, 'session').mockResolvedValue(session);
    expect(await auth.session()).toBe(session);
    jest.spyOn(GenesysAuthService.prototype, 'hasScopes').mockReturnValue(true);
    expect(auth.hasScopes('users')).toBe(true);
    network.verify();
    jest.restoreAllMocks();
  });

  it('has its methods on the prototype, where tools that create doubles find them', () => {
    const methods = ['token', 'ensureScopes', 'hasScopes', 'validate', 'session', 'renew', 'clear', 'for'];
    expect(Object.getOwnPropertyNames(GenesysAuthService.prototype)).toEqual(expect.arrayContaining(methods));
  });
});

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

describe('ensureScopes()', () => {
  const SESSION = {
    subject: 'ann',
    identity: 'jwt',
    roles: [],
    scopes: ['analytics', 'routing'],
    defaultScopes: [],
    region: 'mypurecloud.de',
    apiOrigin: API,
    mode: 'proxy'
  };
  /** An app in either mode, with the call by which the relay says what it grants. */
  const createModeApp = (mode: 'token' | 'proxy') => {
    const app = createApp({
      config: { optionalScopes: ['users'] },
      features: mode === 'proxy' ? [withProxyMode()] : []
    });
    const relayCall = () => app.network.expectOne(mode === 'proxy' ? '/genesys/session' : '/genesys/token');
    const answer = () => {
      if (mode === 'proxy') relayCall().flush(SESSION);
      else grant(relayCall());
    };
    return { ...app, relayCall, answer };
  };
  const refused = { status: 403, statusText: 'Forbidden' };

  describe.each(['token', 'proxy'] as const)('in %s mode', (mode) => {
    it('asks the relay if necessary, and resolves if all scopes are granted or covered', async () => {
      const { auth, answer, network } = createModeApp(mode);
      const first = auth.ensureScopes('routing:readonly', 'analytics');
      answer();
      await expect(first).resolves.toBeUndefined();
      await expect(auth.ensureScopes('routing')).resolves.toBeUndefined();
      await expect(auth.ensureScopes()).resolves.toBeUndefined();
      network.verify();
    });

    it('rejects with the scopes that are not granted', async () => {
      const { auth, answer } = createModeApp(mode);
      const call = auth.ensureScopes('routing', 'users');
      answer();
      const error: unknown = await call.catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'scope_not_granted', scopes: ['users'] });
      expect(isScopeDenied(error)).toBe(true);
    });

    it.each([
      ['two words', 'scope_malformed'],
      ['anaytics', 'scope_near_miss'],
      ['analytics:reporting:read', 'scope_unknown_in_area'],
      ['outbound', 'scope_not_configured']
    ])('rejects %s with %s, and sends nothing', async (scope, code) => {
      const { auth, network } = createModeApp(mode);
      const error: unknown = await auth.ensureScopes('routing', scope).catch((reason: unknown) => reason);
      expect([codeOf(error), isScopeDenied(error)]).toEqual([code, false]);
      network.verify();
    });

    it.each([
      ['policy_denied', 'relay_forbidden', true],
      ['origin_not_allowed', 'relay_forbidden', false],
      ['insufficient_scope', 'scope_not_granted', true]
    ])('rejects if the relay answers %s', async (problem, code, isDenied) => {
      const { auth, relayCall } = createModeApp(mode);
      const call = auth.ensureScopes('routing');
      relayCall().flush({ code: problem, detail: 'Not you.' }, refused);
      const error: unknown = await call.catch((reason: unknown) => reason);
      expect([codeOf(error), isScopeDenied(error)]).toEqual([code, isDenied]);
    });

    it('rejects with signed_out if clear() is called while it waits', async () => {
      const { auth, relayCall } = createModeApp(mode);
      const call = auth.ensureScopes('routing').catch(codeOf);
      const asked = relayCall();
      auth.clear();
      expect([await call, asked.cancelled]).toEqual(['signed_out', true]);
    });
  });

  it('waits for a configuration that is loaded at run time, and checks the scopes against it', async () => {
    const config = new Subject<GenesysAuthConfig>();
    const { auth, network } = createApp({ auth: [provideGenesysAuth(() => config)] });
    const calls = [auth.ensureScopes('routing'), auth.ensureScopes('outbound').catch(codeOf)];
    network.verify();
    config.next(CONFIG);
    grant(network.expectOne('/genesys/token'));
    expect(await Promise.all(calls)).toEqual([undefined, 'scope_not_configured']);
  });

  it('of a named configuration asks the relay of that', async () => {
    const { auth, network } = createApp({
      auth: [
        provideGenesysAuth({ ...CONFIG, name: 'us', relay: '/us' }),
        provideGenesysAuth({ ...CONFIG, name: 'emea', relay: '/emea' }, withProxyMode())
      ]
    });
    const call = auth.for('emea').ensureScopes('routing');
    network.expectOne('/emea/session').flush(SESSION);
    await expect(call).resolves.toBeUndefined();
    network.verify();
  });

  it('fails on the server, which has no credential', async () => {
    const { auth, network } = createApp({ providers: [{ provide: PLATFORM_ID, useValue: 'server' }] });
    expect(await auth.ensureScopes('routing').catch(codeOf)).toBe('server_no_credential');
    network.verify();
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

it('clear() does not throw after the app is destroyed', () => {
  const { auth } = createApp();
  TestBed.resetTestingModule();
  expect(() => {
    auth.clear();
  }).not.toThrow();
});
