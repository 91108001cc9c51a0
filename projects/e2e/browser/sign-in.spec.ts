import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { Fault } from 'genesys-sandbox';
import { root } from '../support/angular-cli.ts';
import { Cleanup } from '../support/cleanup.ts';
import { describeInChromium, launchChromium, launchChromiumWithoutCookies } from '../support/chromium.ts';
import {
  DATA_OF_ANN,
  DATA_OF_BOB,
  DeskBrowser,
  SIGNED_IN,
  USERS_ME,
  showsBrowserError
} from '../support/desk-browser.ts';
import { USERS, type SignInServer, logIn, startSignInServer } from '../support/sign-in-server.ts';
import { until } from '../support/until.ts';

const { ann, bob, carl, dora } = USERS;
describeInChromium('users sign in with Genesys Cloud through the relay', () => {
  const cleanup = new Cleanup();
  let browser: Browser;
  let server: SignInServer;
  let desk: DeskBrowser;

  beforeAll(async () => {
    browser = await cleanup.keep(launchChromium());
    server = await cleanup.keep(startSignInServer(join(root, 'out-tsc/e2e-sign-in/browser')));
  });
  afterAll(() => cleanup.run());
  beforeEach(async () => {
    desk = await DeskBrowser.open(browser, server);
  });
  afterEach(async () => {
    await server.reset();
    await desk.close();
  });

  it('returns to the URL that was asked for, stays signed in after a reload, and is signed in in other tabs', async () => {
    const path = '/desk?view=a%20b&x=1#top';
    const page = await desk.signIn(ann, path);
    expect(page.url()).toBe(server.url + path);
    expect(await page.locator('#data').textContent()).toBe(DATA_OF_ANN);
    await page.reload();
    await page.locator('#data').waitFor();
    expect(page.url()).toBe(server.url + path);
    const other = await desk.open('/desk');
    await other.locator('#data').waitFor();
    expect(desk.redirects).toBe(1);
  });

  it('two tabs may start sign-in before the user logs in', async () => {
    const [page, other] = [await desk.open(), await desk.open('/desk?x=2')];
    for (const tab of [page, other]) {
      await logIn(tab, ann);
      await tab.locator('#data').waitFor();
    }
    expect(other.url()).toBe(`${server.url}/desk?x=2`);
    const loaded = page.waitForResponse(`${server.url}/genesys${USERS_ME}`);
    await page.locator('#load').click();
    expect((await loaded).status()).toBe(200);
    for (const tab of [page, other]) expect(desk.shownIn(tab)).toEqual(SIGNED_IN);
  });

  it('a user who goes back to the login page can return to the app, and is still signed in', async () => {
    const page = await desk.signIn();
    await desk.goBack(page, 1);
    // Genesys Cloud remembers the user, and sends another code for a sign-in that has ended.
    await page.getByRole('link', { name: 'Back to the app' }).click();
    await page.locator('#user').waitFor();
    expect(desk.redirects).toBe(1);
  });

  it('no token, verifier or secret reaches the browser, and session id and code are only where they must be', async () => {
    const page = await desk.signIn();
    const [session] = (await desk.context.cookies()).filter(({ name }) => name.startsWith('genesys-session'));
    expect(session).toMatchObject({ httpOnly: true, sameSite: 'Strict', expires: -1 });
    // Secret, verifier, access token and refresh token; afterEach() looks for them after each test.
    expect(server.secrets.size).toBeGreaterThanOrEqual(4);
    const answers = await desk.answers();
    const pathsWith = (text = '-') =>
      answers.filter((one) => `${one.url} ${one.text}`.includes(text)).map(({ url }) => new URL(url).pathname);
    expect(pathsWith(session?.value)).toEqual(['/genesys/sign-in/callback']);
    const callback = answers.find(({ url }) => url.includes('/sign-in/callback'))?.url ?? '';
    const code = new URL(callback).searchParams.get('code') ?? '';
    // The redirect of Genesys Cloud to the callback, and the callback.
    expect(pathsWith(code)).toEqual(['/oauth/authorize', '/genesys/sign-in/callback']);
    expect(await page.evaluate(() => document.cookie)).toBe('');
  });

  describe('if sign-in does not succeed, the page shows why and offers a next step:', () => {
    const down = (route: string): Fault => ({ type: 'serverError', route });
    const refusedBy = (error: string): Fault => ({ type: 'authorizeError', error, route: 'POST *' });

    it.each<
      [
        string,
        RegExp,
        { fault?: Fault; gone?: keyof SignInServer['hosts']; user?: { email: string }; mustLogIn: boolean }
      ]
    >([
      ['a user without a role', /^relay_forbidden: /, { user: carl, mustLogIn: true }],
      ['a user of another organization', /^organization_not_allowed: /, { user: dora, mustLogIn: true }],
      ['denied consent', /^sign_in_cancelled: /, { fault: refusedBy('access_denied'), mustLogIn: true }],
      ['an outage of the login pages', /^sign_in_failed: /, { fault: refusedBy('server_error'), mustLogIn: true }],
      // After these, Genesys Cloud remembers the user.
      ['an outage of the token endpoint', /^sign_in_failed: /, { fault: down('*/oauth/token'), mustLogIn: false }],
      ['an outage of the API', /^sign_in_failed: /, { fault: down('GET */users/me'), mustLogIn: false }],
      ['no connection to the API', /^sign_in_failed: /, { gone: 'api', mustLogIn: false }]
    ])('%s', async (_what, problem, { fault, gone, user = ann, mustLogIn }) => {
      const page = await desk.open('/desk');
      await page.locator('#email').waitFor();
      if (fault) server.sandbox.faults.add(fault);
      if (gone) server.hosts[gone].goAway();
      await logIn(page, user);
      await page.locator('#problem').waitFor();
      expect(await page.locator('#problem').textContent()).toMatch(problem);
      expect(page.url()).toBe(`${server.url}/signed-out`);
      expect(desk.redirects).toBe(1);
      server.sandbox.faults.clear();
      if (gone) await server.hosts[gone].comeBack();
      await page.locator('#sign-in').click();
      if (mustLogIn) await logIn(page, bob);
      await page.locator('#user').waitFor();
      expect(await page.locator('#problem').count()).toBe(0);
    });

    it('the user cancels', async () => {
      const page = await desk.open('/desk');
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.locator('#problem').waitFor();
      expect(await page.locator('#problem').textContent()).toMatch(/^sign_in_cancelled: /);
      expect(desk.redirects).toBe(1);
    });

    it('the browser does not keep the cookie of the session', async () => {
      server.blockedCookies = /^genesys-session/;
      const page = await desk.open('/desk');
      await logIn(page, ann);
      await page.locator('#problem').waitFor();
      expect(await page.locator('#problem').textContent()).toMatch(/^cookies_blocked: /);
      expect(desk.redirects).toBe(1);
    });

    it('the user has blocked cookies in the settings of Chromium', async () => {
      await desk.close();
      desk = await DeskBrowser.watch(await launchChromiumWithoutCookies(), server);
      const page = await desk.open('/desk');
      await logIn(page, ann);
      await page.getByText('allow cookies').waitFor();
      await page.getByRole('link', { name: 'Back to the app' }).click();
      await page.locator('#sign-in').waitFor();
      expect(desk.redirects).toBe(1);
    });

    it('no connection to the login pages, and the user loads the error page of the browser again', async () => {
      server.hosts.loginPages.goAway();
      const page = await desk.context.newPage();
      await page.goto(`${server.url}/desk?x=1#top`, { waitUntil: 'commit' });
      await showsBrowserError(page);
      await server.hosts.loginPages.comeBack();
      await page.reload();
      await logIn(page, ann);
      await page.locator('#data').waitFor();
      expect(page.url()).toBe(`${server.url}/desk?x=1#top`);
      expect(desk.redirects).toBe(1);
    });

    it('the relay does not answer', async () => {
      await desk.context.route('**/genesys/session', (route) => route.abort());
      const page = await desk.open('/desk?x=1');
      await page.locator('#failed').waitFor();
      expect(await page.locator('#failed').textContent()).toBe('relay_unreachable');
      expect(desk.redirects).toBe(0);
      await desk.context.unroute('**/genesys/session');
      await page.locator('#retry').click();
      await logIn(page, ann);
      await page.locator('#data').waitFor();
    });
  });

  describe('when Genesys Cloud has ended the session', () => {
    /** What a change of the password does. */
    const endSession = (refreshTokens: boolean) => {
      server.sandbox.faults.add({ type: 'revokeTokens', email: ann.email, refreshTokens });
    };
    /** Ann has written something, and cannot load: the session has ended, and Genesys Cloud asks who signs in. */
    const endedSession = async (): Promise<Page> => {
      const page = await desk.signIn();
      await page.locator('#note').fill('half a sentence');
      endSession(true);
      await desk.context.clearCookies({ domain: '127.0.0.1' });
      await page.locator('#load').click();
      await page.locator('#load-error').waitFor();
      expect(await page.locator('#load-error').textContent()).toBe('session_ended');
      return page;
    };
    const signInAgain = async (page: Page, user: { readonly email: string }) => {
      const opened = desk.context.waitForEvent('page');
      await page.locator('#sign-in').click();
      const window = await opened;
      // The first try is cancelled, and the window offers another one.
      await window.getByRole('button', { name: 'Cancel' }).click();
      await window.locator('#sign-in').click();
      await logIn(window, user);
      await until(() => window.isClosed(), 'the window to close itself');
    };

    it('the relay renews the access token, and the user notices nothing', async () => {
      const page = await desk.signIn();
      endSession(false);
      const requests = server.sandbox.tokenRequestCount();
      const loaded = page.waitForResponse(`${server.url}/genesys${USERS_ME}`);
      await page.locator('#load').click();
      expect((await loaded).status()).toBe(200);
      expect(server.sandbox.tokenRequestCount()).toBe(requests + 1);
      expect(await page.locator('#load-error').count()).toBe(0);
    });

    it('the token endpoint refuses connections: the user stays signed in, keeps the input, and tries again', async () => {
      const page = await desk.signIn();
      await page.locator('#note').fill('half a sentence');
      endSession(false);
      server.hosts.tokenEndpoint.goAway();
      await page.locator('#load').click();
      expect(await page.locator('#load-error').textContent()).toBe('503');
      expect(await page.locator('#user').textContent()).toBe(ann.name);
      await server.hosts.tokenEndpoint.comeBack();
      const loaded = page.waitForResponse(`${server.url}/genesys${USERS_ME}`);
      await page.locator('#again').click();
      expect((await loaded).status()).toBe(200);
      await page.locator('#load-error').waitFor({ state: 'detached' });
      expect(await page.locator('#note').inputValue()).toBe('half a sentence');
      expect(desk.redirects).toBe(1);
    });

    it('the user signs in again in a new window, the form keeps its input, and the request is repeated', async () => {
      const page = await endedSession();
      await signInAgain(page, ann);
      await page.locator('#user').waitFor();
      const loaded = page.waitForResponse(`${server.url}/genesys${USERS_ME}`);
      await page.locator('#again').click();
      expect((await loaded).status()).toBe(200);
      await page.locator('#load-error').waitFor({ state: 'detached' });
      await page.locator('#data').waitFor();
      expect(await page.locator('#note').inputValue()).toBe('half a sentence');
    });

    it('another user who signs in sees nothing of the user before', async () => {
      const page = await endedSession();
      await signInAgain(page, bob);
      await page.getByText(DATA_OF_BOB).waitFor();
      expect(await page.locator('#note').inputValue()).toBe('');
      expect(desk.shownIn(page)).toEqual([...SIGNED_IN, 'loaded', DATA_OF_BOB]);
    });
  });

  describe('when the user signs out while Genesys Cloud is down', () => {
    it('the token endpoint and the API: both sessions end', async () => {
      const [page, other] = [await desk.signIn(), await desk.open()];
      await other.locator('#data').waitFor();
      server.hosts.tokenEndpoint.goAway();
      server.hosts.api.goAway();
      await page.locator('#sign-out').click();
      await page.waitForURL(`${server.url}/`);
      await page.locator('#sign-in').waitFor();
      await other.locator('#sign-in').waitFor();
      await page.locator('#sign-in').click();
      await page.locator('#email').waitFor();
    });
  });

  describe('when a relay without a store restarts', () => {
    const prompts = () =>
      server.sandbox.requests.filter(({ method, path }) => method === 'POST' && path === '/oauth/authorize').length;

    it('one redirect without a prompt leads back to the same page', async () => {
      const path = '/desk?view=a%20b&x=1#top';
      const page = await desk.signIn(ann, path);
      const before = prompts();
      await server.restartRelay();
      await page.reload();
      await page.locator('#data').waitFor();
      expect(page.url()).toBe(server.url + path);
      expect([desk.redirects, prompts()]).toEqual([2, before]);
      expect(await page.locator('#problem, #load-error, #failed').count()).toBe(0);
    });

    it('the same user signs in again, and no tab loses what the user has typed', async () => {
      const [page, other] = [await desk.signIn(), await desk.open()];
      await other.locator('#data').waitFor();
      for (const tab of [page, other]) await tab.locator('#note').fill('half a sentence');
      const before = prompts();
      await server.restartRelay();
      await page.locator('#load').click();
      await page.locator('#load-error').waitFor();
      expect(await page.locator('#load-error').textContent()).toBe('session_ended');
      const opened = desk.context.waitForEvent('page');
      await page.locator('#sign-in').click();
      const window = await opened;
      await until(() => window.isClosed(), 'the window to close itself');
      for (const tab of [page, other]) {
        await tab.locator('#user').waitFor();
        const loaded = tab.waitForResponse(`${server.url}/genesys${USERS_ME}`);
        await tab.locator('#load').click();
        expect((await loaded).status()).toBe(200);
        await tab.locator('#data').waitFor();
        expect(await tab.locator('#note').inputValue()).toBe('half a sentence');
        expect(await tab.locator('#problem, #load-error').count()).toBe(0);
      }
      // No page was loaded again.
      expect(desk.shownIn(page)).toEqual([...SIGNED_IN, DATA_OF_ANN]);
      expect(desk.shownIn(other)).toEqual(['loaded', DATA_OF_ANN]);
      expect([desk.redirects, prompts()]).toEqual([2, before]);
    });

    it('a user who is at the login page meanwhile can sign in again, without a prompt', async () => {
      const page = await desk.open();
      await page.locator('#email').waitFor();
      await server.restartRelay();
      await logIn(page, ann);
      await page.getByRole('link', { name: 'Back to the app' }).click();
      await page.locator('#sign-in').click();
      await page.locator('#user').waitFor();
      expect(desk.redirects).toBe(2);
    });
  });
});
