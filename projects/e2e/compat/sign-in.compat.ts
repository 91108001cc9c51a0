import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { root } from '../support/angular-cli.ts';
import { launchChromium, record } from '../support/chromium.ts';
import { Cleanup } from '../support/cleanup.ts';
import { blocksIn } from '../support/readme.ts';
import { USERS, type SignInServer, logIn, startSignInServer } from '../support/sign-in-server.ts';
import { freshApp } from './support/fresh.ts';
import { startRenderer } from './support/renderer.ts';
import { packTarballs } from './support/tarballs.ts';

const { ann, bob } = USERS;
const DATA_OF_ANN = `${ann.name} ${ann.email}`;

// One fresh app whose pages are rendered on the server, and which has Angular's service worker.
const folder = join(root, 'out-tsc/compat/sign-in');
const cleanup = new Cleanup();
let browser: Browser;
let server: SignInServer;
let context: BrowserContext;

beforeAll(async () => {
  browser = await cleanup.keep(launchChromium());
  server = await cleanup.keep(startSignInServer(join(folder, 'dist/browser'), undefined, 'lax'));
  const [documented = ''] = blocksIn('docs/recipes/sign-in.md', 'Service worker', 'json');
  const { navigationUrls } = JSON.parse(documented) as { navigationUrls: string[] };
  const options = { angular: 21, layers: ['standalone', 'ssr', 'sign-in'], ssr: true, navigationUrls } as const;
  const tarballs = await packTarballs(join(root, 'out-tsc/compat/sign-in-tarballs'));
  const app = await freshApp(folder, tarballs, { ...options, apiOrigin: server.hosts.api.origin });
  await app.ng('build');
  const renderer = await cleanup.keep(startRenderer(folder, `${server.origin}/genesys`, app.node));
  server.renderer = `http://127.0.0.1:${renderer.port}`;
}, 600_000);
afterAll(() => cleanup.run());
afterEach(async () => {
  await server.reset();
  await context.close();
});

const open = async (path: string, options: BrowserContextOptions): Promise<Page> => {
  context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(server.url + path);
  return page;
};

it('a page that is rendered on the server shows the data of the user who is signed in', async () => {
  const page = await open('/desk?x=1#top', { serviceWorkers: 'block' });
  await logIn(page, ann);
  await page.locator('#data').waitFor();
  expect(page.url()).toBe(`${server.url}/desk?x=1#top`);

  const received = record(page);
  const answer = await page.reload();
  const html = (await answer?.text()) ?? '';
  expect(html).toContain(DATA_OF_ANN);
  expect(answer?.headers()['cache-control']).toBe('private, no-store');
  await page.locator('#data').waitFor();
  await received.settled();
  expect(received.errors).toEqual([]);
  const texts = [html, ...received.responses.map(({ text }) => text)];
  for (const secret of server.secrets) expect(texts.filter((text) => text.includes(secret))).toEqual([]);

  await page.locator('#sign-out').click();
  await page.waitForURL(`${server.url}/`);
  await page.locator('#sign-in').waitFor();
  const signedOut = await context.request.get(`${server.url}/desk`);
  expect(await signedOut.text()).not.toContain(ann.name);
});

it('Angular’s service worker leaves sign-in to the relay, and keeps no data of a user', async () => {
  const page = await open('/', {});
  await page.evaluate(() => navigator.serviceWorker.ready);
  const reloaded = await page.reload();
  expect(reloaded?.fromServiceWorker()).toBe(true);

  await page.goto(`${server.url}/desk?x=1#top`);
  await logIn(page, ann);
  await page.getByText(DATA_OF_ANN).waitFor();
  expect(page.url()).toBe(`${server.url}/desk?x=1#top`);
  const desk = await page.reload();
  expect(desk?.fromServiceWorker()).toBe(true);
  await page.getByText(DATA_OF_ANN).waitFor();

  await page.locator('#sign-out').click();
  await page.waitForURL(`${server.url}/`);
  await page.locator('#sign-in').click();
  await logIn(page, bob);
  await page.locator('#user').waitFor();
  await page.goto(`${server.url}/desk`);
  await page.getByText(bob.email).waitFor();
  expect(await page.getByText(ann.name).count()).toBe(0);
});
