import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { freePort } from '../../../scripts/lib/free-port.cjs';
import { root } from '../support/angular-cli.ts';
import { Cleanup } from '../support/cleanup.ts';
import { describeInChromium, launchChromium } from '../support/chromium.ts';
import { proxyFile, replaced } from '../support/five-minutes.ts';
import { startProgram } from '../support/program.ts';
import { USERS, type SignInServer, logIn, startSignInServer } from '../support/sign-in-server.ts';

describeInChromium('users sign in behind `ng serve` on http://localhost', () => {
  const cleanup = new Cleanup();
  let browser: Browser;
  let server: SignInServer;

  /** Starts `ng serve`, with the proxy file of the page on running the relay by hand. */
  async function serve(port: number): Promise<void> {
    const folder = join(root, 'out-tsc/e2e-sign-in-serve');
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'proxy.conf.json');
    // The relay of the test serves below /genesys.
    const proxy = replaced(proxyFile, 'http://localhost:8080', `${server.origin}/genesys`);
    // The app reads its configuration from the server of the test.
    writeFileSync(file, replaced(proxy, '{', `{ "/config.json": { "target": "${server.origin}" },`));
    const options = ['--port', String(port), '--proxy-config', file, '--no-watch', '--no-live-reload', '--no-hmr'];
    const args = [join(root, 'node_modules/@angular/cli/bin/ng.js'), 'serve', 'e2e-sign-in', ...options];
    await cleanup.keep(startProgram(args, /Local: +http:/, { cwd: root, env: { NG_CLI_ANALYTICS: 'false' } }));
  }

  beforeAll(async () => {
    const port = await freePort();
    const url = `http://localhost:${port}`;
    server = await cleanup.keep(startSignInServer('', { app: url, relay: url }));
    browser = await cleanup.keep(launchChromium());
    await serve(port);
  });
  afterAll(() => cleanup.run());

  it('returns to a deep link with query and fragment, stays signed in after a reload, and signs out', async () => {
    const page = await browser.newPage();
    const url = `${server.url}/desk?view=a%20b&x=1#top`;
    await page.goto(url);
    await logIn(page, USERS.ann);
    await page.locator('#data').waitFor();
    expect(page.url()).toBe(url);
    await page.reload();
    await page.locator('#data').waitFor();
    expect(page.url()).toBe(url);
    await page.locator('#sign-out').click();
    await page.waitForURL(`${server.url}/`);
    await page.locator('#sign-in').click();
    await page.locator('#email').waitFor();
  });
});
