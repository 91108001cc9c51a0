import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router, provideRouter } from '@angular/router';
import {
  type GenesysAuthError,
  GenesysAuthService,
  type GenesysLogEntry,
  GenesysScopesDirective,
  GenesysSignIn,
  isScopeDenied,
  provideGenesysAuth,
  withLogger,
  withProxyMode,
  withRetry,
  withSignIn,
  withTabSync
} from 'ngx-genesys-auth';
import { requireScopes } from 'ngx-genesys-auth/router';
import { API, CONFIG, asAuthError, codeOf, createApp, settle } from '../../test/app';
import {
  ANN,
  BOB,
  FakePage,
  ORIGIN,
  QUEUES,
  SESSION_URL,
  SIGN_IN_URL,
  refuseWith,
  sessionOf,
  signInApp,
  signInFeatures
} from '../../test/sign-in';

/** What the relay says of a user who has lost all roles. */
const NO_ROLES = { roles: [], scopes: [] };

beforeEach(() => {
  sessionStorage.clear();
});

afterEach(() => {
  jest.useRealTimers();
});

describe('withSignIn()', () => {
  it('requires withProxyMode()', () => {
    expect(() => createApp({ features: [withSignIn()] })).toThrow(/withSignIn\(\) works only with withProxyMode\(\)/);
  });

  it('asks the relay who is signed in when the app starts', async () => {
    const { signIn, answer, network } = signInApp();
    expect([signIn.user(), signIn.expiresAt()]).toEqual([undefined, null]);
    await answer(ANN);
    expect(signIn.user()).toEqual(ANN);
    expect(signIn.expiresAt()).toEqual(new Date('2026-05-01T20:00:00.000Z'));
    network.verify();
  });

  it.each(['of a relay with roles for visitors', 'of a relay without'])(
    'user() is null after the answer %s',
    async (relay) => {
      const { signIn, answer, refuse, auth } = signInApp();
      await (relay.endsWith('visitors') ? answer(null) : refuse());
      expect([signIn.user(), signIn.problem(), signIn.expiresAt()]).toEqual([null, null, null]);
      expect(auth.status()).toBe(relay.endsWith('visitors') ? 'ready' : 'failed');
    }
  );

  it('user() stays unknown while the relay cannot be reached', async () => {
    const { signIn, network } = signInApp();
    await settle();
    network.expectOne(SESSION_URL).error(new ProgressEvent('error'));
    expect([signIn.user(), signIn.problem()]).toEqual([undefined, null]);
  });

  it('a user without a role has a problem', async () => {
    const { signIn, refuse } = signInApp();
    await refuse(403, 'policy_denied');
    expect(signIn.user()).toBeNull();
    expect(isScopeDenied(signIn.problem())).toBe(true);
  });

  it.each([
    [ANN, 'tag-of-Ann'],
    [null, 'signed-out']
  ])('requests, tickets and sign-out name the session: %j', async (user, header) => {
    const app = signInApp();
    await app.answer(user);
    app.get();
    const { request } = app.network.expectOne(QUEUES);
    expect([request.headers.get('X-Genesys-Session'), request.headers.get('X-Genesys-Auth')]).toEqual([header, '1']);
    void app.signIn.signOut();
    await settle();
    const call = app.network.expectOne('/genesys/sign-out').request;
    expect([call.method, call.body, call.headers.get('X-Genesys-Session')]).toEqual(['POST', null, header]);
  });

  it('each configuration has its own user, and for() finds it', async () => {
    const page = new FakePage();
    const { network, signIn } = signInApp({
      page,
      auth: [
        provideGenesysAuth({ ...CONFIG, name: 'plain', relay: '/plain' }, withProxyMode()),
        provideGenesysAuth({ ...CONFIG, name: 'us', relay: '/us' }, ...signInFeatures()),
        provideGenesysAuth({ ...CONFIG, name: 'emea', relay: '/emea' }, ...signInFeatures())
      ]
    });
    await settle();
    network.expectOne('/us/session').flush(sessionOf(ANN));
    network.expectOne('/emea/session').flush(sessionOf(BOB));
    expect([signIn.user()?.name, signIn.for('emea').user()?.name]).toEqual(['Ann', 'Bob']);
    expect(() => signIn.for('plain')).toThrow('"plain" does not have withSignIn()');
    expect(() => signIn.for('apac')).toThrow('apac');
    expect(TestBed.inject(GenesysAuthService).status()).toBe('unknown');
  });

  it('works with a configuration that is loaded at run time', async () => {
    let load: (config: typeof CONFIG) => void = () => undefined;
    const { signIn, answer } = signInApp({
      auth: [provideGenesysAuth(() => new Promise<typeof CONFIG>((done) => (load = done)), ...signInFeatures())]
    });
    await settle();
    expect(signIn.user()).toBeUndefined();
    load(CONFIG);
    await answer(ANN);
    expect(signIn.user()).toEqual(ANN);
  });

  it('an app without it has no GenesysSignIn', () => {
    createApp({ features: [withProxyMode()] });
    expect(TestBed.inject(GenesysSignIn, null)).toBeNull();
  });
});

