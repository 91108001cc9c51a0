import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  HttpBackend,
  HttpClient,
  type HttpInterceptorFn,
  HttpHeaders,
  HttpRequest,
  HttpResponse,
  HttpXhrBackend,
  provideHttpClient,
  withInterceptors,
  withRequestsMadeViaParent
} from '@angular/common/http';
import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  EnvironmentInjector,
  type EnvironmentProviders,
  type Provider,
  createEnvironmentInjector,
  inject
} from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter, withExperimentalAutoCleanupInjectors } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import {
  type GenesysAuthConfig,
  type GenesysAuthConfigLoader,
  genesysAuthInterceptor,
  provideGenesysAuth
} from 'ngx-genesys-auth';
import { NEVER, of } from 'rxjs';
import { API, CONFIG, observe, settle } from '../../test/app';
import { REQUEST_WATCH, type RequestWatch } from './request-watch';

/** What an application build puts in the place of `ngDevMode`. */
const setDevMode = (value: unknown) => Object.assign(globalThis, { ngDevMode: value });
const developing: unknown = ngDevMode;

afterEach(() => {
  setDevMode(developing);
  jest.restoreAllMocks();
});

function stackDepth(): number {
  const { stackTraceLimit, prepareStackTrace } = Error;
  let depth = 0;
  Error.stackTraceLimit = Infinity;
  // Counting is all: writing the names of the functions would take most of the time of these tests.
  Error.prepareStackTrace = (_error, frames) => (depth = frames.length);
  expect(new Error('depth').stack).toBe(depth);
  Object.assign(Error, { stackTraceLimit, prepareStackTrace });
  return depth;
}

const intercepted: RequestWatch['watch'] = (request, next, intercept) => intercept(request, next);

/** Collects garbage in a separate task: a WeakRef keeps its target until the task that made it ends. */
async function settleAndCollect(): Promise<void> {
  setFlagsFromString('--expose_gc');
  const collect: unknown = runInNewContext('gc');
  for (let task = 0; task < 3; task++) {
    await new Promise((resolve) => setTimeout(resolve));
    if (typeof collect === 'function') collect();
  }
}

/** Answers as relay and API in one. */
class Network implements HttpBackend {
  /** How many functions were on the stack at the last request. */
  depth = 0;
  isMeasured = true;
  authorization: string | null = null;

  handle({ url, headers }: HttpRequest<unknown>) {
    if (this.isMeasured) this.depth = stackDepth();
    this.authorization = headers.get('Authorization');
    const bodies: Record<string, unknown> = {
      '/genesys/token': { access_token: 't', token_type: 'Bearer', expires_in: 300, scope: 'analytics routing' },
      '/genesys.json': CONFIG
    };
    return of(new HttpResponse({ status: 200, body: bodies[url] ?? url }));
  }
}

const withOurs = provideHttpClient(withInterceptors([genesysAuthInterceptor]), withRequestsMadeViaParent());

function createRoot(...providers: (Provider | EnvironmentProviders)[]) {
  const network = new Network();
  TestBed.configureTestingModule({
    providers: [provideHttpClient(), ...providers, { provide: HttpBackend, useValue: network }]
  });
  return {
    network,
    /** Makes a lazy part of the app. */
    open: (...own: (Provider | EnvironmentProviders)[]) =>
      createEnvironmentInjector([withOurs, ...own], TestBed.inject(EnvironmentInjector)),
    /** How deep the stack is at the backend, for a request of the root. */
    depthAtRoot: () => {
      TestBed.inject(HttpClient).get('/plain').subscribe();
      return network.depth;
    }
  };
}

const send = (injector: EnvironmentInjector, url = `${API}/api/v2/users/me`) =>
  observe(injector.get(HttpClient).get(url));

