import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SANDBOX_CLIENT, createSandbox } from 'genesys-sandbox';
import type { Browser, Page } from 'playwright-core';
import { freePort } from '../../../scripts/lib/free-port.cjs';
import { root } from '../support/angular-cli.ts';
import { describeInChromium, launchChromium, record } from '../support/chromium.ts';
import { Cleanup } from '../support/cleanup.ts';
import { anchorOf, anchorsFrom, messagesOf } from '../support/first-failures.ts';
import { replaced } from '../support/five-minutes.ts';
import { type NewApp, newApp } from '../support/new-app.ts';
import { startProgram } from '../support/program.ts';
import { blocksIn, commandsIn } from '../support/readme.ts';
import { startTestRelay } from '../support/relay.ts';

// Follows the tutorial "First call" as a newcomer does, with the sandbox, in an app of the workspace's Angular. The commands and the
// code are those of the page; only ports are added. `npm run compat` has the same with `ng new` and a real installation.
const PAGE = 'docs/tutorials/first-call.md';
const parent = join(root, 'out-tsc/first-call');
const cleanup = new Cleanup();

describeInChromium('the tutorial "First call", with the sandbox', () => {
  let browser: Browser;
  let app: NewApp;
  let origin: string;

  /** Starts a program of the app, as its command line says. */
  const start = (line: string, ready: RegExp) => {
    const [name = '', ...args] = line.replace(/^npx --no-install /, '').split(' ');
    return cleanup.keep(
      startProgram([join(app.folder, 'node_modules/.bin', name), ...args], ready, { cwd: app.folder, env: app.env })
    );
  };
  const relayCommand = async () => {
    const { scripts } = JSON.parse(await readFile(join(app.folder, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    return scripts['relay'] ?? '';
  };
  /** What the page at /queues shows when it has settled. */
  const queuesPage = async (prepare?: (page: Page) => Promise<unknown>) => {
    const page = await browser.newPage();
    const { errors } = record(page);
    await prepare?.(page);
    await page.goto(`${origin}/queues`);
    await page.locator('app-genesys-queues').locator('ul, [role=alert]').waitFor();
    const shown = await page.locator('app-genesys-queues').innerText();
    const names = await page.locator('app-genesys-queues li').allTextContents();
    await page.close();
    return { shown, names, errors };
  };
  /** Lets the page call another path than the relay's, as if its proxy file were different. */
  const instead = (path: string) => (page: Page) =>
    page.route('**/genesys/**', (route) => route.continue({ url: route.request().url().replace('/genesys/', path) }));

  beforeAll(async () => {
    browser = await cleanup.keep(launchChromium());
    app = await newApp(parent);
    for (const line of commandsIn(PAGE, '1. Install the library').slice(1)) await app.run(line);
  });
  afterAll(async () => {
    await cleanup.run();
    await rm(parent, { recursive: true, force: true });
  });

  it('leads from a new app to queues in the browser', async () => {
    const [generate = '', relay, ...more] = commandsIn(PAGE, 'The sandbox');
    expect([relay, ...more]).toEqual(['npm run relay']);
    const port = String(await freePort());
    const printed = await app.run(`${generate} --proxy-target=http://localhost:${port}`);
    expect(printed).toContain('npm run relay');
    expect(printed).not.toContain('npm install');

    // What readers get wrong in their own proxy file or relay.
    const sandbox = await cleanup.keep(createSandbox());
    const other = await cleanup.keep(
      startTestRelay(
        { ...SANDBOX_CLIENT, tokenEndpoint: sandbox.tokenEndpoint, apiOrigin: sandbox.apiOrigin },
        {
          scopes: ['routing:readonly'],
          identities: [{ type: 'loopback', roles: ['developer'] }],
          roles: { developer: { scopes: ['routing:readonly'] } }
        }
      )
    );
    const entry = { target: other.url.replace('127.0.0.1', 'localhost'), changeOrigin: true };
    const wrong = { '/token-mode/': { ...entry, pathRewrite: { '^/token-mode': '' } }, '/no-rewrite/': entry };
    const proxy = join(app.folder, 'proxy.conf.mjs');
    const text = await readFile(proxy, 'utf8');
    await writeFile(proxy, replaced(text, 'export default {', `export default {\n  ...${JSON.stringify(wrong)},`));

    const [routes = ''] = blocksIn(PAGE, '3. Show the queues', 'ts');
    await writeFile(join(app.folder, 'src/app/app.routes.ts'), routes);
    const [serve = ''] = commandsIn(PAGE, '3. Show the queues');
    const server = await start(`${serve} --port ${String(await freePort())}`, /Local: +(http:\/\/localhost:\d+)/);
    origin = server.printed[1] ?? '';

    // The reader has not started the relay.
    const without = await queuesPage();
    expect(without.shown).toContain(messagesOf('No relay is running')[0]);
    expect(without.shown).toContain('/docs/errors.md#relay_unavailable');
    expect(anchorsFrom('relay_unavailable')).toEqual([anchorOf('No relay is running')]);
    const key = join(app.folder, '.genesys-auth-relay/dev-key');
    await mkdir(dirname(key));
    await writeFile(key, 'of-a-relay-that-has-ended');
    const ended = await queuesPage();
    expect(ended.shown.replace(port, '8080')).toContain(messagesOf('No relay is running')[1]);
    await rm(dirname(key), { recursive: true });

    const configuration = join(app.folder, 'relay.yaml');
    await writeFile(configuration, `${await readFile(configuration, 'utf8')}admin: false\n`);
    await start(await relayCommand(), /\n/);
    const withRelay = await queuesPage();
    expect(withRelay).toEqual({ shown: expect.any(String), names: expect.any(Array), errors: [] });
    expect(withRelay.names.length).toBeGreaterThan(3);
  });

  const blockRequests = (page: Page) =>
    page.route('**/queues', async (route) => {
      const response = await route.fetch();
      await route.fulfill({
        response,
        headers: { ...response.headers(), 'content-security-policy': "connect-src 'none'" }
      });
    });

  it.each([
    ['403 proxy_mode, or relay_mode_mismatch', 'relay_mode_mismatch', instead('/token-mode/')],
    ['The answer is not what a relay sends', 'relay_invalid_response', instead('/no-proxy/')],
    ['404 from the relay', 'relay_refused', instead('/no-rewrite/')],
    ['It works in curl, and not in the browser', 'relay_unreachable', blockRequests]
  ])('shows what leads to the section "%s" (%s) of first failures', async (heading, code, prepare) => {
    const { shown } = await queuesPage(prepare);
    expect(messagesOf(heading).filter((message) => shown.includes(message))).toHaveLength(1);
    expect(shown).toContain(`/docs/errors.md#${code}`);
    expect(anchorsFrom(code)).toContain(anchorOf(heading));
  });
});