describe('signIn()', () => {
  it('goes to the sign-in page and returns to the same URL with query and fragment', async () => {
    const { signIn, answer, page } = signInApp({ path: '/deep?a=b%20c&d=%26#top?' });
    await answer(null);
    await signIn.signIn();
    expect(page.done).toHaveLength(1);
    expect(page.done[0]).toMatch(`go ${SIGN_IN_URL}?return_to=`);
    expect(page.signIn).toEqual({ return_to: `${ORIGIN}/deep?a=b%20c&d=%26#top?` });
  });

  it('passes its options on', async () => {
    const { signIn, answer, page } = signInApp();
    await answer(null);
    await signIn.signIn({ returnTo: '/home?x', loginHint: 'a b@c', org: 'acme', provider: 'okta', prompt: 'login' });
    expect(page.signIn).toEqual({
      return_to: `${ORIGIN}/home?x`,
      login_hint: 'a b@c',
      org: 'acme',
      provider: 'okta',
      prompt: 'login'
    });
  });

  it.each([
    ['organization_not_allowed', 'login'],
    ['policy_denied', 'login'],
    ['sign_in_cancelled', undefined]
  ])('after %s the prompt is %s, as Genesys Cloud remembers the user', async (result, prompt) => {
    const { signIn, refuse, page } = signInApp({ path: `/desk?genesys_sign_in=${result}` });
    await refuse();
    await signIn.signIn();
    expect(page.signIn['prompt']).toBe(prompt);
  });

  it('shortens a URL that the relay does not take', async () => {
    const { signIn, answer, page } = signInApp({ path: `/deep?${'x'.repeat(1100)}` });
    await answer(null);
    await signIn.signIn();
    expect(page.signIn['return_to']).toBe(`${ORIGIN}/deep`);
    await signIn.signIn({ returnTo: `/${'x'.repeat(1100)}` });
    expect(page.signIn['return_to']).toBe(ORIGIN);
  });

  it.each([undefined, 'javascript:alert(1)', 'no URL'])(
    'uses the path below the relay if the relay gives no usable URL: %s',
    async (signInUrl) => {
      const { signIn, answer, page } = signInApp();
      await answer(null, { signInUrl });
      await signIn.signIn();
      expect(page.done[0]).toMatch(`go ${ORIGIN}/genesys/sign-in?return_to=`);
    }
  );

  it('uses the URL of a refusal', async () => {
    const { signIn, page, network } = signInApp({ config: { relay: '/other' } });
    await settle();
    refuseWith(network.expectOne('/other/session'), 401, 'sign_in_required');
    await signIn.signIn();
    expect(page.done[0]).toMatch(`go ${SIGN_IN_URL}?`);
  });

  it('opens a window within the click, and that page keeps its state', async () => {
    const { signIn, answer, page } = signInApp();
    await answer(null);
    void signIn.signIn({ newWindow: true });
    expect(page.done[0]).toMatch(`open ${SIGN_IN_URL}?`);
    expect(page.signIn['return_to']).toBe(`${ORIGIN}/?genesys_sign_in_window=`);
  });
});

