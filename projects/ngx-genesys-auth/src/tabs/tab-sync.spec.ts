import { HttpClient, provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { EnvironmentInjector, PLATFORM_ID, createEnvironmentInjector } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { of } from 'rxjs';
import {
  type GenesysAuthConfig,
  type GenesysAuthConfigLoader,
  type GenesysAuthFeature,
  GenesysAuthService,
  type TabSyncOptions,
  genesysAuthInterceptor,
  provideGenesysAuth,
  withProxyMode,
  withTabSync
} from 'ngx-genesys-auth';
import {
  API,
  CONFIG,
  TOKEN_URL,
  bearer,
  codeOf,
  grant,
  observe,
  provideSubtle,
  refuse,
  settle,
  sha256
} from '../../test/app';

const SESSION_URL = '/genesys/session';
const SESSION = {
  subject: 'ann',
  identity: 'jwt',
  roles: [],
  scopes: [],
  defaultScopes: [],
  region: null,
  apiOrigin: API,
  mode: 'token'
};
const SECOND = 1000;

/** The channels of one browser, as jsdom has none. Real tabs talk in the browser tests. */
class FakeChannel {
  static all: FakeChannel[] = [];
  static said: { name: string; data: unknown }[] = [];
  /** Messages on their way, where a test holds them. */
  static held: (() => void)[] | undefined;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  readonly name: string;
  constructor(name: string) {
    this.name = name;
    FakeChannel.all.push(this);
  }
  postMessage(data: unknown): void {
    FakeChannel.said.push({ name: this.name, data });
    const copy: unknown = JSON.parse(JSON.stringify(data));
    for (const other of FakeChannel.all) {
      if (other === this || other.name !== this.name) continue;
      const deliver = () => other.onmessage?.({ data: copy });
      if (FakeChannel.held) FakeChannel.held.push(deliver);
      else queueMicrotask(deliver);
    }
  }
  close(): void {
    FakeChannel.all = FakeChannel.all.filter((other) => other !== this);
  }
}

beforeEach(() => {
  FakeChannel.all = [];
  FakeChannel.said = [];
  FakeChannel.held = undefined;
  Object.defineProperty(globalThis, 'BroadcastChannel', { configurable: true, value: FakeChannel });
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick', 'setImmediate'] });
});
afterEach(() => {
  Reflect.deleteProperty(globalThis, 'BroadcastChannel');
  jest.useRealTimers();
});

interface TabOptions {
  readonly user?: string | null;
  readonly config?: Partial<GenesysAuthConfig>;
  /** Takes the place of `config`, where it is known only at run time. */
  readonly loaded?: GenesysAuthConfigLoader;
  readonly options?: TabSyncOptions;
  readonly features?: readonly GenesysAuthFeature[];
  readonly platform?: string;
}

/** One tab. `user` can be changed, as somebody else may sign in. */
function openTab({ user = 'ann', config, loaded, options, features = [], platform = 'browser' }: TabOptions = {}) {
  const tab = { user };
  const injector = createEnvironmentInjector(
    [
      { provide: PLATFORM_ID, useValue: platform },
      provideHttpClient(withInterceptors([genesysAuthInterceptor])),
      provideHttpClientTesting(),
      provideGenesysAuth(
        loaded ?? ({ ...CONFIG, ...config } as GenesysAuthConfig),
        withTabSync({ shareToken: true, subject: () => tab.user, ...options }),
        ...features
      )
    ],
    TestBed.inject(EnvironmentInjector)
  );
  const network = injector.get(HttpTestingController);
  const http = injector.get(HttpClient);
  return Object.assign(tab, {
    auth: injector.get(GenesysAuthService),
    network,
    get: () => observe(http.get(`${API}/x`)),
    /** Lets the other tabs have their say, and nobody answer. */
    unanswered: async () => {
      await settle();
      jest.advanceTimersByTime(SECOND);
      await settle();
    },
    grant: async (token: string, expiresIn = 300, caller?: string) => {
      network
        .expectOne(({ url }) => url === TOKEN_URL || url === '/other/token')
        .flush({
          access_token: token,
          token_type: 'Bearer',
          expires_in: expiresIn,
          scope: 'analytics routing',
          caller
        });
      await settle();
    },
    sent: () => network.match(`${API}/x`).map(bearer),
    close: () => {
      injector.destroy();
    }
  });
}

type Tab = ReturnType<typeof openTab>;

async function signIn(tab: Tab, token = 'token-1', expiresIn = 300): Promise<void> {
  tab.get();
  await tab.unanswered();
  await tab.grant(token, expiresIn);
  expect(tab.sent()).toEqual([`Bearer ${token}`]);
}

describe('with shareToken', () => {
  it('a tab takes the token of another tab of the same user, and the relay is not called', async () => {
    const [one, two, three] = [openTab(), openTab(), openTab()];
    await signIn(one);
    for (const tab of [two, three]) {
      tab.get();
      await settle();
      tab.network.expectNone(TOKEN_URL);
      expect(tab.sent()).toEqual(['Bearer token-1']);
      expect(tab.auth.status()).toBe('ready');
      expect([...tab.auth.scopes()]).toEqual(['analytics', 'routing']);
    }
    // A tab that was given one can give it.
    one.close();
    const four = openTab();
    four.get();
    await settle();
    expect(four.sent()).toEqual(['Bearer token-1']);
  });

  it('a token is said only as an answer, on a channel of that user, and stored nowhere', async () => {
    const stores = jest.spyOn(Storage.prototype, 'setItem');
    const [one, two] = [openTab(), openTab()];
    await signIn(one);
    expect(JSON.stringify(FakeChannel.said)).not.toContain('token-1');
    two.get();
    await settle();
    const said = FakeChannel.said.filter(({ data }) => JSON.stringify(data).includes('token-1'));
    expect(said).toHaveLength(1);
    expect(said[0]?.name).toContain('ann');
    expect(FakeChannel.said.every(({ name }) => !name.includes('token-1'))).toBe(true);
    expect(stores).not.toHaveBeenCalled();
    stores.mockRestore();
  });

  it('what is left of its life is right, whatever the clocks of the tabs say and however late the answer comes', async () => {
    const [one, two] = [openTab(), openTab()];
    await signIn(one, 'token-1', 300);
    jest.advanceTimersByTime(100 * SECOND);
    const truth = one.auth.expiresAt()?.getTime() ?? 0;
    // Question and answer take 60 ms each.
    FakeChannel.held = [];
    two.get();
    for (let message = 0; message < 2; message++) {
      await settle();
      expect(FakeChannel.held).toHaveLength(1);
      jest.advanceTimersByTime(60);
      FakeChannel.held.pop()?.();
    }
    FakeChannel.held = undefined;
    await settle();
    expect(two.sent()).toEqual(['Bearer token-1']);
    const believed = two.auth.expiresAt()?.getTime() ?? 0;
    expect(believed).toBeLessThanOrEqual(truth);
    expect(believed).toBeGreaterThan(truth - 100);
    jest.advanceTimersByTime(200 * SECOND);
    two.get();
    await two.unanswered();
    expect(two.sent()).toEqual([]);
    await two.grant('token-2');
  });

  it.each([
    ['another user', { user: 'bob' }],
    ['another relay', { config: { relay: '/other' } }],
    ['other scopes', { config: { scopes: ['analytics'] } }],
    ['another API', { config: { region: 'mypurecloud.com' } }],
    ['nobody', { user: null }]
  ])('a tab of %s gets nothing', async (_name, options) => {
    const [one, two] = [openTab(), openTab(options)];
    await signIn(one);
    const token = two.auth.token();
    await two.unanswered();
    await two.grant('of-two');
    expect(await token).toBe('of-two');
  });

  it('a token near its end is not handed on: it would be renewed at once', async () => {
    const [one, two] = [openTab(), openTab()];
    await signIn(one, 'token-1', 300);
    jest.advanceTimersByTime(245 * SECOND);
    two.get();
    await two.unanswered();
    await two.grant('token-2');
    one.get();
    await settle();
    one.network.expectNone(TOKEN_URL);
    one.get();
    expect(one.sent()).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  it('renew() asks the relay itself', async () => {
    const [one, two] = [openTab(), openTab()];
    await signIn(one);
    const renewed = two.auth.renew();
    await settle();
    await two.grant('token-2');
    await renewed;
  });

  it('renew() asks the relay itself, once, after a token that another tab shares meanwhile', async () => {
    const [one, two] = [openTab(), openTab()];
    await signIn(one);
    two.get();
    const renewed = Promise.all([two.auth.renew(), two.auth.renew()]);
    await settle();
    expect(two.sent()).toEqual(['Bearer token-1']);
    await two.grant('token-2');
    await renewed;
    two.get();
    expect(two.sent()).toEqual(['Bearer token-2']);
    two.network.expectNone(TOKEN_URL);
  });

  it('after a 401 the relay is asked, as the tokens of the other tabs may have ended with the refused one', async () => {
    provideSubtle();
    const [one, two] = [openTab(), openTab()];
    await signIn(one);
    const renewed = two.auth.renew();
    await settle();
    await two.grant('token-2');
    await renewed;
    one.get();
    refuse(one.network.expectOne(`${API}/x`));
    await settle();
    const call = one.network.expectOne(TOKEN_URL);
    expect(call.request.body).toMatchObject({ rejected: sha256('token-1') });
    grant(call, 'token-3');
    await settle();
    expect(one.sent()).toEqual(['Bearer token-3']);
    expect(JSON.stringify(FakeChannel.said)).not.toContain('token-2');
  });

  it('without an answer the relay is called', async () => {
    const one = openTab();
    one.get();
    await settle();
    one.network.expectNone(TOKEN_URL);
    jest.advanceTimersByTime(150);
    await settle();
    await one.grant('token-1');
  });
});

describe('when the user changes', () => {
  it('a tab gives no token that it got as another user', async () => {
    const [one, two] = [openTab(), openTab({ user: 'bob' })];
    await signIn(one);
    one.user = 'bob';
    two.get();
    await two.unanswered();
    await two.grant('of-bob');
    expect(FakeChannel.said.map(({ data }) => JSON.stringify(data)).join()).not.toContain('token-1');
  });

  it('and none to those who are still the first: it does not know them any more', async () => {
    const [one, two] = [openTab(), openTab()];
    await signIn(one);
    one.user = 'bob';
    two.get();
    await two.unanswered();
    await two.grant('token-2');
    expect(JSON.stringify(FakeChannel.said)).not.toContain('token-1');
  });

  it('a tab takes no token that it asked for as another user', async () => {
    const [one, two] = [openTab(), openTab()];
    await signIn(one);
    two.get();
    two.user = 'bob';
    await two.unanswered();
    await two.grant('of-bob');
    expect(two.sent()).toEqual(['Bearer of-bob']);
  });

  it('a token that came while the user changed is nobody’s', async () => {
    const [one, two] = [openTab(), openTab()];
    one.get();
    await one.unanswered();
    one.user = 'bob';
    await one.grant('of-whom');
    one.user = 'ann';
    two.get();
    await two.unanswered();
    await two.grant('of-ann');
    expect(JSON.stringify(FakeChannel.said)).not.toContain('of-whom');
  });
});

describe('without a subject the relay says who is calling', () => {
  const options = { subject: undefined };

  async function withSession(tab: Tab, caller: string | undefined): Promise<void> {
    await settle();
    tab.network.expectOne(SESSION_URL).flush({ ...SESSION, caller });
    await settle();
  }

  async function first(caller: string | undefined, answered = caller): Promise<Tab> {
    const one = openTab({ options });
    one.get();
    await withSession(one, caller);
    await one.unanswered();
    const call = one.network.expectOne(TOKEN_URL);
    expect(call.request.body).toMatchObject({ caller: true });
    call.flush({
      access_token: 'token-1',
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'analytics routing',
      caller: answered
    });
    await settle();
    return one;
  }

  it('and a token goes to the same caller', async () => {
    await first('a1');
    const two = openTab({ options });
    two.get();
    await withSession(two, 'a1');
    two.network.expectNone(TOKEN_URL);
    expect(two.sent()).toEqual(['Bearer token-1']);
  });

  it.each<[string, string | undefined, string | undefined, string | undefined]>([
    ['another caller', 'a1', 'a1', 'b2'],
    ['anybody, if the caller changed just before the token came', 'a1', 'b2', 'a1'],
    ['anybody, if the relay is older and does not say', undefined, undefined, undefined]
  ])('and not to %s', async (_name, before, answered, other) => {
    await first(before, answered);
    const two = openTab({ options });
    two.get();
    await withSession(two, other);
    await two.unanswered();
    await two.grant('of-two', 300, other);
    expect(two.sent()).toEqual(['Bearer of-two']);
  });

  it('a relay that does not answer about the session is asked for the token', async () => {
    const one = openTab({ options });
    const outcome = one.get();
    await settle();
    one.network.expectOne(SESSION_URL).flush(null, { status: 503, statusText: 'x' });
    await settle();
    one.network.expectOne(TOKEN_URL).flush(null, { status: 503, statusText: 'x' });
    await settle();
    expect(codeOf(outcome.error)).toBe('relay_unavailable');
  });
});

describe('signing out', () => {
  it.each([true, false])('reaches the other tabs of that user, and no others (shareToken: %s)', async (shareToken) => {
    const options = { shareToken };
    const tabs = [openTab({ options }), openTab({ options }), openTab({ options, user: 'bob' })];
    for (const tab of tabs) {
      tab.get();
      await tab.unanswered();
      const [call] = tab.network.match(TOKEN_URL);
      call?.flush({ access_token: 't', token_type: 'Bearer', expires_in: 300, scope: 'analytics routing' });
      await settle();
    }
    tabs[0]?.auth.clear();
    await settle();
    expect(tabs.map(({ auth }) => auth.status())).toEqual(['signed-out', 'signed-out', 'ready']);
    expect(FakeChannel.said.filter(({ data }) => JSON.stringify(data).includes('clear'))).toHaveLength(1);
  });

  it('is known to be of the same user by the relay, too, without a call beside those for tokens', async () => {
    const options = { shareToken: false, subject: undefined };
    const tabs = [openTab({ options }), openTab({ options }), openTab({ options })];
    for (const [index, tab] of tabs.entries()) {
      tab.get();
      await settle();
      await tab.grant('t', 300, ['a1', 'a1', 'b2'][index]);
      tab.network.expectNone(SESSION_URL);
    }
    tabs[0]?.auth.clear();
    await settle();
    expect(tabs.map(({ auth }) => auth.status())).toEqual(['signed-out', 'signed-out', 'ready']);
  });

  it('reaches them in proxy mode, too, where the session tells the user', async () => {
    const tabs = ['a1', 'a1', 'b2'].map((caller) => {
      const tab = openTab({ options: { shareToken: false, subject: undefined }, features: [withProxyMode()] });
      return { ...tab, caller };
    });
    for (const { get, network, caller } of tabs) {
      get();
      await settle();
      network.expectOne(SESSION_URL).flush({ ...SESSION, mode: 'proxy', scopes: CONFIG.scopes, caller });
      await settle();
    }
    tabs[0]?.auth.clear();
    await settle();
    expect(tabs.map(({ auth }) => auth.status())).toEqual(['signed-out', 'signed-out', 'ready']);
  });

  it('a tab shares nothing after it', async () => {
    const [one, two] = [openTab(), openTab()];
    await signIn(one);
    one.auth.clear();
    await settle();
    two.get();
    await two.unanswered();
    await two.grant('token-2');
    expect(JSON.stringify(FakeChannel.said)).not.toContain('token-1');
  });
});

describe('what comes over the channel', () => {
  const channel = () => new FakeChannel(FakeChannel.all.at(-1)?.name ?? '');

  it.each([
    null,
    'x',
    {},
    { type: 'give' },
    { type: 'give', id: 'unknown', token: 'evil', scope: 'analytics routing', leftMs: 1e6 },
    { type: 'give', id: 7, token: 'evil' }
  ])('%j changes nothing', async (data) => {
    const one = openTab();
    await signIn(one);
    channel().postMessage(data);
    await settle();
    expect(await one.auth.token()).toBe('token-1');
  });

  it.each([{ token: 'evil\r\nX: y' }, { token: '' }, { leftMs: -1 }, { leftMs: Number.MAX_VALUE, scope: 'routing' }])(
    'an answer with %j is not taken for a token',
    async (part) => {
      const one = openTab();
      const outcome = one.get();
      await settle();
      const other = channel();
      const ask = FakeChannel.said.at(-1)?.data as { id: string };
      other.postMessage({ type: 'give', id: ask.id, token: 'evil', scope: 'analytics routing', leftMs: 1000, ...part });
      await settle();
      expect(one.sent()).toEqual([]);
      if (outcome.error !== undefined) expect(codeOf(outcome.error)).toBe('scope_not_granted');
    }
  );
});

describe('while who the user is takes its time', () => {
  const later = () => {
    let tell: (user: string) => void = () => undefined;
    const subject = () => new Promise<string>((resolve) => (tell = resolve));
    return {
      options: { subject },
      tell: (user: string) => {
        tell(user);
      }
    };
  };

  it('the app may go: nothing is rejected, and no channel is opened', async () => {
    const { options, tell } = later();
    openTab({ options }).close();
    tell('ann');
    await settle();
    expect(FakeChannel.all).toEqual([]);
  });

  it('the app may go when another tab asks for its token', async () => {
    const { options, tell } = later();
    const one = openTab({ options });
    tell('ann');
    await settle();
    new FakeChannel(FakeChannel.all[0]?.name ?? '').postMessage({ type: 'ask', id: 'x' });
    await settle();
    one.close();
    tell('ann');
    await settle();
    expect(FakeChannel.said).toHaveLength(1);
  });
});

it('a configuration that turns out to be wrong rejects nothing behind', async () => {
  let opened = 0;
  const one = openTab({
    loaded: () => of({ ...CONFIG, ...(opened++ === 0 && { region: 'moon' }) }),
    options: { subject: () => Promise.resolve('ann') }
  });
  await settle();
  expect([one.auth.status(), FakeChannel.all.length]).toEqual(['failed', 0]);
  const token = one.auth.token();
  await one.unanswered();
  await one.grant('token-1');
  expect(await token).toBe('token-1');
});

it('leaves nothing open: no channel, no timer', async () => {
  const one = openTab();
  await signIn(one);
  one.get();
  one.close();
  expect(FakeChannel.all).toEqual([]);
  expect(jest.getTimerCount()).toBe(0);
});

it.each([
  ['without BroadcastChannel', undefined],
  [
    'where a page may have none, as it is of an opaque origin',
    () => {
      throw new DOMException('denied', 'SecurityError');
    }
  ]
])('works %s', async (_name, value) => {
  Object.defineProperty(globalThis, 'BroadcastChannel', { configurable: true, value });
  for (const options of [{}, { shareToken: false }, { shareToken: false, subject: undefined }]) {
    const one = openTab({ options });
    one.get();
    await settle();
    await one.grant('token-1', 300, 'a1');
    expect(one.sent()).toEqual(['Bearer token-1']);
    one.auth.clear();
  }
});

it('does nothing on the server', () => {
  const server = openTab({ platform: 'server' });
  expect(codeOf(server.get().error)).toBe('server_no_credential');
});