describe('1,000 lazy parts of an app that share the backend of the root', () => {
  const VISITS = 1_000;

  // Angular and the library check more in development, which would take most of the time.
  beforeEach(() => setDevMode(false));

  /** Opens and destroys them. Returns what went wrong, and how deep the stack was at every hundredth. */
  function visitAll(network: Network, open: (visit: number) => EnvironmentInjector) {
    const errors: unknown[] = [];
    const depths = new Set<number>();
    for (let visit = 0; visit < VISITS; visit++) {
      network.isMeasured = visit % 100 === 0;
      const part = open(visit);
      const { error } = send(part);
      if (error !== undefined) errors.push(error);
      if (network.isMeasured) depths.add(network.depth);
      part.destroy();
    }
    network.isMeasured = true;
    return { errors, depths };
  }

  it('leave nothing on it when each has its own configuration', () => {
    const { network, open, depthAtRoot } = createRoot();
    const plain = depthAtRoot();
    const { errors, depths } = visitAll(network, () => open(provideGenesysAuth(CONFIG)));
    expect([errors, depths.size]).toEqual([[], 1]);
    expect(Object.hasOwn(network, 'handle')).toBe(false);
    expect(depthAtRoot()).toBe(plain);
  });

  it('leave nothing on it, and nothing to do at the end, when the configuration is at the root', () => {
    const { network, open } = createRoot(provideGenesysAuth(CONFIG));
    const first = open();
    send(first);
    send(first);
    const { depth } = network;
    const atTheEnd = jest.spyOn(TestBed.inject(DestroyRef), 'onDestroy');
    const { errors } = visitAll(network, (visit) =>
      open({ provide: HttpBackend, useValue: visit % 2 === 0 ? network : new Network() })
    );
    expect(errors).toEqual([]);
    expect(atTheEnd).not.toHaveBeenCalled();
    send(first);
    expect([network.depth, network.authorization]).toEqual([depth, 'Bearer t']);
    TestBed.resetTestingModule();
    expect(Object.hasOwn(network, 'handle')).toBe(false);
  });
});

describe('a guard on a shared backend', () => {
  it('stays for the other parts when one is destroyed', () => {
    const { network, open } = createRoot();
    const [first, second] = [open(provideGenesysAuth(CONFIG)), open(provideGenesysAuth(CONFIG))];
    for (const part of [first, second, second]) send(part);
    const { depth } = network;
    first.destroy();
    TestBed.inject(HttpClient)
      .get('https://evil.example', { headers: { Authorization: 'Bearer t' } })
      .subscribe();
    expect(network.authorization).toBeNull();
    send(second);
    expect([network.depth, network.authorization]).toEqual([depth, 'Bearer t']);
  });

  it('leaves a patch in place that somebody else made later, and works behind it', () => {
    const { network, open } = createRoot();
    const first = open(provideGenesysAuth(CONFIG));
    send(first);
    const seen: string[] = [];
    const guarded = network.handle.bind(network);
    network.handle = (request) => {
      seen.push(request.url);
      return guarded(request);
    };
    first.destroy();
    const depths = [1, 2, 3].map(() => {
      const part = open(provideGenesysAuth(CONFIG));
      send(part);
      part.destroy();
      return network.depth;
    });
    expect(new Set(depths).size).toBe(1);
    expect(seen).toHaveLength(6);
  });

  it.each([
    ['development', developing],
    ['production', false]
  ])('does not disturb the root after a part whose configuration was never loaded (%s)', async (_name, mode) => {
    const { network, open } = createRoot();
    TestBed.inject(EnvironmentInjector);
    setDevMode(mode);
    const part = open(provideGenesysAuth(() => Promise.resolve(CONFIG)));
    send(part, '/x');
    await settle();
    part.destroy();
    const own = observe(TestBed.inject(HttpClient).get('/own', { headers: { Authorization: 'Basic own' } }));
    expect([own.error, own.values]).toEqual([undefined, ['/own']]);
    expect(network.authorization).toBe('Basic own');
  });
});