describe('signOut()', () => {
  const signedIn = async () => {
    const app = signInApp();
    await app.answer(ANN);
    return app;
  };

  it('ends the session, gives the logout URL and asks what visitors may do', async () => {
    const { signIn, network, answer, auth } = await signedIn();
    const left = signIn.signOut();
    await settle();
    expect(signIn.user()).toEqual(ANN);
    network.expectOne('/genesys/sign-out').flush({ logoutUrl: 'https://login.mypurecloud.de/logout?client_id=1' });
    expect(await left).toBe('https://login.mypurecloud.de/logout?client_id=1');
    expect([signIn.user(), auth.scopes().size]).toEqual([null, 0]);
    await answer(null, { scopes: ['analytics', 'routing'] });
    expect([signIn.user(), signIn.problem(), auth.status()]).toEqual([null, null, 'ready']);
  });

  it('fails requests that are under way with signed_out, and shows nothing of them', async () => {
    const { signIn, network, get, auth } = await signedIn();
    const queues = get();
    const call = network.expectOne(QUEUES);
    const left = signIn.signOut();
    await settle();
    network.expectOne('/genesys/sign-out').flush({ logoutUrl: 'https://x.test/' });
    await left;
    expect(codeOf(queues.error)).toBe('signed_out');
    expect([queues.values, call.cancelled]).toEqual([[], true]);
    expect(auth.hasScopes('routing')).toBe(false);
  });

  it.each([
    ['the relay fails', { status: 503, statusText: 'x' }, 'relay_unavailable', null],
    ['the answer has no URL', { status: 200, statusText: 'x' }, 'relay_invalid_response', { logoutUrl: 'javascript:1' }]
  ])('the user stays signed in if %s', async (_name, status, code, body) => {
    const { signIn, network } = await signedIn();
    const left = signIn.signOut().catch((error: unknown) => error);
    await settle();
    network.expectOne('/genesys/sign-out').flush(body, status);
    expect(codeOf(await left)).toBe(code);
    expect(signIn.user()).toEqual(ANN);
  });

  it('another user is not signed out', async () => {
    const { signIn, network, answer, page } = await signedIn();
    const left = signIn.signOut().catch((error: unknown) => error);
    await settle();
    refuseWith(network.expectOne('/genesys/sign-out'), 409, 'session_changed');
    expect(codeOf(await left)).toBe('session_changed');
    await answer(BOB);
    expect(page.done).toEqual(['reload']);
  });
});

