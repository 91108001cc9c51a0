import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { root } from '../support/angular-cli.ts';
import { describeChangeOfUser } from '../support/change-of-user.ts';
import { Cleanup } from '../support/cleanup.ts';
import { describeInChromium, launchChromium } from '../support/chromium.ts';
import { DeskBrowser, RESTORES, showsBrowserError } from '../support/desk-browser.ts';
import { USERS, type SignInServer, logIn, startSignInServer } from '../support/sign-in-server.ts';

const { ann } = USERS;

// Not in sign-in.spec.ts: only these tests need the complete Chromium, for its back/forward cache.
describeInChromium('users sign out, change and go back', () => {
  const cleanup = new Cleanup();
  let browser: Browser;
  let server: SignInServer;
  let desk: DeskBrowser;

  beforeAll(async () => {
    browser = await cleanup.keep(launchChromium({ hasBackForwardCache: true }));
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

  describeChangeOfUser(() => desk);

  it('a user who goes back because the login pages do not answer can sign in', RESTORES, async () => {
    server.sandbox.faults.add({ type: 'serverError', route: 'GET /oauth/authorize' });
    const page = await desk.open('/');
    await page.locator('#sign-in').click();
    await page.waitForURL(/oauth\/authorize/);
    await desk.goBack(page, 1);
    await page.locator('#sign-in').waitFor();
    expect(page.url()).toBe(`${server.url}/`);
    expect(desk.shownInRestored(page)).toEqual(['loaded', 'loaded', 'restored']);
    expect(desk.redirects).toBe(1);
    server.sandbox.faults.clear();
    await page.locator('#sign-in').click();
    await logIn(page, ann);
    await page.locator('#user').waitFor();
  });

  it.each(['no connection', 'an outage'])(
    'a user who signs out while the login pages are down (%s) is signed out in all tabs, and can go back to a page that says so',
    async (what) => {
      const [page, other] = [await desk.signIn(), await desk.open()];
      await other.locator('#data').waitFor();
      if (what === 'an outage') server.sandbox.faults.add({ type: 'serverError', route: 'GET /logout' });
      else server.hosts.loginPages.goAway();
      await page.locator('#sign-out').click();
      await (what === 'an outage' ? page.waitForURL(/\/logout/) : showsBrowserError(page));
      await other.locator('#sign-in').waitFor();
      expect(await other.locator('#data, #user, #problem').count()).toBe(0);
      await desk.goBack(page, 1);
      await page.getByRole('heading', { name: 'Signed out' }).waitFor();
      await page.locator('#sign-in').waitFor();
      expect(page.url()).toBe(`${server.url}/signed-out`);
      expect(await page.locator('#problem').count()).toBe(0);
      expect(desk.redirects).toBe(1);
      server.sandbox.faults.clear();
      await server.hosts.loginPages.comeBack();
      // Genesys Cloud has not ended its own session, so it asks for no password.
      await page.locator('#sign-in').click();
      await page.locator('#user').waitFor();
      expect(desk.redirects).toBe(2);
    }
  );
});
