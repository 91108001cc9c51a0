import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { type Sandbox, createSandbox } from 'genesys-sandbox';
import { root } from '../support/angular-cli.ts';
import { launchChromium } from '../support/chromium.ts';
import { Cleanup } from '../support/cleanup.ts';
import { commandsIn } from '../support/readme.ts';
import { writeApp } from './support/app.ts';
import { siteRelay } from './support/chain.ts';
import { command } from './support/command.ts';
import { install, packageJson } from './support/fresh.ts';
import { expectQueues } from './support/page.ts';
import { serveSite } from './support/site.ts';

// Runs the commands of the READMEs in a fresh app, with a real installation of the tarballs and with `ng`. What `npm test` runs
// of them without the registry is in docs/first-start.spec.ts.
const RELAY = 'projects/genesys-auth-relay/README.md';
const parent = join(root, 'out-tsc/compat/readme');
const folder = join(parent, 'your-app');
const cleanup = new Cleanup();
let sandbox: Sandbox;
let browser: Browser;

/** Runs a line of a README in the folder of the app, by the shell, as a reader does. */
const run = (line: string): Promise<string> => command('sh', ['-c', line], folder);

beforeAll(async () => {
  sandbox = await cleanup.keep(createSandbox({ rateLimit: { requestsPerMinute: false } }));
  browser = await cleanup.keep(launchChromium());
  await rm(parent, { recursive: true, force: true });
  await mkdir(parent, { recursive: true });
  // The README says that the clone is beside the app.
  await symlink(root, join(parent, 'ngx-genesys-auth'), 'dir');
  const options = { angular: 21, layers: ['standalone'], apiOrigin: sandbox.apiOrigin } as const;
  await writeApp(folder, options);
  await writeFile(join(folder, 'package.json'), JSON.stringify(packageJson({}, options), null, 2));
  await install(folder);

  const [pack = '', ...installations] = commandsIn('README.md', 'Install');
  await command('npm', pack.split(' ').slice(1), root);
  expect(installations.length).toBeGreaterThan(1);
  for (const line of installations) await run(line);
}, 600_000);
afterAll(() => cleanup.run());

it.each(['genesys-auth-relay --version', 'genesys-scopes --version', 'genesys-sandbox --help'])(
  '"npx --no-install %s" runs the installed program',
  async (line) => {
    expect(await run(`npx --no-install ${line}`)).toMatch(/^\d+\.\d+\.\d+|genesys-sandbox/);
  }
);

it('the schematic configures the app, which builds and shows data', async () => {
  const generate = commandsIn(RELAY, 'Five minutes').find((line) => line.includes(' ng generate ')) ?? '';
  // As the README says for the sandbox.
  const line = generate.replace(/--region=\S+/, `--api-origin=${sandbox.apiOrigin}`);
  expect(line).toContain('--api-origin');
  expect(await run(line)).toContain('npx --no-install genesys-auth-relay serve --config relay.yaml');
  await run('npx --no-install ng build');
  const site = await cleanup.keep(serveSite(join(folder, 'dist/browser'), await siteRelay(sandbox, 'proxy')));
  await expectQueues(
    browser,
    site.url,
    sandbox.snapshot().queues.map((queue) => queue.name)
  );
}, 300_000);