describe('when the session ends', () => {
  it('the problem stays while the user signs in in a new window, which they may close', async () => {
    const { signIn, answer } = signInApp();
    await answer(ANN);
    const renewed = TestBed.inject(GenesysAuthService).renew().catch(codeOf);
    await answer(null);
    expect(await renewed).toBe('session_ended');
    void signIn.signIn({ newWindow: true });
    expect([signIn.user(), signIn.problem()?.code]).toEqual([null, 'session_ended']);
    void TestBed.inject(GenesysAuthService).renew();
    await answer(ANN);
    expect([signIn.user(), signIn.problem()]).toEqual([ANN, null]);
  });

  it.each([
    ['the API is called', 'session_ended'],
    ['the API is called without roles for visitors', 'sign_in_required']
  ])('as %s, the request fails and the page stays as it is', async (_name, code) => {
    const { signIn, answer, get, network, auth, page } = signInApp();
    await answer(ANN);
    const queues = get();
    refuseWith(network.expectOne(QUEUES), 401, code);
    await settle();
    expect(asAuthError(queues.error)).toMatchObject({ code: 'session_ended', message: `It is ${code}.` });
    expect([signIn.user(), signIn.problem()?.code]).toEqual([null, 'session_ended']);
    // No replay, no navigation, and what *genesysScopes shows stays.
    network.verify();
    expect([page.done, auth.hasScopes('routing')]).toEqual([[], true]);
  });

  it('no request is made for a visitor instead, until the user signs out', async () => {
    const { signIn, answer, get, network, auth } = signInApp();
    await answer(ANN);
    const renewed = auth.renew().catch((error: unknown) => error);
    await answer(null);
    expect(codeOf(await renewed)).toBe('session_ended');
    expect(signIn.problem()?.code).toBe('session_ended');
    get();
    expect(network.expectOne(QUEUES).request.headers.get('X-Genesys-Session')).toBe('tag-of-Ann');
    const left = signIn.signOut();
    await settle();
    network.expectOne('/genesys/sign-out').flush({ logoutUrl: 'https://x.test/' });
    await left;
    await answer(null);
    get();
    expect(network.expectOne(QUEUES).request.headers.get('X-Genesys-Session')).toBe('signed-out');
  });

  it('requests can be repeated after the same user has signed in again', async () => {
    const { signIn, answer, get, network, auth, page } = signInApp();
    await answer(ANN);
    get();
    refuseWith(network.expectOne(QUEUES), 401, 'session_ended');
    const renewed = auth.renew();
    await answer(ANN);
    await renewed;
    expect([signIn.user(), signIn.problem(), page.done]).toEqual([ANN, null, []]);
    const again = get();
    network.expectOne(QUEUES).flush({ total: 1 });
    expect(again.values).toEqual([{ total: 1 }]);
  });

  it('other answers of the API stay what they are', async () => {
    const { answer, get, network, signIn } = signInApp();
    await answer(ANN);
    const missing = get();
    network.expectOne(QUEUES).flush({ message: 'x' }, { status: 404, statusText: 'x' });
    expect(missing.error).toMatchObject({ status: 404 });
    const scope = get();
    refuseWith(network.expectOne(QUEUES), 403, 'insufficient_scope');
    expect(codeOf(scope.error)).toBe('scope_not_granted');
    expect(signIn.user()).toEqual(ANN);
  });

  it('withRetry(), withLogger() and withTabSync() send nothing again', async () => {
    const entries: string[] = [];
    const sink = ({ event }: GenesysLogEntry) => entries.push(event);
    const { answer, get, network } = signInApp({
      more: [withRetry(), withLogger({ level: 'debug', sink }), withTabSync()]
    });
    await answer(ANN);
    const [first, second] = [get(), get()];
    const [one, two] = network.match(QUEUES);
    if (one) refuseWith(one, 401, 'session_ended');
    if (two) refuseWith(two, 401, 'session_ended');
    await settle();
    expect([codeOf(first.error), codeOf(second.error)]).toEqual(['session_ended', 'session_ended']);
    network.verify();
    expect(entries.filter((event) => event === 'request_failed')).toHaveLength(2);
  });

  it('the loss of all roles is noticed', async () => {
    const { answer, refuse, get, network, signIn } = signInApp();
    await answer(ANN);
    const denied = get();
    refuseWith(network.expectOne(QUEUES), 403, 'policy_denied');
    expect(isScopeDenied(denied.error)).toBe(true);
    await refuse(403, 'policy_denied');
    expect([signIn.user(), signIn.problem()?.code]).toEqual([null, 'relay_forbidden']);
  });

  it('a user who has lost all roles stays signed in, and can sign out', async () => {
    const { answer, get, network, signIn } = signInApp();
    await answer(ANN);
    const denied = get();
    refuseWith(network.expectOne(QUEUES), 403, 'policy_denied');
    expect(isScopeDenied(denied.error)).toBe(true);
    await answer(ANN, NO_ROLES);
    expect([signIn.user()?.name, signIn.problem()]).toEqual([ANN.name, null]);
    void signIn.signOut();
    await settle();
    expect(network.expectOne('/genesys/sign-out').request.headers.get('X-Genesys-Session')).toBe(`tag-of-${ANN.name}`);
  });

  describe('the loss of all roles', () => {
    @Component({
      selector: 'genesys-menu',
      imports: [GenesysScopesDirective],
      template: `<b *genesysScopes="'routing'; else denied">yes</b><ng-template #denied>no</ng-template>`,
      changeDetection: ChangeDetectionStrategy.OnPush
    })
    class Menu {}

    async function lostRoles() {
      const reasons: string[] = [];
      const redirectTo = (error: GenesysAuthError) => {
        reasons.push(error.code);
        return inject(Router).parseUrl('/denied');
      };
      const app = signInApp({
        providers: [
          provideRouter([
            { path: 'guarded', component: Menu, canMatch: [requireScopes('routing', { redirectTo })] },
            { path: 'denied', component: Menu }
          ])
        ]
      });
      await app.answer(ANN);
      const menu = TestBed.createComponent(Menu);
      menu.detectChanges();
      const shown = () => {
        menu.detectChanges();
        return (menu.nativeElement as HTMLElement).textContent;
      };
      expect(shown()).toBe('yes');
      const calls = [app.get(), app.get(), app.get()];
      const [first, ...others] = app.network.match(QUEUES);
      if (first) refuseWith(first, 403, 'policy_denied');
      await app.answer(ANN, NO_ROLES);
      return { ...app, shown, calls, others, reasons };
    }

    it('hides and refuses, and leaves the user signed in', async () => {
      const { auth, answer, network, reasons, shown, signIn } = await lostRoles();
      expect([shown(), [...auth.scopes()], signIn.user()?.name]).toEqual(['no', [], ANN.name]);
      const navigated = TestBed.inject(Router).navigateByUrl('/guarded');
      await answer(ANN, NO_ROLES);
      await navigated;
      expect([TestBed.inject(Router).url, reasons]).toEqual(['/denied', ['scope_not_granted']]);
      expect(await signIn.requireUser()).toBe(true);
      network.verify();
    });

    it('is asked for once, however many calls the relay refuses', async () => {
      const { calls, network, others } = await lostRoles();
      for (const call of others) {
        refuseWith(call, 403, 'policy_denied');
        await settle();
        network.expectNone(SESSION_URL);
      }
      expect(calls.map(({ error }) => isScopeDenied(error))).toEqual([true, true, true]);
    });

    it('ends when a role is back', async () => {
      const { auth, answer, get, network, shown } = await lostRoles();
      get();
      await answer(ANN);
      expect([shown(), [...auth.scopes()]]).toEqual(['yes', ['analytics', 'routing']]);
      network.match(QUEUES);
    });
  });

  it('calls after the loss of all roles ask the relay with growing pauses', async () => {
    jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick', 'setImmediate'] });
    const { answer, get, network } = signInApp();
    await answer(ANN);
    get();
    refuseWith(network.expectOne(QUEUES), 403, 'policy_denied');
    await answer(ANN, NO_ROLES);
    const askedAt: number[] = [];
    for (let second = 0; second < 30; second++) {
      const outcome = get();
      await settle();
      for (const call of network.match(SESSION_URL)) {
        askedAt.push(second);
        call.flush({ ...sessionOf(ANN), ...NO_ROLES });
      }
      expect(isScopeDenied(outcome.error)).toBe(true);
      jest.advanceTimersByTime(1000);
    }
    network.expectNone(QUEUES);
    expect(askedAt).toEqual([0, 1, 3, 7, 12, 17, 22, 27]);
  });
});

