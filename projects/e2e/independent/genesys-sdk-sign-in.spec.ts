import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createSandbox, SANDBOX_PUBLIC_CLIENT, type Sandbox } from 'genesys-sandbox';
import type { Browser, Page } from 'playwright-core';
import { Cleanup } from '../support/cleanup.ts';
import { describeInChromium, launchChromium, record } from '../support/chromium.ts';

const modules = join(__dirname, '../../../node_modules');
const sdk = readFileSync(
  join(modules, 'purecloud-platform-client-v2/dist/web-cjs/purecloud-platform-client-v2.min.js')
);
const axe = readFileSync(join(modules, 'axe-core/axe.min.js'), 'utf8');

const AGENT = 'agent.1@sandbox.example';

/** What the page of the app did as the user. */
interface Outcome {
  readonly error?: string;
  readonly state?: string;
  readonly email?: string;
  readonly presence?: string;
  /** Presence that the event on the notification channel names. */
  readonly event?: string;
}

/** A page that signs in with the official SDK by redirect, then acts as the user. */
const app = (
  sandbox: Sandbox
): string => `<!doctype html><html lang="en"><title>App</title><script src="/sdk.js"></script><script>
  const { ApiClient, UsersApi, PresenceApi, NotificationsApi } = require('platformClient');
  const client = ApiClient.instance;
  const { hostname, port } = new URL(${JSON.stringify(sandbox.apiOrigin)});
  client.setGateway({ host: hostname, protocol: 'http', port: Number(port) });
  const redirectUri = location.origin + '/';
  async function run() {
    const { state } = await client.loginPKCEGrant(${JSON.stringify(SANDBOX_PUBLIC_CLIENT.id)}, redirectUri, { state: 'deep link?a=b#c' });
    const me = await new UsersApi().getUsersMe({ expand: ['presence'] });
    const channel = await new NotificationsApi().postNotificationsChannels();
    const topic = 'v2.users.' + me.id + '.presence';
    await new NotificationsApi().postNotificationsChannelSubscriptions(channel.id, [{ id: topic }]);
    const socket = new WebSocket(channel.connectUri);
    await new Promise((resolve, reject) => { socket.onopen = resolve; socket.onerror = reject; });
    const event = new Promise((resolve) => {
      socket.onmessage = ({ data }) => {
        const { topicName, eventBody } = JSON.parse(data);
        if (topicName === topic) resolve(eventBody.presenceDefinition.systemPresence);
      };
    });
    const { entities } = await new PresenceApi().getPresencedefinitions({});
    const meal = entities.find(({ systemPresence }) => systemPresence === 'MEAL');
    await new PresenceApi().patchUserPresencesPurecloud(me.id, { presenceDefinition: { id: meal.id } });
    const { presence } = await new UsersApi().getUsersMe({ expand: ['presence'] });
    return { state, email: me.email, presence: presence.presenceDefinition.systemPresence, event: await event };
  }
  run().catch((error) => ({ error: String(error.message) })).then((outcome) => { globalThis.outcome = outcome; });
</script>`;

// By redirect, over plain HTTP on this machine: the page is at http://localhost, where browsers offer WebCrypto.
describeInChromium('the official Genesys SDK in a browser signs in against the sandbox', () => {
  const cleanup = new Cleanup();
  let browser: Browser;
  let sandbox: Sandbox;
  let server: Server;
  let url: string;

  beforeAll(async () => {
    browser = await cleanup.keep(launchChromium());
    sandbox = await cleanup.keep(createSandbox());
    server = createServer((request, response) => {
      if (request.url === '/sdk.js') response.writeHead(200, { 'content-type': 'text/javascript' }).end(sdk);
      else if (request.url === '/frame') {
        const framed = `<iframe src="${sandbox.authorizeEndpoint}"></iframe>`;
        response.writeHead(200, { 'content-type': 'text/html' }).end(framed);
      } else response.writeHead(200, { 'content-type': 'text/html' }).end(app(sandbox));
    });
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    url = `http://localhost:${String((server.address() as AddressInfo).port)}/`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await cleanup.run();
  });

  const outcomeOf = async (page: Page): Promise<Outcome> => {
    const handle = await page.waitForFunction(() => (globalThis as unknown as { outcome?: unknown }).outcome);
    return (await handle.jsonValue()) as Outcome;
  };

  it('with the keyboard alone, reads users/me, changes the presence and receives the event on a notification channel', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const received = record(page);
    await page.goto(url);
    await page.waitForURL(`${sandbox.apiOrigin}/oauth/authorize?*`);
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('id'));
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('email');
    await page.keyboard.type(AGENT);
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('password');
    await page.keyboard.type('any password');
    await page.keyboard.press('Enter');
    const outcome = await outcomeOf(page);
    expect(outcome).toEqual({ state: 'deep link?a=b#c', email: AGENT, presence: 'MEAL', event: 'MEAL' });
    expect(received.errors).toEqual([]);

    // The browser is remembered: the second page needs no login page.
    const second = await context.newPage();
    await second.goto(url);
    expect(await outcomeOf(second)).toMatchObject({ email: AGENT });

    await second.evaluate((to) => {
      const sdk_ = (
        globalThis as unknown as { require(name: string): { ApiClient: { instance: { logout(to: string): void } } } }
      ).require('platformClient');
      sdk_.ApiClient.instance.logout(to);
    }, url);
    await second.getByRole('heading', { name: 'Sign in' }).waitFor();
    await context.close();
  });

  it('hears that the user cancelled', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(url);
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect((await outcomeOf(page)).error).toContain('[access_denied]');
    await context.close();
  });

  it('meets a login page that refuses to be framed', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const { errors } = record(page);
    const blocked = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
    await page.goto(`${url}frame`);
    await blocked;
    expect(errors.join()).toContain("frame-ancestors 'none'");
    expect(page.frames().map((frame) => frame.url())).not.toContain(sandbox.authorizeEndpoint);
    await context.close();
  });

  it.each([
    ['light', 360],
    ['dark', 360],
    ['light', 1000],
    ['dark', 1000]
  ] as const)('meets pages without a fault that axe can find, %s, %d px wide', async (colorScheme, width) => {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 700 } });
    const page = await context.newPage();
    const check = async () => {
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() =>
        (globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } }).axe.run()
      );
      expect(violations.map(({ id }) => id)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    };
    await page.goto(url);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await check();
    await page.getByLabel('Email').fill('nobody@sandbox.example');
    await page.getByLabel('Password').fill('any');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await check();
    await page.goto(`${sandbox.authorizeEndpoint}?client_id=unknown`);
    await check();
    await page.goto(`${sandbox.loginOrigin}/logout`);
    await check();
    await context.close();
  });
});
