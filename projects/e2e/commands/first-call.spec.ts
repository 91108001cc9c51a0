import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { freePort } from '../../../scripts/lib/free-port.cjs';
import { root } from '../support/angular-cli.ts';
import { describeInChromium, launchChromium, record } from '../support/chromium.ts';
import { Cleanup } from '../support/cleanup.ts';
import { type NewApp, newApp } from '../support/new-app.ts';
import { startProgram } from '../support/program.ts';
import { blocksIn, commandsIn } from '../support/readme.ts';

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
  const queuesPage = async () => {
    const page = await browser.newPage();
    const { errors, settled } = record(page);
    await page.goto(`${origin}/queues`);
    await page.locator('app-genesys-queues').locator('ul, [role=alert]').waitFor();
    const shown = await page.locator('app-genesys-queues').innerText();
    const names = await page.locator('app-genesys-queues li').allTextContents();
    await settled();
    await page.close();
    return { shown, names, errors };
  };

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

    const [routes = ''] = blocksIn(PAGE, '3. Show the queues', 'ts');
    await writeFile(join(app.folder, 'src/app/app.routes.ts'), routes);
    const [serve = ''] = commandsIn(PAGE, '3. Show the queues');
    const server = await start(`${serve} --port ${String(await freePort())}`, /Local: +(http:\/\/localhost:\d+)/);
    origin = server.printed[1] ?? '';

    // The reader has not started the relay.
    const without = await queuesPage();
    expect(without.shown).toContain('Run "npm run relay" in another terminal.');

    const configuration = join(app.folder, 'relay.yaml');
    await writeFile(configuration, `${await readFile(configuration, 'utf8')}admin: false\n`);
    await start(await relayCommand(), /\n/);
    const withRelay = await queuesPage();
    expect(withRelay).toEqual({ shown: expect.any(String), names: expect.any(Array), errors: [] });
    expect(withRelay.names.length).toBeGreaterThan(3);
  });
});
