import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { type Sandbox, createSandbox } from 'genesys-sandbox';
import { root } from '../support/angular-cli.ts';
import { launchChromium } from '../support/chromium.ts';
import { Cleanup } from '../support/cleanup.ts';
import { siteRelay } from './support/chain.ts';
import { type FreshApp, type FreshAppOptions, freshApp, textOf } from './support/fresh.ts';
import { expectQueues } from './support/page.ts';
import { describeRendering } from './support/rendering.ts';
import { serveSite } from './support/site.ts';
import { type Tarballs, packTarballs } from './support/tarballs.ts';

// Fresh apps that install the packed packages as a user would, each with its own node_modules.
const cleanup = new Cleanup();
const folder = join(root, 'out-tsc/compat');
let tarballs: Tarballs;
let sandbox: Sandbox;
let browser: Browser;

beforeAll(async () => {
  tarballs = await packTarballs(join(folder, 'tarballs'));
  sandbox = await cleanup.keep(createSandbox({ rateLimit: { requestsPerMinute: false } }));
  browser = await cleanup.keep(launchChromium());
}, 120_000);
afterAll(() => cleanup.run());

type Variant = Omit<FreshAppOptions, 'apiOrigin'> & { readonly byNgAdd?: boolean };

const variants: Readonly<Record<string, Variant>> = {
  'Angular 21, standalone, zoneless, by ng add': {
    angular: 21,
    layers: ['standalone'],
    byNgAdd: true,
    checkLibraries: true
  },
  'Angular 21, NgModule, zone.js, by hand': { angular: 21, layers: ['module', 'module-zone'], zone: true },
  'Angular 22, standalone, zoneless, by hand': {
    angular: 22,
    layers: ['standalone', 'standalone-by-hand'],
    checkLibraries: true
  },
  'Angular 22, NgModule, zoneless, by ng add': { angular: 22, layers: ['module'], byNgAdd: true }
};

const nameOf = (title: string) => title.toLowerCase().replace(/[^a-z0-9]+/g, '-');
const names = () => sandbox.snapshot().queues.map((queue) => queue.name);

describe.each(Object.entries(variants))('%s', (title, variant) => {
  let app: FreshApp;

  beforeAll(async () => {
    app = await freshApp(join(folder, nameOf(title)), tarballs, { ...variant, apiOrigin: sandbox.apiOrigin });
    if (!variant.byNgAdd) return;
    const options = [`--api-origin=${sandbox.apiOrigin}`, '--scopes=routing:readonly'];
    const installed = await textOf(app, 'package.json');
    // By its name, as it is installed: as long as the packages are not in the registry, the CLI cannot look them up there.
    await app.ng('add', 'ngx-genesys-auth', '--skip-confirmation', ...options);
    const root = variant.layers.includes('module') ? 'src/app/app-module.ts' : 'src/app/app.config.ts';
    const files = [root, 'angular.json', 'package.json', 'proxy.conf.mjs'];
    const made = await Promise.all(files.map((file) => textOf(app, file)));
    expect(made[0]).toContain(sandbox.apiOrigin);
    expect(made[1]).toContain('"proxy.conf.mjs"');
    // The tarball stays what is installed.
    expect(JSON.parse(made[2] ?? '')).toEqual({
      ...(JSON.parse(installed) as object),
      scripts: { relay: 'genesys-auth-relay dev' }
    });
    await app.ng('add', 'ngx-genesys-auth', '--skip-confirmation', ...options);
    expect(await Promise.all(files.map((file) => textOf(app, file)))).toEqual(made);
  }, 600_000);

  it('builds for production', async () => {
    await app.ng('build');
    const installed = join(app.folder, 'node_modules/@angular/core/package.json');
    const { version } = JSON.parse(await readFile(installed, 'utf8')) as { version: string };
    expect(version).toMatch(new RegExp(`^${String(variant.angular)}\\.`));
  });

  it('runs in the browser: relay, sandbox, data, nothing on the console', async () => {
    // `ng add` configures proxy mode.
    const relay = await siteRelay(sandbox, variant.byNgAdd === true ? 'proxy' : 'token');
    const site = await cleanup.keep(serveSite(join(app.folder, 'dist/browser'), relay));
    await expectQueues(browser, site.url, names());
  }, 60_000);
});

describe.each([21, 22] as const)('Angular %i with @angular/ssr', (angular) => {
  let app: FreshApp;

  beforeAll(async () => {
    const options = { angular, layers: ['standalone', 'ssr'], ssr: true, apiOrigin: sandbox.apiOrigin };
    app = await freshApp(join(folder, `ssr-${String(angular)}`), tarballs, options);
    await app.ng('build');
  }, 600_000);

  describeRendering('a fresh app', () => ({ app: app.folder, sandbox, node: app.node }));
});
