import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { type Sandbox, createSandbox } from 'genesys-sandbox';
import { root } from '../support/angular-cli.ts';
import { launchChromium } from '../support/chromium.ts';
import { Cleanup } from '../support/cleanup.ts';
import { freePort } from '../../../scripts/lib/free-port.cjs';
import { LISTENS, commandWith, envFile, relayYaml, replaced } from '../support/five-minutes.ts';
import { startProgram } from '../support/program.ts';
import { commandsIn } from '../support/readme.ts';
import { writeApp } from './support/app.ts';
import { command } from './support/command.ts';
import { install, packageJson } from './support/fresh.ts';
import { expectQueues } from './support/page.ts';

// Runs the commands of the READMEs in a fresh app, with a real installation of the tarballs and with `ng`. What `npm test` runs
// of them without the registry is in docs/first-start.spec.ts.
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

it('five minutes lead to data in the browser, behind `ng serve`', async () => {
  // The sandbox has another port than the README's, and so have relay and dev server.
  const generate = commandWith(/ ng generate /).replace(/--region=\S+/, `--api-origin=${sandbox.apiOrigin}`);
  expect(await run(generate)).toContain('npx --no-install genesys-auth-relay serve --config relay.yaml');
  const port = await freePort();
  const origin = `http://localhost:${String(port)}`;
  await writeFile(join(folder, 'relay.yaml'), replaced(relayYaml(sandbox), 'http://localhost:4200', origin));
  const installedBin = (name: string) => join(folder, 'node_modules/.bin', name);
  const serve = commandWith(/ serve --config /)
    .split(' ')
    .slice(3);
  await writeFile(join(folder, '.env'), envFile());
  const options = { cwd: folder };
  const relay = await cleanup.keep(startProgram([installedBin('genesys-auth-relay'), ...serve], LISTENS, options));
  const proxy = join(folder, 'src/proxy.conf.json');
  const target = (relay.printed[1] ?? '').replace('127.0.0.1', 'localhost');
  await writeFile(proxy, replaced(await readFile(proxy, 'utf8'), 'http://localhost:8080', target));
  const ng = [
    ...commandWith(/ ng serve /)
      .split(' ')
      .slice(3),
    '--port',
    String(port)
  ];
  const env = { NG_CLI_ANALYTICS: 'false' };
  await cleanup.keep(startProgram([installedBin('ng'), ...ng], /Local: +http:/, { cwd: folder, env }));
  await expectQueues(
    browser,
    origin,
    sandbox.snapshot().queues.map((queue) => queue.name)
  );
}, 300_000);