describe('when the user changes', () => {
  it('after session_changed, all requests of the first user fail and the page is reloaded', async () => {
    const { signIn, answer, get, network, page, auth } = signInApp();
    await answer(ANN);
    const [first, second] = [get(), get('/api/v2/users/me')];
    const late = network.expectOne('/genesys/api/v2/users/me');
    refuseWith(network.expectOne(QUEUES), 409, 'session_changed');
    expect([codeOf(first.error), codeOf(second.error)]).toEqual(['session_changed', 'signed_out']);
    expect([late.cancelled, auth.scopes().size]).toEqual([true, 0]);
    await answer(BOB);
    expect([signIn.user(), page.done]).toEqual([null, ['reload']]);
  });

  it('a request that waits for the session is not sent for the next user', async () => {
    const { answer, get, network, page, auth } = signInApp();
    await answer(ANN);
    auth.clear();
    const waiting = get();
    await answer(BOB);
    expect(codeOf(waiting.error)).toBe('signed_out');
    network.expectNone(QUEUES);
    expect(page.done).toEqual(['reload']);
  });

  it('also if nobody was signed in between', async () => {
    const { answer, auth, page, network } = signInApp();
    await answer(ANN);
    network.match(() => true);
    auth.renew().catch(() => undefined);
    await answer(null);
    auth.renew().catch(() => undefined);
    await answer(BOB);
    expect(page.done).toEqual(['reload']);
  });

  it('onUserChanged() replaces the reload', async () => {
    const changed = jest.fn();
    const { signIn, answer, auth, page, get, network } = signInApp({ options: { onUserChanged: changed } });
    await answer(ANN);
    auth.renew().catch(() => undefined);
    await answer(BOB);
    expect([changed.mock.calls.length, signIn.user(), auth.scopes().size]).toEqual([1, null, 0]);
    await answer(BOB);
    expect([signIn.user(), auth.status(), page.done]).toEqual([BOB, 'ready', []]);
    get();
    expect(network.expectOne(QUEUES).request.headers.get('X-Genesys-Session')).toBe('tag-of-Bob');
  });

  it('a visitor who signs in stays on the page', async () => {
    const { signIn, answer, get, network, page } = signInApp();
    await answer(null);
    const queues = get();
    refuseWith(network.expectOne(QUEUES), 409, 'session_changed');
    expect(codeOf(queues.error)).toBe('session_changed');
    await answer(ANN);
    expect([signIn.user(), page.done]).toEqual([ANN, []]);
  });
});

