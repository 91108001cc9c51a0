import { HttpHeaders, type HttpInterceptorFn } from '@angular/common/http';
import { APP_BOOTSTRAP_LISTENER, ApplicationRef, NgZone, PLATFORM_ID } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import {
  type GenesysAuthConfig,
  genesysConfig,
  genesysScopes,
  provideGenesysAuth,
  skipGenesysAuth
} from 'ngx-genesys-auth';
import { withDevtools } from 'ngx-genesys-auth/devtools';
import { withScopeCatalogue } from 'ngx-genesys-auth/scope-catalogue';
import type { Operation } from 'genesys-scopes/operations';
import { Subject } from 'rxjs';
import { API, type AppOptions, CONFIG, createApp, grant, refuse, settle } from '../../test/app';

const NOW = new Date('2026-11-25T10:00:00Z');

/** The app of the other specs with the devtools, after its start. */
function start({ features = [], ...options }: AppOptions = {}, devtools = withDevtools()) {
  const app = createApp({ features: [devtools, ...features], ...options });
  for (const started of TestBed.inject(APP_BOOTSTRAP_LISTENER)) started(null as never);
  return { ...app, ...overlay() };
}

function overlay() {
  const root = () => document.querySelector('genesys-devtools')?.shadowRoot ?? undefined;
  const find = (selector: string) => [...(root()?.querySelectorAll<HTMLElement>(selector) ?? [])];
  const button = (text: RegExp) => {
    const found = find('button').find(({ textContent }) => text.test(textContent));
    if (!found) throw new Error(`no button ${String(text)}`);
    return found;
  };
  const shownText = () => {
    jest.advanceTimersByTime(50);
    return find('.panel')
      .map((panel) => panel.textContent)
      .join();
  };
  return {
    root,
    find,
    button,
    shownText,
    isOpen: () => find('.panel').some(({ hidden }) => !hidden),
    open: () => {
      button(/Genesys/).click();
    },
    /** Label, method and path, reason of each request. */
    rows: () => {
      jest.advanceTimersByTime(50);
      return find('.rows > li').map((row) =>
        ['.chip', '.target', '.reason'].map((part) => row.querySelector(part)?.textContent ?? '')
      );
    }
  };
}

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  sessionStorage.clear();
});

afterEach(() => {
  TestBed.resetTestingModule();
  jest.useRealTimers();
});

