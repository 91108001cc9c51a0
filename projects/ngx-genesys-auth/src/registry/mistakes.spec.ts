import { HttpClient, provideHttpClient, withInterceptors, withRequestsMadeViaParent } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import {
  ChangeDetectionStrategy,
  Component,
  type EnvironmentProviders,
  inject,
  provideAppInitializer,
  provideEnvironmentInitializer
} from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import {
  type GenesysAuthConfig,
  genesysAuthInterceptor,
  genesysConfig,
  provideGenesysAuth,
  withRetry
} from 'ngx-genesys-auth';
import { NEVER, Subject } from 'rxjs';
import { API, CONFIG, type Outcome, asAuthError, bearer, grant, observe } from '../../test/app';

const WRONG = { ...CONFIG, scopes: [] };
const US = { name: 'us', region: 'mypurecloud.com', relay: '/us', scopes: ['analytics'] };
const US_API = 'https://api.mypurecloud.com/api/v2/users/me';

/** Requests of an initializer that runs before the configurations start. */
let early: (http: HttpClient, network: HttpTestingController) => void;
const makeRequests = () => {
  early(inject(HttpClient), inject(HttpTestingController));
};

/** What stops the app at start. */
function started(...providers: EnvironmentProviders[]): unknown {
  TestBed.configureTestingModule({
    providers: [provideHttpClient(withInterceptors([genesysAuthInterceptor])), provideHttpClientTesting(), ...providers]
  });
  try {
    TestBed.inject(HttpClient);
    return undefined;
  } catch (error) {
    return error;
  }
}

const expectMistake = (error: unknown, key: string, configuration?: string) => {
  const { code, message } = asAuthError(error);
  expect(code).toBe('config_invalid');
  expect(message).toContain(`${key}: `);
  expect(message).toContain(`Write ${key}: ['analytics'].`);
  if (configuration !== undefined) expect(message).toContain(`"${configuration}"`);
};

describe('a mistake in a configuration stops the app at start', () => {
  const plain = (http: HttpClient, network: HttpTestingController) => {
    const outcome = observe(http.get('/i18n/de.json'));
    network.expectOne('/i18n/de.json').flush({ yes: 'ja' });
    expect(outcome.values).toEqual([{ yes: 'ja' }]);
  };

  it.each([
    ['nothing makes a request before', []],
    ['an environment initializer makes the first request', [provideEnvironmentInitializer(makeRequests)]],
    ['an app initializer makes the first request', [provideAppInitializer(makeRequests)]]
  ])('when %s', (_name, before) => {
    early = plain;
    expectMistake(started(...before, provideGenesysAuth(WRONG)), 'scopes');
    TestBed.resetTestingModule();
    expectMistake(started(...before, provideGenesysAuth(WRONG), provideGenesysAuth(US)), 'scopes');
    TestBed.resetTestingModule();
    const named = { ...WRONG, name: 'emea' };
    expectMistake(started(...before, provideGenesysAuth(US), provideGenesysAuth(named)), 'scopes', 'emea');
  });

  it('when a request of an initializer is for the API of the wrong one', () => {
    let outcome: Outcome | undefined;
    early = (http) => (outcome = observe(http.get(`${API}/api/v2/users/me`)));
    const before = provideEnvironmentInitializer(makeRequests);
    expectMistake(started(before, provideGenesysAuth(WRONG), provideGenesysAuth(US)), 'scopes');
    expectMistake(outcome?.error, 'scopes');
  });

  it.each([
    ['two configurations of one name', 'name', [provideGenesysAuth(CONFIG), provideGenesysAuth(CONFIG)]],
    ['a feature that is given twice', 'features', [provideGenesysAuth(CONFIG, withRetry(), withRetry())]]
  ])('when it is %s, and an initializer has made a request', (_name, key, auth) => {
    early = plain;
    const { code, message } = asAuthError(started(provideEnvironmentInitializer(makeRequests), ...auth));
    expect([code, message]).toEqual(['config_invalid', expect.stringContaining(`${key}: `)]);
  });

  it('as a navigation when it is provided by a route, whoever makes the first request there', async () => {
    @Component({ selector: 'genesys-lazy', template: '', changeDetection: ChangeDetectionStrategy.OnPush })
    class Lazy {}
    early = plain;
    started(
      provideRouter([
        {
          path: 'lazy',
          component: Lazy,
          providers: [
            provideHttpClient(withInterceptors([genesysAuthInterceptor]), withRequestsMadeViaParent()),
            provideEnvironmentInitializer(makeRequests),
            provideGenesysAuth(WRONG),
            provideGenesysAuth(US)
          ]
        }
      ]),
      // The interceptor of the root needs a configuration, too.
      provideGenesysAuth(CONFIG)
    );
    const harness = await RouterTestingHarness.create();
    for (let visit = 0; visit < 2; visit++) {
      expectMistake(await harness.navigateByUrl('/lazy').catch((error: unknown) => error), 'scopes');
    }
  });
});

describe('the other configurations, beside one with a mistake', () => {
  const before = provideEnvironmentInitializer(makeRequests);

  it('work', () => {
    early = (http, network) => {
      for (const context of [undefined, genesysConfig('us')]) {
        const outcome = observe(http.get(US_API, { ...(context && { context }) }));
        network.match('/us/token').forEach((call) => {
          grant(call, 'us', 300, 'analytics');
        });
        const call = network.expectOne(US_API);
        expect(bearer(call)).toBe('Bearer us');
        call.flush('ok');
        expect(outcome.values).toEqual(['ok']);
      }
    };
    expectMistake(started(before, provideGenesysAuth(WRONG), provideGenesysAuth(US)), 'scopes');
    expect.assertions(7);
  });

  it('are waited for while they are loaded', () => {
    const loading = new Subject<GenesysAuthConfig>();
    early = (http, network) => {
      const outcome = observe(http.get(US_API));
      expect(outcome.error).toBeUndefined();
      loading.next(US);
      grant(network.expectOne('/us/token'), 'us', 300, 'analytics');
      expect(bearer(network.expectOne(US_API))).toBe('Bearer us');
    };
    started(before, provideGenesysAuth(WRONG), provideGenesysAuth({ name: 'us', load: () => loading }));
    expect.assertions(2);
  });

  it('fail with their own mistake, and not with that of the first', () => {
    const outcomes: Outcome[] = [];
    early = (http) => {
      outcomes.push(
        observe(http.get(US_API, { context: genesysConfig('us') })),
        observe(http.get(`${API}/x`, { context: genesysConfig('emea') })),
        observe(http.get(US_API, { context: genesysConfig('us') }))
      );
    };
    const wrong = { ...US, scopes: [] };
    started(before, provideGenesysAuth({ ...WRONG, name: 'emea' }), provideGenesysAuth(wrong));
    const names = ['us', 'emea', 'us'];
    expect(outcomes).toHaveLength(3);
    outcomes.forEach(({ error }, index) => {
      expectMistake(error, 'scopes', names[index]);
    });
  });

  it('do not keep a request waiting that can be for the wrong one alone', () => {
    let outcome: Outcome | undefined;
    early = (http) => (outcome = observe(http.get(`${API}/x`, { context: genesysConfig('emea') })));
    started(
      before,
      provideGenesysAuth({ name: 'us', load: () => NEVER }),
      provideGenesysAuth({ ...WRONG, name: 'emea' })
    );
    expectMistake(outcome?.error, 'scopes', 'emea');
  });
});
