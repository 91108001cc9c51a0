import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { freePort } from '../../../scripts/lib/free-port.cjs';
import { root } from '../support/angular-cli.ts';
import { axeFaults } from '../support/axe.ts';
import { launchChromium } from '../support/chromium.ts';
import { Cleanup } from '../support/cleanup.ts';
import { command } from './support/command.ts';

// The documentation site, built as `npm run docs` does it: its packages come from the registry, so this is not part of `npm test`.
// The build itself fails at a link to a page that does not exist.
const folder = join(root, 'projects/docs-site');
const cleanup = new Cleanup();
let browser: Browser;
let origin: string;

beforeAll(async () => {
  await command('npm', ['run', 'docs', '--', '--build'], root);
  const port = String(await freePort());
  const vitepress = join(folder, 'node_modules/vitepress/bin/vitepress.js');
  const server = spawn(process.execPath, [vitepress, 'preview', folder, '--port', port]);
  await cleanup.keep(Promise.resolve({ close: () => server.kill() }));
  await once(server.stdout, 'data');
  origin = `http://localhost:${port}`;
  browser = await cleanup.keep(launchChromium());
}, 600_000);
afterAll(() => cleanup.run());

async function open(path: string, width: number, colorScheme: 'light' | 'dark'): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
  await page.goto(`${origin}${path}`);
  // The switch gets its name when the page has become interactive.
  await page.waitForSelector('.VPSwitchAppearance[title]:not([title=""])', { state: 'attached' });
  return page;
}

const looks = [1280, 780, 360].flatMap((width) =>
  (['light', 'dark'] as const).map((scheme) => [width, scheme] as const)
);

it.each(looks)('axe finds nothing at a width of %i, %s, and nothing is cut off', async (width, scheme) => {
  for (const path of [
    '/',
    '/tutorials/first-call',
    '/concepts/diagrams',
    '/recipes/reverse-proxies',
    '/reference/compatibility',
    '/reference/configuration',
    '/errors',
    '/api/ngx-genesys-auth/'
  ]) {
    const page = await open(path, width, scheme);
    expect({ path, faults: await axeFaults(page) }).toEqual({ path, faults: [] });
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    await page.close();
  }
});

it('draws every diagram, and again when the colors change', async () => {
  for (const [path, count] of [
    ['/concepts/diagrams', 3],
    ['/concepts/sign-in-flow', 1]
  ] as const) {
    const page = await open(path, 1280, 'light');
    const diagrams = page.locator('.diagram svg');
    await diagrams.nth(count - 1).waitFor();
    const light = await diagrams.evaluateAll((drawn) => drawn.map(({ innerHTML }) => innerHTML));
    expect(light).toHaveLength(count);
    await page.click('.VPNavBarAppearance .VPSwitchAppearance');
    // The diagrams are drawn one after another.
    await page.waitForFunction((before) => {
      const drawn = [...document.querySelectorAll('.diagram svg')];
      return drawn.length === before.length && drawn.every(({ innerHTML }, n) => innerHTML !== before[n]);
    }, light);
    // Mermaid draws a picture of a bomb in place of a diagram that it cannot read.
    expect(await page.locator('.diagram .error-icon').count()).toBe(0);
    await page.close();
  }
});

it('a reader finds an error code with the keyboard', async () => {
  const page = await open('/', 1280, 'light');
  await page.keyboard.press('/');
  await page.waitForSelector('.VPLocalSearchBox input');
  await page.keyboard.type('origin_not_allowed');
  await page.waitForSelector('.VPLocalSearchBox .result');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/errors#/);
  await page.close();
});

it('every link to a part of a page leads to a heading', () => {
  const site = join(folder, 'dist/site');
  const pages = readdirSync(site, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.html') && !file.startsWith('api/'));
  const html = new Map(pages.map((file) => [`/${file}`, readFileSync(join(site, file), 'utf8')]));
  const fileOf = (path: string) => (path.endsWith('/') ? `${path}index.html` : `${path.replace(/\.html$/, '')}.html`);
  const broken = [...html].flatMap(([page, text]) =>
    [...text.matchAll(/href="(\/[^"#]*)?#([^"]+)"/g)]
      .filter(([, path = page]) => html.has(fileOf(path)))
      .filter(([, path = page, anchor = '']) => !html.get(fileOf(path))?.includes(`id="${decodeURI(anchor)}"`))
      .map(([link]) => `${page}: ${link}`)
  );
  expect(html.size).toBeGreaterThan(40);
  expect(broken).toEqual([]);
});

it('offers its pages as text for language models', async () => {
  const text = await (await fetch(`${origin}/llms.txt`)).text();
  expect(text).toContain('/tutorials/first-call.md');
});
