import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { root } from '../support/angular-cli.ts';
import { describeChangeOfUser } from '../support/change-of-user.ts';
import { Cleanup } from '../support/cleanup.ts';
import { describeInChromium, launchChromium } from '../support/chromium.ts';
import { DeskBrowser } from '../support/desk-browser.ts';
import { type SignInServer, startSignInServer } from '../support/sign-in-server.ts';

describeInChromium('the user changes while pages are open', () => {
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
});
