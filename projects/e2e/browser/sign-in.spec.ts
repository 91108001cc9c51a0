import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Fault } from 'genesys-sandbox';
import { root } from '../support/angular-cli.ts';
import { Cleanup } from '../support/cleanup.ts';
import {
  type Received,
  describeInChromium,
  launchChromium,
  launchChromiumWithoutCookies,
  record
} from '../support/chromium.ts';
import { USERS, type SignInServer, logIn, startSignInServer } from '../support/sign-in-server.ts';
import { until } from '../support/until.ts';

const { ann, bob, carl, dora } = USERS;
const DATA_OF_ANN = `${ann.name} ${ann.email}`;
const DATA_OF_BOB = `${bob.name} ${bob.email}`;
/** The call of the API that the desk makes. */
const USERS_ME = '/api/v2/users/me';
/** What a tab reports when Ann signs in: the app, the login page, and the app again with data. */
const SIGNED_IN = ['loaded', 'loaded', 'loaded', DATA_OF_ANN];

declare const window: { report(what: string): void };

describeInChromium('users sign in with Genesys Cloud through the relay', () => {
  const cleanup = new Cleanup();
  let browser: Browser;
  let server: SignInServer;
  let context: BrowserContext;
  let received: Received[];
  /** What {@link watchPage} has reported, since the test began. */
  let reports: Map<Page, string[]>;

  beforeAll(async () => {
    browser = await cleanup.keep(launchChromium({ hasBackForwardCache: true }));
    server = await cleanup.keep(startSignInServer(join(root, 'out-tsc/e2e-sign-in/browser')));
  });
  afterAll(() => cleanup.run());
  beforeEach(async () => {
    received = [];
    reports = new Map();
    context = await browser.newContext();
    context.on('page', (page) => received.push(record(page)));
    await context.exposeBinding('report', ({ page }, text: string) => {
      reports.set(page, [...(reports.get(page) ?? []), text]);
    });
    await context.addInitScript(watchPage);
  });
  afterEach(async () => {
    server.reset();
    await expectNoSecrets();
    await context.close();
  });

  /** Runs in each page. Reports what is visible of a user's data, and whether the page came from the back/forward cache. */
  function watchPage(): void {
    let last: string | undefined;
    const look = () => {
      const data = document.querySelector('#data');
      const isVisible = data !== null && getComputedStyle(data).visibility === 'visible';
      const text = isVisible ? data.textContent.trim() : undefined;
      if (text !== undefined && text !== last) window.report(text);
      last = text;
    };
    addEventListener('pageshow', ({ persisted }) => {
      window.report(persisted ? 'restored' : 'loaded');
      last = undefined;
      look();
    });
    new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true });
  }
  const shownIn = (page: Page): readonly string[] => reports.get(page) ?? [];

  async function expectNoSecrets(): Promise<void> {
    await Promise.all(received.map((page) => page.settled()));
    const texts = received.flatMap(({ responses }) => responses.map(({ url, text }) => `${url} ${text}`));
    for (const page of context.pages()) {
      const stored = page.evaluate(() =>
        JSON.stringify([
          Object.entries(localStorage),
          Object.entries(sessionStorage),
          document.cookie,
          location.href,
          history.state
        ])
      );
      texts.push(await stored.catch(() => ''));
    }
    texts.push(JSON.stringify(await context.cookies()));
    for (const secret of server.secrets) expect(texts.filter((text) => text.includes(secret))).toEqual([]);
  }

  const open = async (path = '/desk'): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(server.url + path);
    return page;
  };
  const signIn = async (user = ann, path = '/desk'): Promise<Page> => {
    const page = await open(path);
    await logIn(page, user);
    await page.locator('#data').waitFor();
    return page;
  };
  /** Signs in without a page of the app, so that no other tab is notified. */
  const signInElsewhere = async (page: Page, user: { readonly email: string }) => {
    await page.goto(`${server.url}/genesys/sign-in?prompt=login&return_to=/plain.html`);
    await logIn(page, user);
    await page.waitForURL(/plain\.html/);
  };
  /** Goes back without waiting: the page may come from the back/forward cache, and then it is not loaded. */
  const goBack = (page: Page, steps: number) =>
    page.evaluate((count) => {
      // A moment later: a page that goes away at once does not answer.
      setTimeout(() => {
        history.go(-count);
      });
    }, steps);
  const redirects = () => server.calls.filter((path) => path === '/genesys/sign-in').length;

  it('returns to the URL that was asked for, stays signed in after a reload, and is signed in in other tabs', async () => {
    const path = '/desk?view=a%20b&x=1#top';
    const page = await signIn(ann, path);
    expect(page.url()).toBe(server.url + path);
    expect(await page.locator('#data').textContent()).toBe(DATA_OF_ANN);
    await page.reload();
    await page.locator('#data').waitFor();
    expect(page.url()).toBe(server.url + path);
    const other = await open('/desk');
    await other.locator('#data').waitFor();
    expect(redirects()).toBe(1);
  });

  it('two tabs may start sign-in before the user logs in', async () => {
    const [page, other] = [await open(), await open('/desk?x=2')];
    for (const tab of [page, other]) {
      await logIn(tab, ann);
      await tab.locator('#data').waitFor();
    }
    expect(other.url()).toBe(`${server.url}/desk?x=2`);
    const loaded = page.waitForResponse(`${server.url}/genesys${USERS_ME}`);
    await page.locator('#load').click();
    expect((await loaded).status()).toBe(200);
    for (const tab of [page, other]) expect(shownIn(tab)).toEqual(SIGNED_IN);
  });

  it('a user who goes back to the login page can return to the app, and is still signed in', async () => {
    const page = await signIn();
    await goBack(page, 1);
    // Genesys Cloud remembers the user, and sends another code for a sign-in that has ended.
    await page.getByRole('link', { name: 'Back to the app' }).click();
    await page.locator('#user').waitFor();
    expect(redirects()).toBe(1);
  });

  it('signs out in all tabs, and ends the session at Genesys Cloud', async () => {
    const page = await signIn();
    const other = await open();
    await other.locator('#data').waitFor();
    const hold = server.hold(USERS_ME);
    await other.locator('#load').click();
    await hold.arrived();
    await page.locator('#sign-out').click();
    await page.waitForURL(`${server.url}/`);
    await page.locator('#sign-in').waitFor();
    await other.locator('#sign-in').waitFor();
    hold.release();
    expect(await other.locator('#load-error').textContent()).toBe('signed_out');
    expect(await other.locator('#data, #user').count()).toBe(0);
    await page.locator('#sign-in').click();
    await page.locator('#email').waitFor();
  });

  it('a tab shows nothing of the user before when another signs in in another tab', async () => {
    const page = await signIn();
    const other = await open();
    await other.locator('#data').waitFor();
    const hold = server.hold(USERS_ME);
    await page.locator('#load').click();
    await hold.arrived();
    await other.locator('#other-user').click();
    await logIn(other, bob);
    await page.getByText(bob.name).waitFor();
    hold.release();
    await page.locator('#data').waitFor();
    await other.locator('#data').waitFor();
    expect(shownIn(page)).toEqual([...SIGNED_IN, 'loaded', DATA_OF_BOB]);
    expect(shownIn(other)).toEqual(['loaded', DATA_OF_ANN, 'loaded', 'loaded', DATA_OF_BOB]);
  });

  it('a tab that was not notified of another user receives no data', async () => {
    const page = await signIn();
    await signInElsewhere(await context.newPage(), bob);
    await page.locator('#load').click();
    await page.getByText(DATA_OF_BOB).waitFor();
    expect(shownIn(page)).toEqual([...SIGNED_IN, 'loaded', DATA_OF_BOB]);
  });

  it('going back after sign-out shows nothing of the user', async () => {
    const page = await signIn();
    await page.locator('#sign-out').click();
    await page.waitForURL(`${server.url}/`);
    await page.locator('#sign-in').waitFor();
    await goBack(page, 1);
    // The page needs a user, so it starts sign-in again.
    await page.locator('#email').waitFor();
    expect(shownIn(page)).toEqual([...SIGNED_IN, 'loaded', 'restored', 'loaded', 'loaded']);
  });

  it('going back to a page of the user before shows nothing of that user', async () => {
    const page = await signIn();
    await signInElsewhere(page, bob);
    const hold = server.hold('/genesys/session');
    await goBack(page, 2);
    await hold.arrived();
    hold.release();
    await page.getByText(DATA_OF_BOB).waitFor();
    expect(shownIn(page)).toEqual([...SIGNED_IN, 'loaded', 'loaded', 'restored', 'loaded', DATA_OF_BOB]);
  });

  it('going back shows nothing that the user before had requested', async () => {
    const page = await signIn();
    const hold = server.hold(USERS_ME);
    await page.locator('#load').click();
    await hold.arrived();
    await signInElsewhere(page, bob);
    hold.release();
    await goBack(page, 2);
    await page.getByText(DATA_OF_BOB).waitFor();
    expect(shownIn(page)).toEqual([...SIGNED_IN, 'loaded', 'loaded', 'restored', 'loaded', DATA_OF_BOB]);
  });

  it('no token, verifier or secret reaches the browser, and the session id is in one answer only', async () => {
    const page = await signIn();
    const [session] = (await context.cookies()).filter(({ name }) => name.startsWith('genesys-session'));
    expect(session).toMatchObject({ httpOnly: true, sameSite: 'Strict', expires: -1 });
    // Secret, verifier, access token and refresh token; afterEach() looks for them after each test.
    expect(server.secrets.size).toBeGreaterThanOrEqual(4);
    await Promise.all(received.map((one) => one.settled()));
    const answers = received.flatMap(({ responses }) => responses);
    const withId = answers.filter(({ url, text }) => `${url} ${text}`.includes(session?.value ?? '-'));
    expect(withId.map(({ url }) => new URL(url).pathname)).toEqual(['/genesys/sign-in/callback']);
    expect(await page.evaluate(() => document.cookie)).toBe('');
  });

  describe('if sign-in does not succeed, the page shows why and offers a next step:', () => {
    const down = (route: string): Fault => ({ type: 'serverError', route });
    const refusedBy = (error: string): Fault => ({ type: 'authorizeError', error, route: 'POST *' });

    it.each<[string, RegExp, { fault?: Fault; user?: { email: string }; mustLogIn: boolean }]>([
      ['a user without a role', /^relay_forbidden: /, { user: carl, mustLogIn: true }],
      ['a user of another organisation', /^organization_not_allowed: /, { user: dora, mustLogIn: true }],
      ['denied consent', /^sign_in_cancelled: /, { fault: refusedBy('access_denied'), mustLogIn: true }],
      ['an outage of the login pages', /^sign_in_failed: /, { fault: refusedBy('server_error'), mustLogIn: true }],
      // After these two, Genesys Cloud remembers the user.
      ['an outage of the token endpoint', /^sign_in_failed: /, { fault: down('*/oauth/token'), mustLogIn: false }],
      ['an outage of the API', /^sign_in_failed: /, { fault: down('GET */users/me'), mustLogIn: false }]
    ])('%s', async (_what, problem, { fault, user = ann, mustLogIn }) => {
      const page = await open('/desk');
      await page.locator('#email').waitFor();
      if (fault) server.sandbox.faults.add(fault);
      await logIn(page, user);
      await page.locator('#problem').waitFor();
      expect(await page.locator('#problem').textContent()).toMatch(problem);
      expect(page.url()).toBe(`${server.url}/signed-out`);
      expect(redirects()).toBe(1);
      server.sandbox.faults.clear();
      await page.locator('#sign-in').click();
      if (mustLogIn) await logIn(page, bob);
      await page.locator('#user').waitFor();
      expect(await page.locator('#problem').count()).toBe(0);
    });

    it('the user cancels', async () => {
      const page = await open('/desk');
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.locator('#problem').waitFor();
      expect(await page.locator('#problem').textContent()).toMatch(/^sign_in_cancelled: /);
      expect(redirects()).toBe(1);
    });

    it('the browser does not keep the cookie of the session', async () => {
      server.blockedCookies = /^genesys-session/;
      const page = await open('/desk');
      await logIn(page, ann);
      await page.locator('#problem').waitFor();
      expect(await page.locator('#problem').textContent()).toMatch(/^cookies_blocked: /);
      expect(redirects()).toBe(1);
    });

    it('the user has blocked cookies in the settings of Chromium', async () => {
      await context.close();
      context = await launchChromiumWithoutCookies();
      const page = await open('/desk');
      await logIn(page, ann);
      await page.getByText('allow cookies').waitFor();
      await page.getByRole('link', { name: 'Back to the app' }).click();
      await page.locator('#sign-in').waitFor();
      expect(redirects()).toBe(1);
    });

    it('the login pages do not answer, and the user goes back', async () => {
      server.sandbox.faults.add(down('GET /oauth/authorize'));
      const page = await open('/');
      await page.locator('#sign-in').click();
      await page.waitForURL(/oauth\/authorize/);
      await goBack(page, 1);
      await page.locator('#sign-in').waitFor();
      expect(page.url()).toBe(`${server.url}/`);
      expect(redirects()).toBe(1);
    });

    it('the relay does not answer', async () => {
      await context.route('**/genesys/session', (route) => route.abort());
      const page = await open('/desk?x=1');
      await page.locator('#failed').waitFor();
      expect(await page.locator('#failed').textContent()).toBe('relay_unreachable');
      expect(redirects()).toBe(0);
      await context.unroute('**/genesys/session');
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
      const page = await signIn();
      await page.locator('#note').fill('half a sentence');
      endSession(true);
      await context.clearCookies({ domain: '127.0.0.1' });
      await page.locator('#load').click();
      await page.locator('#load-error').waitFor();
      expect(await page.locator('#load-error').textContent()).toBe('session_ended');
      return page;
    };
    const signInAgain = async (page: Page, user: { readonly email: string }) => {
      const opened = context.waitForEvent('page');
      await page.locator('#sign-in').click();
      const window = await opened;
      // The first try is cancelled, and the window offers another one.
      await window.getByRole('button', { name: 'Cancel' }).click();
      await window.locator('#sign-in').click();
      await logIn(window, user);
      await until(() => window.isClosed(), 'the window to close itself');
    };

    it('the relay renews the access token, and the user notices nothing', async () => {
      const page = await signIn();
      endSession(false);
      const requests = server.sandbox.tokenRequestCount();
      const loaded = page.waitForResponse(`${server.url}/genesys${USERS_ME}`);
      await page.locator('#load').click();
      expect((await loaded).status()).toBe(200);
      expect(server.sandbox.tokenRequestCount()).toBe(requests + 1);
      expect(await page.locator('#load-error').count()).toBe(0);
    });

    it('the user signs in again in a new window, the form keeps its input, and the request is repeated', async () => {
      const page = await endedSession();
      await signInAgain(page, ann);
      await page.locator('#user').waitFor();
      await page.locator('#again').click();
      await page.locator('#data').waitFor();
      expect(await page.locator('#load-error').count()).toBe(0);
      expect(await page.locator('#note').inputValue()).toBe('half a sentence');
    });

    it('another user who signs in sees nothing of the user before', async () => {
      const page = await endedSession();
      await signInAgain(page, bob);
      await page.getByText(DATA_OF_BOB).waitFor();
      expect(await page.locator('#note').inputValue()).toBe('');
      expect(shownIn(page)).toEqual([...SIGNED_IN, 'loaded', DATA_OF_BOB]);
    });
  });
});
