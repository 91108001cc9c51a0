import { asAuthError, createApp, grant } from '../test/app';

const session = {
  subject: 'ann',
  identity: 'jwt',
  roles: ['supervisor'],
  scopes: ['analytics', 'routing'],
  defaultScopes: [],
  region: 'mypurecloud.de',
  apiOrigin: 'https://api.mypurecloud.de',
  mode: 'token'
};

describe('session()', () => {
  it('says who the relay thinks is calling', async () => {
    const { auth, network } = createApp();
    const asked = auth.session();
    const call = network.expectOne('/genesys/session');
    expect([call.request.method, call.request.headers.get('X-Genesys-Auth')]).toEqual(['GET', '1']);
    call.flush(session);
    expect(await asked).toEqual(session);
    expect(auth.error()).toBeNull();
    network.verify();
  });

  it.each([
    [{ region: 'mypurecloud.ie', apiOrigin: 'https://api.mypurecloud.ie' }, 'region mypurecloud.ie'],
    [{ region: null, apiOrigin: 'http://localhost:4211' }, 'http://localhost:4211']
  ])('says so when the relay serves %j', async (change, name) => {
    const { auth, network } = createApp();
    const warnings: unknown[] = [];
    auth.events$.subscribe((event) => {
      if (event.type === 'warning') warnings.push(event.error);
    });
    const asked = auth.session();
    network.expectOne('/genesys/session').flush({ ...session, ...change });
    await asked;
    const error = asAuthError(auth.error());
    expect(error.code).toBe('relay_region_mismatch');
    expect(error.message).toContain(name);
    expect(error.message).toContain('https://api.mypurecloud.de');
    expect(warnings).toEqual([error]);
  });

  it('fails with the errors of the relay', async () => {
    const { auth, network } = createApp();
    const asked = auth.session().catch((error: unknown) => error);
    network.expectOne('/genesys/session').flush(null, { status: 401, statusText: 'x' });
    expect(asAuthError(await asked).code).toBe('relay_unauthenticated');
    const again = auth.session().catch((error: unknown) => error);
    network.expectOne('/genesys/session').flush({ subject: 'ann' });
    expect(asAuthError(await again).code).toBe('relay_invalid_response');
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
