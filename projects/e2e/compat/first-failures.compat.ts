import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SANDBOX_CLIENT, createSandbox } from 'genesys-sandbox';
import type { Browser, Page } from 'playwright-core';
import { root } from '../support/angular-cli.ts';
import { describeInChromium, launchChromium } from '../support/chromium.ts';
import { Cleanup } from '../support/cleanup.ts';
import { FirstCall, installation, openQueues } from '../support/first-call.ts';
import { anchorOf, anchorsFrom, messagesOf } from '../support/first-failures.ts';
import { replaced } from '../support/five-minutes.ts';
import { newApp } from '../support/new-app.ts';
import { startProgram } from '../support/program.ts';
import { commandsIn } from '../support/readme.ts';
import { startTestRelay } from '../support/relay.ts';
import { type Terminal, terminal } from '../support/terminal.ts';

// Follows the tutorial "First call" with the sandbox, in an app of this workspace's Angular, and produces the failures of
// docs/recipes/first-failures.md that need a browser. The commands and the code are those of the page; only ports are added.
// first-call.compat.ts follows the tutorial with `ng new` and a real installation.
const parent = join(root, 'out-tsc/compat/first-failures');
const cleanup = new Cleanup();

describeInChromium('the tutorial "First call" and its first failures, with the sandbox', () => {
  let browser: Browser;
  let app: Terminal;
  let tutorial: FirstCall;
  let origin: string;

  /** Lets the page call another path than the relay's, as if its proxy file were different. */
  const instead = (path: string) => (page: Page) =>
    page.route('**/genesys/**', (route) => route.continue({ url: route.request().url().replace('/genesys/', path) }));

  beforeAll(async () => {
    browser = await cleanup.keep(launchChromium());
    app = await newApp(parent);
    tutorial = new FirstCall(app, cleanup);
    for (const line of installation.slice(1)) await app.run(line);
  });
  afterAll(async () => {
    await cleanup.run();
    await rm(parent, { recursive: true, force: true });
  });

  it('leads from a new app to queues in the browser', async () => {
    const { port, printed } = await tutorial.configure();
    expect(printed).toContain('npm run relay');
    expect(printed).not.toContain('npm install --save-dev');

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
    const wrong = {
      '/token-mode/': { ...entry, pathRewrite: { '^/token-mode': '' } },
      '/no-rewrite/': entry,
      '/other-program/': { target: sandbox.apiOrigin }
    };
    const proxy = join(app.folder, 'proxy.conf.mjs');
    const text = await readFile(proxy, 'utf8');
    await writeFile(proxy, replaced(text, 'export default {', `export default {\n  ...${JSON.stringify(wrong)},`));

    await tutorial.addRoute();
    ({ origin } = await tutorial.serve());

    // The reader has not started the relay.
    const without = await openQueues(browser, origin);
    expect(without.text).toContain(messagesOf('No relay is running')[0]);
    expect(without.text).toContain('/docs/errors.md#relay_unavailable');
    expect(anchorsFrom('relay_unavailable')).toEqual([anchorOf('No relay is running')]);
    const key = join(app.folder, '.genesys-auth-relay/dev-key');
    await mkdir(dirname(key));
    await writeFile(key, 'of-a-relay-that-has-ended');
    const ended = await openQueues(browser, origin);
    expect(ended.text.replace(port, '8080')).toContain(messagesOf('No relay is running')[1]);
    await rm(dirname(key), { recursive: true });

    await tutorial.startRelay();
    const forwarded = { 'x-genesys-auth': '1', 'x-forwarded-host': 'my-codespace-4200.app.github.dev' };
    const headers = { ...forwarded, 'x-genesys-dev-key': (await readFile(key, 'utf8')).trim() };
    const refused = (await (await fetch(`http://127.0.0.1:${port}/session`, { headers })).json()) as { detail: string };
    expect(refused).toMatchObject({ code: 'dev_refused' });
    expect(messagesOf('403 loopback_refused or dev_refused')).toContain(refused.detail);
    expect(anchorsFrom('dev_refused')).toEqual([anchorOf('403 loopback_refused or dev_refused')]);
    const withRelay = await openQueues(browser, origin);
    expect(withRelay.errors).toEqual([]);
    expect(withRelay.names).toHaveLength(8);
    expect(withRelay.names).toContain('Billing and Payments');
    expect(withRelay.isInView).toBe(true);
    expect((await tutorial.requestQueues(origin)).status).toBe(200);
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
    ['A port is in use', 'relay_refused', instead('/other-program/')],
    ['It works in curl, and not in the browser', 'relay_unreachable', blockRequests]
  ])('shows what leads to the section "%s" (%s) of first failures', async (heading, code, prepare) => {
    const { text } = await openQueues(browser, origin, prepare);
    expect(messagesOf(heading).filter((message) => text.includes(message))).toHaveLength(1);
    expect(text).toContain(`/docs/errors.md#${code}`);
    expect(anchorsFrom(code)).toContain(anchorOf(heading));
  });

  it('names the port that `ng serve` cannot use', async () => {
    const { port } = new URL(origin);
    const [message = ''] = messagesOf('A port is in use');
    await expect(app.run(`npx --no-install ng serve --port ${port}`)).rejects.toThrow(message.replace('4200', port));
  });

  it('leads to the section about another region if the region of the app has changed, but not the URL', async () => {
    const heading = 'The request goes to the API of another region';
    const printed: string[] = [];
    const { text } = await openQueues(browser, origin, async (page) => {
      page.on('console', (message) => printed.push(message.text()));
      await page.route('https://api.mypurecloud.de/**', (route) => route.abort());
      await page.route('**/main.js', async (route) => {
        const response = await route.fetch();
        const body = replaced(await response.text(), /region: (["'])mypurecloud\.de\1/g, 'region: "mypurecloud.ie"');
        await route.fulfill({ response, body });
      });
    });
    const [shown = '', warned = ''] = messagesOf(heading);
    expect(text).toContain(shown);
    const warning = printed.find((line) => line.startsWith(warned));
    expect(warning).toContain(`/docs/recipes/first-failures.md#${anchorOf(heading)}`);
  });

  it.each(['Your organization, sign-in with Genesys Cloud', 'Your organization, company sign-on'])(
    'writes a relay.yaml that the relay takes, in "%s"',
    async (heading) => {
      const [generate, init = '', relay, ...more] = commandsIn('docs/tutorials/first-call.md', heading);
      expect([generate, relay, ...more]).toEqual([expect.stringContaining('--sandbox=false'), 'npm run relay']);
      const folder = await mkdtemp(join(parent, 'relay-'));
      await symlink(join(app.folder, 'node_modules'), join(folder, 'node_modules'));
      await terminal(folder, app.env).run(init);
      const example = await readFile(join(folder, '.env.example'), 'utf8');
      await writeFile(
        join(folder, '.env'),
        example.replaceAll(/^(GENESYS_\w+)=$/gm, '$1=11111111-2222-4333-8444-555555555555')
      );
      const program = [join(folder, 'node_modules/.bin/genesys-auth-relay'), 'dev', '--port', '0'];
      await cleanup.keep(startProgram(program, /\brelay +http:/, { cwd: folder, env: app.env }));
    }
  );
});
