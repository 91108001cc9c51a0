import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { root } from '../support/angular-cli.ts';
import { Cleanup } from '../support/cleanup.ts';
import { describeOverTls, launchChromium } from '../support/chromium.ts';
import { USERS, type SignInServer, logIn, startSignInServer } from '../support/sign-in-server.ts';
import { type TlsFront, startTlsFront } from '../support/tls-front.ts';
import { until } from '../support/until.ts';

const { ann, bob } = USERS;
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
    browser = await cleanup.keep(launchChromium(front));
  });
  afterAll(() => cleanup.run());

  describe.each(deployments)('%s', (_deployment, relayHost) => {
    const RELAY = `https://${relayHost}`;
    let server: SignInServer;
    let context: BrowserContext;

    beforeAll(async () => {
      const origins = { app: APP, relay: RELAY, login: 'https://login.genesys.invalid' };
      server = await cleanup.keep(startSignInServer(join(root, 'out-tsc/e2e-sign-in/browser'), origins));
      front.forward({
        'app.example.test': server.origin,
        'relay.example.test': server.origin,
        'login.genesys.invalid': server.sandbox.loginOrigin
      });
    });
    beforeEach(async () => {
      context = await browser.newContext();
    });
    afterEach(async () => {
      server.reset();
      await context.close();
    });

    const open = async (path = '/desk'): Promise<Page> => {
      const page = await context.newPage();
      await page.goto(APP + path);
      return page;
    };
    const signIn = async (path?: string): Promise<Page> => {
      const page = await open(path);
      await logIn(page, ann);
      await page.locator('#data').waitFor();
      return page;
    };

    it('returns to the URL that was asked for, with a cookie of the relay’s host', async () => {
      const page = await signIn('/desk?x=1#top');
      expect(page.url()).toBe(`${APP}/desk?x=1#top`);
      const cookies = (await context.cookies()).filter(({ name }) => name.includes('genesys'));
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

    it('signs out in all tabs, and ends the session at Genesys Cloud', async () => {
      const page = await signIn();
      const other = await open();
      await other.locator('#sign-out').click();
      await other.waitForURL(`${APP}/`);
      await page.locator('#sign-in').waitFor();
      await page.locator('#sign-in').click();
      await page.locator('#email').waitFor();
    });

    it('after the session has ended, the user signs in again in a new window', async () => {
      const page = await signIn();
      await page.locator('#note').fill('half a sentence');
      server.sandbox.faults.add({ type: 'revokeTokens', email: ann.email, refreshTokens: true });
      await page.locator('#load').click();
      await page.locator('#load-error').waitFor();
      const opened = context.waitForEvent('page');
      await page.locator('#sign-in').click();
      const window = await opened;
      await page.locator('#user').waitFor();
      await until(() => window.isClosed(), 'the window to close itself');
      await page.locator('#again').click();
      await page.locator('#data').waitFor();
      expect(await page.locator('#note').inputValue()).toBe('half a sentence');
    });

    it('a change of user reaches a tab that was not notified', async () => {
      const page = await signIn();
      const other = await context.newPage();
      await other.goto(`${RELAY}/genesys/sign-in?prompt=login&return_to=${APP}/plain.html`);
      await logIn(other, bob);
      await other.waitForURL(/plain\.html/);
      await page.locator('#load').click();
      await page.getByText(`${bob.name} ${bob.email}`).waitFor();
    });
  });
});
