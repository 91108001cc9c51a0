import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { startWallboard, type Wallboard } from '../../wallboard/server/index.ts';
import { describeInChromium, launchChromium } from '../support/chromium.ts';
import { Cleanup } from '../support/cleanup.ts';

const sdkFile = join(
  __dirname,
  '../../../node_modules/purecloud-platform-client-v2/dist/web-cjs/purecloud-platform-client-v2.min.js'
);

interface Sdk {
  ApiClient: {
    instance: {
      setGateway(gateway: { host: string; protocol: string; port: number }): void;
      setAccessToken(token: string): void;
    };
  };
  RoutingApi: new () => { getRoutingQueues(options: { pageSize: number }): Promise<{ total: number }> };
}

// docs/recipes/genesys-sdk.md: a global script that defines require(), and the relay's token.
describeInChromium('the official SDK as a global script, with the token of the relay', () => {
  const cleanup = new Cleanup();
  let browser: Browser;
  let wallboard: Wallboard;

  beforeAll(async () => {
    browser = await cleanup.keep(launchChromium());
    wallboard = await cleanup.keep(startWallboard({ port: 0, loginPort: 0, apiPort: 0, relay: { mode: 'token' } }));
  });
  afterAll(() => cleanup.run());

  it('reads queues', async () => {
    // The demo's policy has no place for scripts that a test brings along.
    const context = await browser.newContext({ bypassCSP: true });
    const page = await context.newPage();
    const answer = page.waitForResponse((response) => response.url().endsWith('/genesys/token'));
    await page.goto(wallboard.url);
    const { access_token: token } = (await (await answer).json()) as { access_token: string };
    await page.addScriptTag({ content: readFileSync(sdkFile, 'utf8') });
    const total = await page.evaluate(
      async ({ token, api }) => {
        const sdk = (globalThis as unknown as { require(name: string): Sdk }).require('platformClient');
        const { hostname, port } = new URL(api);
        sdk.ApiClient.instance.setGateway({ host: hostname, protocol: 'http', port: Number(port) });
        sdk.ApiClient.instance.setAccessToken(token);
        return (await new sdk.RoutingApi().getRoutingQueues({ pageSize: 1 })).total;
      },
      { token, api: wallboard.sandbox?.apiOrigin ?? '' }
    );
    expect(total).toBeGreaterThan(3);
    await context.close();
  });
});
