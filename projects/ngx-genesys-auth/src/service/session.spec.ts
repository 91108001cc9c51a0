import { TestBed } from '@angular/core/testing';
import { GenesysAuthService, provideGenesysAuth } from 'ngx-genesys-auth';
import { CONFIG, asAuthError, createApp } from '../../test/app';

const whoAmI = () => TestBed.inject(GenesysAuthService).session();

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
    const asked = whoAmI();
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
    const asked = whoAmI();
    network.expectOne('/genesys/session').flush({ ...session, ...change });
    await asked;
    const error = asAuthError(auth.error());
    expect(error.code).toBe('relay_region_mismatch');
    expect(error.message).toContain(name);
    expect(error.message).toContain('https://api.mypurecloud.de');
    expect(warnings).toEqual([error]);
  });

  it('fails with the errors of the relay', async () => {
    const { network } = createApp();
    const asked = whoAmI().catch((error: unknown) => error);
    network.expectOne('/genesys/session').flush(null, { status: 401, statusText: 'x' });
    expect(asAuthError(await asked).code).toBe('relay_unauthenticated');
    const again = whoAmI().catch((error: unknown) => error);
    network.expectOne('/genesys/session').flush({ subject: 'ann' });
    expect(asAuthError(await again).code).toBe('relay_invalid_response');
  });

  it('asks the relay of the named configuration', async () => {
    const { auth, network } = createApp({
      auth: [
        provideGenesysAuth({ ...CONFIG, name: 'us', relay: '/us' }),
        provideGenesysAuth({ ...CONFIG, name: 'emea', relay: '/emea' })
      ]
    });
    const asked = auth.for('emea').session();
    network.expectOne('/emea/session').flush(session);
    expect(await asked).toEqual(session);
    expect(() => auth.for('apac')).toThrow('apac');
    network.verify();
  });
});