describe('withDevtools(): requests', () => {
  it('tells of each request whether it got the token, and why', () => {
    const warn = jest.spyOn(console, 'warn').mockReturnValue(undefined);
    const mover: HttpInterceptorFn = (request, next) =>
      next(request.url.endsWith('/move') ? request.clone({ url: 'https://elsewhere.example/x' }) : request);
    const app = start({ after: [mover] });
    app.open();
    app.get('/api/v2/routing/queues?name=secret');
    expect(app.rows()).toEqual([
      ['no token', 'POSThttp://localhost/genesys/token', 'This call is to the relay, where the token comes from.'],
      ['waiting', 'GET/api/v2/routing/queues', 'It waits for the token.']
    ]);
    jest.advanceTimersByTime(300);
    grant(app.relayCall());
    app.http.get(`${API}/api/v2/date`, { context: skipGenesysAuth() }).subscribe();
    app.http.get(`${API}/api/v2/date`, { headers: new HttpHeaders({ Authorization: 'Bearer own' }) }).subscribe();
    app.http.get(`${API}/x`, { context: genesysScopes('anaytics') }).subscribe({ error: () => undefined });
    app.http.get('https://api.mypurecloud.com/api/v2/users').subscribe();
    app.http.get('https://crm.example.com/jane@example.com').subscribe();
    app.http.get('https://crm.example.com/x', { context: genesysScopes('routing') }).subscribe();
    app.get('/move');
    expect(app.rows().slice(0, 7)).toEqual([
      ['taken off', 'GET/move', expect.stringContaining('moved the request to https://elsewhere.example')],
      ['no token', 'GEThttps://crm.example.com/x', expect.stringContaining('asks for scopes by genesysScopes()')],
      ['no token', 'GEThttps://crm.example.com/‹e-mail›', 'https://crm.example.com is not https://api.mypurecloud.de.'],
      ['no token', 'GEThttps://api.mypurecloud.com/api/v2/users', expect.stringContaining('the API of the region')],
      ['not sent', 'GET/x', 'The scope "anaytics" looks like a slip of "analytics".'],
      ['no token', 'GET/api/v2/date', 'It already has an Authorization header, which is left as it is.'],
      ['no token', 'GET/api/v2/date', 'The app marked it by skipGenesysAuth(), so it is left as it is.']
    ]);
    expect(app.rows().slice(-1)).toEqual([
      ['token', 'GET/api/v2/routing/queues', 'The token is attached, after 350 ms of waiting for it.']
    ]);
    warn.mockRestore();
  });

  it('notes how requests end', () => {
    const app = start();
    app.signIn();
    app.open();
    app.get('/api/v2/users');
    app.apiCalls()[0]?.flush({});
    app.http.get(`${API}/api/v2/groups`).subscribe().unsubscribe();
    app.rows();
    expect(app.find('.status').map(({ textContent }) => textContent)).toEqual([
      'called off',
      '200',
      '200',
      'called off'
    ]);
  });

  it('leads to the section of the error reference', () => {
    const app = start();
    app.open();
    app.http.get(`${API}/x`, { context: genesysScopes('anaytics') }).subscribe({ error: () => undefined });
    app.rows();
    expect(app.find('.advice')[0]?.textContent).toBe(
      'Write "analytics". If it is a scope of your own, list it in registeredScopes.'
    );
    const [link] = app.find('.rows a');
    expect(link?.textContent).toBe('errors.md#scope_near_miss');
    expect(link?.getAttribute('href')).toMatch(/^https:\S+\/docs\/errors\.md#scope_near_miss$/);
  });

  it('counts how often a request was sent after a 401', async () => {
    const app = start();
    app.signIn();
    app.open();
    app.get('/api/v2/users');
    refuse(app.apiCalls()[0]!);
    await settle();
    grant(app.relayCall(), 'token-2');
    app.apiCalls()[0]?.flush({});
    expect(app.rows()[1]?.[2]).toBe('The token is attached. Sent 2 times.');
  });

  it('says what an operation needs, where the catalogue knows', () => {
    const operation = {
      method: 'GET',
      path: '/api/v2/users/{userId}',
      scopes: ['routing', 'routing:readonly'],
      auth: 'oauth'
    } as unknown as Operation;
    const operations = () => ({ find: () => operation });
    const app = start({ features: [withScopeCatalogue({ operations })] });
    app.open();
    app.get('/api/v2/users/1');
    expect(app.shownText()).toContain('NeedsGET /api/v2/users/{userId} needs one of routing, routing:readonly');
    app.http.get(`${API}/api/v2/users/2`, { context: genesysScopes('analytics') }).subscribe();
    expect(app.shownText()).toContain("NeedsgenesysScopes('analytics')");
  });

  it('keeps 50, and shows nothing of tokens, queries, headers, fragments and bodies', async () => {
    const app = start();
    app.signIn('token-secret');
    app.open();
    for (let index = 0; index < 60; index++) app.get(`/api/v2/users?q=secret-${index}#secret`);
    app.http
      .post(`${API}/api/v2/users`, { note: 'secret-body' }, { headers: new HttpHeaders({ 'X-Note': 'secret-header' }) })
      .subscribe({ error: () => undefined });
    const calls = app.apiCalls();
    refuse(calls[0]!);
    calls.at(-1)?.flush({ message: 'secret-answer', code: 'x' }, { status: 400, statusText: 'x' });
    await settle();
    expect(app.rows()).toHaveLength(50);
    expect(app.root()?.innerHTML).not.toContain('secret');
    // What it looks in does hold what is shown.
    expect(app.root()?.innerHTML).toContain('/api/v2/users');
  });

  it('filters, clears, and leaves an open row open while others come', () => {
    const app = start();
    app.signIn();
    app.open();
    app.get();
    app.http.get('https://crm.example.com/x').subscribe();
    app.rows();
    app.find('.rows details')[0]!.setAttribute('open', '');
    app.get('/api/v2/users');
    expect(app.rows()).toHaveLength(5);
    expect(app.find('.rows details')[1]!.hasAttribute('open')).toBe(true);
    app.button(/^No token/).click();
    expect(app.rows().map(([label]) => label)).toEqual(['no token', 'no token']);
    app.button(/^Problems/).click();
    expect(app.rows()).toEqual([]);
    app.button(/^Clear/).click();
    app.button(/^All/).click();
    expect(app.rows()).toEqual([]);
  });

  it('changes nothing: what the app gets, and when', () => {
    const app = start();
    app.signIn();
    const outcome = app.get('/api/v2/users');
    app.apiCalls()[0]?.flush({ total: 1 });
    expect(outcome).toEqual({ values: [{ total: 1 }], error: undefined, done: true });
  });
});

describe('withDevtools(): the token', () => {
  it('shows state, countdown, scopes and events', () => {
    const app = start({ config: { optionalScopes: ['users'] } });
    app.open();
    expect(app.shownText()).toContain('no token needed yet');
    void app.auth.token().catch(() => undefined);
    expect(app.shownText()).toContain('asking the relay');
    grant(app.relayCall(), 'token-1', 300, 'analytics routing');
    expect(app.shownText()).toContain('token is live');
    expect(app.find('.left')[0]?.textContent).toBe('5:00');
    jest.advanceTimersByTime(62_000);
    expect(app.find('.left')[0]?.textContent).toBe('3:59');
    expect(app.find('.scopes li').map((item) => [item.querySelector('code')?.textContent, item.dataset['is']])).toEqual(
      [
        ['analytics', 'granted'],
        ['routing', 'granted'],
        ['users', 'not granted']
      ]
    );
    expect(app.find('.events li')).toHaveLength(2);
  });

  it('shows the last error with its hint, and asks the relay again on demand', () => {
    const app = start();
    app.open();
    app.button(/Renew/).click();
    app
      .relayCall()
      .flush({ code: 'policy_denied', detail: 'No role.', hint: 'Ask for one.' }, { status: 403, statusText: 'x' });
    expect(app.shownText()).toContain('relay_forbiddenNo role.Ask for one.errors.md#relay_forbidden');
    app.button(/Renew/).click();
    grant(app.relayCall());
    app.shownText();
    expect(app.find('.failure')).toEqual([]);
    app.button(/Forget/).click();
    expect(app.auth.status()).toBe('signed-out');
    expect(app.shownText()).toContain('signed out');
  });
});

describe('withDevtools(): several configurations', () => {
  const emea = { ...CONFIG, name: 'emea', optionalScopes: [] };
  const us = { name: 'us', region: 'mypurecloud.com', relay: '/genesys-us', scopes: ['users'] };

  it('has one overlay, with a card for each, and says which one takes a request', () => {
    const warn = jest.spyOn(console, 'warn').mockReturnValue(undefined);
    const app = start({ auth: [provideGenesysAuth(emea, withDevtools()), provideGenesysAuth(us, withDevtools())] });
    expect(document.querySelectorAll('genesys-devtools')).toHaveLength(1);
    app.open();
    app.get('/api/v2/routing/queues');
    grant(app.relayCall());
    app.http.get('https://api.mypurecloud.com/api/v2/users').subscribe();
    app.http.get('https://crm.example.com/x').subscribe();
    const context = genesysConfig('us');
    app.http.get(`${API}/api/v2/users`, { context }).subscribe();
    expect(() => {
      app.http.get(`${API}/x`, { context: genesysConfig('apac') }).subscribe({
        error: (error: unknown) => {
          throw error;
        }
      });
      jest.advanceTimersByTime(1);
    }).toThrow(/no configuration "apac"/);
    expect(app.find('.card h3').map(({ textContent }) => textContent)).toEqual(['emea', 'us', 'Events']);
    expect(app.rows().slice(0, 3)).toEqual([
      ['not sent', 'GEThttps://api.mypurecloud.de/x', expect.stringContaining('no configuration "apac"')],
      [
        'no token',
        'GEThttps://api.mypurecloud.de/api/v2/users',
        'It asks for the configuration "us" by genesysConfig(), whose API is https://api.mypurecloud.com.'
      ],
      ['no token', 'GEThttps://crm.example.com/x', expect.stringMatching(/not https:\S+ or https:\S+\.$/)]
    ]);
    expect(app.rows()[4]).toEqual(['waiting', 'GET/api/v2/users', 'It waits for the token.']);
    expect(app.shownText()).toContain('Rulehttps://api.mypurecloud.com/ (us)');
    expect(app.find('.events').map(({ textContent }) => textContent)[0]).toContain('us: relay asked');
    warn.mockRestore();
  });

  it('shows one that is being loaded, and what waits for it', () => {
    const config = new Subject<GenesysAuthConfig>();
    const app = start({ auth: [provideGenesysAuth(() => config, withDevtools())] });
    app.open();
    app.get('/api/v2/users');
    app.http.get('https://api.mypurecloud.com/api/v2/users').subscribe();
    expect(app.shownText()).toContain('Configurationbeing loaded');
    const waits = 'It waits for the configuration, which is being loaded.';
    expect(app.rows().map(([label, , reason]) => [label, reason])).toEqual([
      ['waiting', waits],
      ['waiting', waits]
    ]);
    config.next(CONFIG);
    grant(app.relayCall());
    expect(app.shownText()).not.toContain('being loaded');
    expect(app.find('.card h3')[0]?.textContent).toBe('mypurecloud.de');
    expect(app.rows().map(([label, , reason]) => [label, reason])).toEqual([
      ['no token', expect.stringContaining('where the token comes from')],
      ['no token', expect.stringContaining('the API of the region mypurecloud.com')],
      ['token', expect.stringMatching(/^The token is attached/)]
    ]);
    expect(app.shownText()).toContain('Rulehttps://api.mypurecloud.de/');
  });
});

describe('withDevtools(): the overlay', () => {
  const press = (code: string, modifiers: Partial<KeyboardEventInit>) =>
    window.dispatchEvent(new KeyboardEvent('keydown', { code, ...modifiers }));

  it('opens and closes by button, shortcut and Escape, gives the focus back, and stays as it was over a reload', () => {
    const app = start();
    expect(app.isOpen()).toBe(false);
    press('KeyG', { altKey: true, shiftKey: true });
    expect(app.isOpen()).toBe(true);
    press('KeyG', { altKey: true });
    expect(app.isOpen()).toBe(true);
    app.find('.panel')[0]!.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
    expect(app.isOpen()).toBe(false);
    expect(app.root()?.activeElement).toBe(app.button(/Genesys/));
    app.open();
    TestBed.resetTestingModule();
    expect(document.querySelector('genesys-devtools')).toBeNull();
    expect(start().isOpen()).toBe(true);
  });

  it('takes another corner and other keys, or none; refuses what it does not know', () => {
    const app = start({}, withDevtools({ corner: 'top-left', shortcut: 'Control+1' }));
    expect(app.find('.toggle.top-left')).toHaveLength(1);
    press('Digit1', { ctrlKey: true });
    expect(app.isOpen()).toBe(true);
    expect(() => withDevtools({ corner: 'middle' as never })).toThrow(/withDevtools\.corner/);
    for (const shortcut of ['G', 'Alt', 'Alt+', 'Alt+F12', 'Alt+g', 'Hyper+G', '']) {
      expect(() => withDevtools({ shortcut })).toThrow(/withDevtools\.shortcut/);
    }
    expect(() => withDevtools({ shortcut: false })).not.toThrow();
  });

  it('is not shown on the server, nor in tests, where no app starts', () => {
    createApp({ features: [withDevtools()] });
    expect(document.querySelector('genesys-devtools')).toBeNull();
    TestBed.resetTestingModule();
    start({ providers: [{ provide: PLATFORM_ID, useValue: 'server' }] });
    expect(document.querySelector('genesys-devtools')).toBeNull();
  });

  it('lets the app be stable, open and counting', async () => {
    const app = start();
    app.signIn();
    app.open();
    jest.advanceTimersByTime(5000);
    let stable = false;
    void TestBed.inject(ApplicationRef)
      .whenStable()
      .then(() => (stable = true));
    await settle();
    expect(stable).toBe(true);
  });

  it('waits for the next frame, after a request or an event, outside of Angular’s zone', () => {
    const app = start();
    let isOutside = false;
    jest.spyOn(TestBed.inject(NgZone), 'runOutsideAngular').mockImplementation((run) => {
      isOutside = true;
      const done = run();
      isOutside = false;
      return done;
    });
    const planned: boolean[] = [];
    jest.spyOn(window, 'requestAnimationFrame').mockImplementation(() => planned.push(isOutside));
    app.get();
    jest.restoreAllMocks();
    expect(planned).toEqual([true]);
  });

  it('is refused nothing by a page that must not use storage', () => {
    const storage = jest.spyOn(window, 'sessionStorage', 'get').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    const app = start();
    app.open();
    expect(app.isOpen()).toBe(true);
    storage.mockRestore();
  });
});

it('withDevtools() is dropped where ngDevMode is false', () => {
  const scope = globalThis as { ngDevMode?: unknown };
  const before = scope.ngDevMode;
  scope.ngDevMode = false;
  try {
    expect(withDevtools({ corner: 'middle' as never })).toEqual({ kind: 'devtools', providers: [], appProviders: [] });
  } finally {
    scope.ngDevMode = before;
  }
  expect(withDevtools().appProviders).not.toEqual([]);
  expect(() => provideGenesysAuth(CONFIG, withDevtools())).not.toThrow();
});