describe('lazy parts that come and go while a request of the root never ends', () => {
  const endless: HttpInterceptorFn = (request, next) => (request.url.endsWith('/endless') ? NEVER : next(request));
  const EVIL = 'https://evil.example';

  it.each<[string, (network: Network) => (Provider | EnvironmentProviders)[]]>([
    ['the backend of the root', (network) => [{ provide: HttpBackend, useValue: network }]],
    ['a backend each', () => [{ provide: HttpBackend, useFactory: () => new Network() }]],
    ['a backend of Angular', () => []]
  ])('are released, and add no guard to the backend of the root, with %s', async (_name, backend) => {
    const takenOff = jest.fn();
    const { network } = createRoot(
      provideHttpClient(withInterceptors([genesysAuthInterceptor, endless])),
      provideGenesysAuth(CONFIG),
      { provide: REQUEST_WATCH, useValue: { watch: intercepted, tokenRemoved: takenOff } }
    );
    const root = TestBed.inject(EnvironmentInjector);
    send(root, `${API}/endless`);
    const visit = () => {
      const part = createEnvironmentInjector(
        [provideHttpClient(withInterceptors([genesysAuthInterceptor, endless])), ...backend(network)],
        root
      );
      send(part, '/plain.json');
      part.destroy();
      return new WeakRef(part);
    };
    jest.spyOn(TestBed.inject(HttpXhrBackend), 'handle').mockReturnValue(of(new HttpResponse({ body: null })));
    const parts = Array.from({ length: 20 }, visit);
    await settleAndCollect();
    expect(parts.filter((part) => part.deref()).length).toBeLessThan(3);
    for (const headers of [{ Authorization: 'Bearer own' }, { Authorization: 'Bearer t' }]) {
      observe(root.get(HttpClient).get(EVIL, { headers }));
      expect(network.authorization).toBe(headers.Authorization === 'Bearer t' ? null : 'Bearer own');
    }
    expect(takenOff).toHaveBeenCalledTimes(1);
  });
});

it('a backend that lazy parts of several apps share has the guard of the last app alone', () => {
  const shared = new Network();
  const takenOff = jest.fn();
  for (let app = 0; app < 3; app++) {
    TestBed.resetTestingModule();
    const watch = { watch: intercepted, tokenRemoved: takenOff };
    const { open } = createRoot(provideGenesysAuth(CONFIG), { provide: REQUEST_WATCH, useValue: watch });
    const part = open(provideHttpClient(withInterceptors([genesysAuthInterceptor])), {
      provide: HttpBackend,
      useValue: shared
    });
    send(part);
  }
  const headers = new HttpHeaders({ Authorization: 'Bearer t' });
  shared.handle(new HttpRequest('GET', 'https://evil.example', { headers })).subscribe();
  expect([shared.authorization, takenOff.mock.calls.length]).toEqual([null, 1]);
});

describe('a lazy route whose injector the router destroys', () => {
  @Component({ selector: 'genesys-home', template: '', changeDetection: ChangeDetectionStrategy.OnPush })
  class Home {}

  @Component({ selector: 'genesys-lazy', template: '', changeDetection: ChangeDetectionStrategy.OnPush })
  class Lazy {
    constructor() {
      observe(inject(HttpClient).get(url));
    }
  }
  let url: string;

  const createRoutes = (config: GenesysAuthConfig | GenesysAuthConfigLoader) =>
    createRoot(
      provideRouter(
        [
          { path: '', component: Home },
          { path: 'lazy', component: Lazy, providers: [withOurs, provideGenesysAuth(config)] }
        ],
        withExperimentalAutoCleanupInjectors()
      )
    );

  it('leaves no function on the stack of the requests of the root', async () => {
    url = `${API}/api/v2/users/me`;
    const { network, depthAtRoot } = createRoutes(CONFIG);
    const harness = await RouterTestingHarness.create('/');
    const plain = depthAtRoot();
    for (let visit = 0; visit < 30; visit++) {
      await harness.navigateByUrl('/lazy');
      expect(network.authorization).toBe('Bearer t');
      await harness.navigateByUrl('/');
    }
    expect(depthAtRoot()).toBe(plain);
  });

  it('leaves the credentials of the root alone when its configuration was loaded', async () => {
    url = '/x';
    const { network } = createRoutes(() => inject(HttpClient).get<GenesysAuthConfig>('/genesys.json'));
    const harness = await RouterTestingHarness.create('/');
    await harness.navigateByUrl('/lazy');
    await settle();
    await harness.navigateByUrl('/');
    const headers = { Authorization: 'Bearer own-session' };
    for (let call = 0; call < 2; call++) {
      expect(observe(TestBed.inject(HttpClient).get('/own', { headers })).error).toBeUndefined();
      expect(network.authorization).toBe('Bearer own-session');
    }
  });
});