describe('a page that comes back from the back/forward cache', () => {
  it.each([
    ['the same user', ANN, []],
    ['another user', BOB, ['reload']],
    ['nobody', null, ['reload']]
  ])('is hidden until it is known who is signed in: %s', async (_name, user, done) => {
    const { answer, page } = signInApp();
    await answer(ANN);
    page.stored();
    expect(page.isHidden).toBe(true);
    page.restored();
    await answer(user);
    expect([page.done.slice(0, 1), page.isHidden]).toEqual([done, done.length > 0]);
  });

  it('is reloaded if the relay does not answer', async () => {
    const { answer, page, network } = signInApp();
    await answer(ANN);
    page.stored();
    page.restored();
    await settle();
    network.expectOne(SESSION_URL).error(new ProgressEvent('error'));
    expect(page.done).toEqual(['reload']);
  });

  it('of a visitor is not hidden', async () => {
    const { answer, page, signIn } = signInApp();
    await answer(null);
    page.stored();
    expect(page.isHidden).toBe(false);
    page.restored();
    await answer(ANN);
    expect([signIn.user(), page.done]).toEqual([ANN, []]);
  });
});

it('the API of another origin gets no session', async () => {
  const { answer, http, network } = signInApp();
  await answer(ANN);
  http.get('https://api.mypurecloud.com/api/v2/users').subscribe();
  http.get(`${API}/other`).subscribe();
  http.get('/own').subscribe();
  for (const call of network.match(() => true)) expect(call.request.headers.has('X-Genesys-Session')).toBe(false);
});
