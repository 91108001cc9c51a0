import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { root } from '../support/angular-cli.ts';
import { describeChangeOfUser } from '../support/change-of-user.ts';
import { Cleanup } from '../support/cleanup.ts';
import { describeOverTls, launchChromium } from '../support/chromium.ts';
import { DeskBrowser, USERS_ME } from '../support/desk-browser.ts';
import { USERS, type SignInServer, logIn, startSignInServer } from '../support/sign-in-server.ts';
import { type TlsFront, startTlsFront } from '../support/tls-front.ts';
import { until } from '../support/until.ts';

const { ann, dora } = USERS;
const APP = 'https://app.example.test';

/** Each deployment, and the host that has the relay. */
const deployments = [
  ['the relay has the origin of the app', 'app.example.test'],
  ['the relay has another origin of the same site', 'relay.example.test']
] as const;

describeOverTls('users sign in over TLS, and the login pages are on another site', () => {
  const cleanup = new Cleanup();
  let browser: Browser;
  let front: TlsFront;

  beforeAll(async () => {
    front = await cleanup.keep(startTlsFront(['app.example.test', 'relay.example.test', 'login.genesys.invalid']));
    browser = await cleanup.keep(launchChromium({ hasBackForwardCache: true, ...front }));
  });
  afterAll(() => cleanup.run());

  describe.each(deployments)('%s', (_deployment, relayHost) => {
    let server: SignInServer;
    let desk: DeskBrowser;

    beforeAll(async () => {
      const origins = { app: APP, relay: `https://${relayHost}`, login: 'https://login.genesys.invalid' };
      server = await cleanup.keep(startSignInServer(join(root, 'out-tsc/e2e-sign-in/browser'), origins));
      front.forward({
        'app.example.test': server.origin,
        'relay.example.test': server.origin,
        'login.genesys.invalid': server.hosts.loginPages.origin
      });
    });
    beforeEach(async () => {
      desk = await DeskBrowser.open(browser, server);
    });
    afterEach(async () => {
      await server.reset();
      await desk.close();
    });

    describeChangeOfUser(() => desk);

    it('returns to the URL that was asked for, with a cookie of the relay’s host', async () => {
      const page = await desk.signIn(ann, '/desk?x=1#top');
      expect(page.url()).toBe(`${APP}/desk?x=1#top`);
      const cookies = (await desk.context.cookies()).filter(({ name }) => name.includes('genesys'));
      expect(cookies).toEqual([
        expect.objectContaining({
          name: expect.stringMatching(/^__Host-genesys-session-/),
          domain: relayHost,
          path: '/',
          secure: true,
          httpOnly: true,
          sameSite: 'Strict'
        })
      ]);
      await page.reload();
      await page.locator('#data').waitFor();
    });

    it('each sign-in that does not succeed shows why, and the next try may succeed', async () => {
      const page = await desk.open();
      const signIn = page.locator('#sign-in');
      const problem = async (code: string) => {
        await page.locator('#problem').filter({ hasText: code }).waitFor();
        expect(page.url()).toBe(`${APP}/signed-out`);
      };
      await page.getByRole('button', { name: 'Cancel' }).click();
      await problem('sign_in_cancelled: ');

      await signIn.click();
      await logIn(page, dora);
      await problem('organization_not_allowed: ');

      server.hosts.tokenEndpoint.goAway();
      await signIn.click();
      await logIn(page, ann);
      await problem('sign_in_failed: ');
      await server.hosts.tokenEndpoint.comeBack();

      // From now on Genesys Cloud remembers the user.
      server.blockedCookies = /genesys-session/;
      await signIn.click();
      await problem('cookies_blocked: ');
      server.blockedCookies = undefined;

      await signIn.click();
      await page.locator('#user').waitFor();
      expect(await page.locator('#problem').count()).toBe(0);
      expect(desk.redirects).toBe(5);
    });

    it('after the session has ended, the user signs in again in a new window', async () => {
      const page = await desk.signIn();
      await page.locator('#note').fill('half a sentence');
      server.sandbox.faults.add({ type: 'revokeTokens', email: ann.email, refreshTokens: true });
      await page.locator('#load').click();
      await page.locator('#load-error').waitFor();
      const opened = desk.context.waitForEvent('page');
      await page.locator('#sign-in').click();
      const window = await opened;
      await page.locator('#user').waitFor();
      await until(() => window.isClosed(), 'the window to close itself');
      const loaded = page.waitForResponse((response) => response.url().endsWith(`/genesys${USERS_ME}`));
      await page.locator('#again').click();
      expect((await loaded).status()).toBe(200);
      await page.locator('#load-error').waitFor({ state: 'detached' });
      expect(await page.locator('#note').inputValue()).toBe('half a sentence');
    });
  });
});
