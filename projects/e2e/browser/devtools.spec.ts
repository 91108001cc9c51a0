import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import ts from 'typescript';
import { startWallboard, type Wallboard } from '../../wallboard/server/index.ts';
import { screenshot } from '../support/board.ts';
import { describeInChromium, launchChromium } from '../support/chromium.ts';
import { Cleanup } from '../support/cleanup.ts';
import { root, scriptsOf } from '../support/angular-cli.ts';

const freePorts = { port: 0, loginPort: 0, apiPort: 0 };
const page = (build: string) => join(root, 'out-tsc/e2e-devtools', build, 'browser');

/** Every text in the built devtools that is long enough to be told from chance, and that nothing else in the apps has. */
function textsOfDevtools(): string[] {
  const library = join(root, 'dist/ngx-genesys-auth/fesm2022');
  const file = join(library, 'ngx-genesys-auth-devtools.mjs');
  const others = [
    ...readdirSync(library)
      .filter((name) => name.endsWith('.mjs'))
      .map((name) => join(library, name)),
    ...ts.sys.readDirectory(join(root, 'projects/wallboard/src')),
    ...ts.sys.readDirectory(join(root, 'projects/e2e/apps/devtools'))
  ]
    .filter((name) => name !== file)
    .map((name) => readFileSync(name, 'utf8'))
    .join('\n');
  const texts = new Set<string>();
  const visit = (node: ts.Node): void => {
    // The name of the module it imports from is no text of its own.
    if (ts.isImportDeclaration(node)) return;
    if (
      ts.isStringLiteralLike(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddle(node) ||
      ts.isTemplateTail(node)
    ) {
      for (const line of node.text.split('\n')) texts.add(line.trim());
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022));
  return [...texts].filter((text) => text.length >= 12 && !others.includes(text));
}

describe('withDevtools() in the output of a build', () => {
  const texts = textsOfDevtools();
  const found = (script: string) => texts.filter((text) => script.includes(text));

  it('is there in development', () => {
    expect(texts.length).toBeGreaterThan(100);
    expect(texts).toContain('ngx-genesys-auth:devtools');
    const script = scriptsOf(page('development'));
    expect(
      texts.filter((text) => !script.includes(text) && !script.includes(JSON.stringify(text).slice(1, -1)))
    ).toEqual([]);
  });

  it('is absent in production, also as a chunk of its own', () => {
    const script = scriptsOf(page('production'));
    // It is the same page, with the library in it.
    expect(script).toContain('secret-in-query');
    expect(script).toContain('/session');
    expect(found(script)).toEqual([]);
  });

  it('is absent in the wallboard, which has it among its providers', () => {
    const script = scriptsOf(join(root, 'dist/wallboard/browser'));
    expect(readFileSync(join(root, 'projects/wallboard/src/app/boot/providers.ts'), 'utf8')).toContain(
      'withDevtools()'
    );
    expect(script).toContain('/session');
    expect(found(script)).toEqual([]);
  });
});

describeInChromium.each(['development', 'zone'])('withDevtools() in Chromium, %s', (build) => {
  const cleanup = new Cleanup();
  let browser: Browser;
  let server: Wallboard;

  beforeAll(async () => {
    browser = await cleanup.keep(launchChromium());
    // Its content security policy is strict: no inline style, trusted types.
    server = await cleanup.keep(startWallboard({ ...freePorts, browserDir: page(build), relay: { mode: 'token' } }));
  });
  afterAll(() => cleanup.run());

  const open = async (): Promise<{ page: Page; errors: string[] }> => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(server.url);
    await page.getByRole('heading', { name: 'A page' }).waitFor();
    return { page, errors };
  };
  const send = async (page: Page, ...names: string[]) => {
    // The first one waits for the token; the others shall not overtake it.
    for (const [index, name] of names.entries()) {
      await page.getByRole('button', { name, exact: true }).click();
      if (index === 0) await page.getByText('1 ended', { exact: true }).waitFor();
    }
    await page.getByText(`${names.length} ended`, { exact: true }).waitFor();
  };
  const rows = (page: Page) =>
    page
      .locator('genesys-devtools .rows > li')
      .evaluateAll((items) =>
        items.map((item) =>
          ['.chip', '.target b', '.target span:last-child', '.reason'].map(
            (part) => item.querySelector(part)?.textContent
          )
        )
      );

  it('says why each request did or did not get the token', async () => {
    const { page, errors } = await open();
    await send(
      page,
      'api',
      'post',
      'person',
      'other',
      'scheme',
      'region',
      'skip',
      'own',
      'misspelt',
      'unconfigured',
      'moved'
    );
    await page.keyboard.press('Alt+Shift+KeyG');
    await page.locator('genesys-devtools .rows > li').nth(11).waitFor();
    const api = server.sandbox?.apiOrigin ?? '';
    expect((await rows(page)).reverse()).toEqual([
      ['token', 'GET', '/api/v2/routing/queues', expect.stringMatching(/^The token is attached/)],
      ['no token', 'POST', '/genesys/token', expect.stringContaining('to the relay, where the token comes from')],
      ['token', 'POST', '/api/v2/analytics/queues/observations/query', expect.stringMatching(/^The token is attached/)],
      ['token', 'GET', '/api/v2/routing/queues/‹e-mail›', expect.any(String)],
      ['no token', 'GET', '/customers/‹number›', `https://crm.example.com is not ${api}.`],
      [
        'no token',
        'GET',
        '/api/v2/routing/queues',
        `The scheme differs: ${api.replace('http', 'https')} is not ${api}.`
      ],
      [
        'no token',
        'GET',
        '/api/v2/routing/queues',
        expect.stringContaining('is the API of the region mypurecloud.com')
      ],
      ['no token', 'GET', '/api/v2/date', expect.stringContaining('skipGenesysAuth()')],
      ['no token', 'GET', '/api/v2/date', expect.stringContaining('already has an Authorization header')],
      ['not sent', 'GET', '/api/v2/routing/queues', 'The scope "anaytics" looks like a slip of "analytics".'],
      ['not sent', 'GET', '/api/v2/users', expect.stringContaining('needs one of users, users:readonly')],
      ['taken off', 'GET', '/move', expect.stringContaining('A later interceptor moved the request')]
    ]);
    await screenshot(page, `devtools-${build}-light`);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.locator('genesys-devtools summary').nth(1).click();
    await screenshot(page, `devtools-${build}-dark`);
    expect(errors).toEqual([]);
    await page.close();
  });

  it('shows no token, query, header, body, name or number', async () => {
    const { page } = await open();
    const answer = page.waitForResponse((response) => response.url().endsWith('/genesys/token'));
    await send(page, 'api', 'post', 'person', 'other', 'own');
    const { access_token: token } = (await (await answer).json()) as { access_token: string };
    await page.keyboard.press('Alt+Shift+KeyG');
    await page.locator('genesys-devtools .rows > li').nth(5).waitFor();
    const html = await page.locator('genesys-devtools').evaluate(({ shadowRoot }) => shadowRoot?.innerHTML ?? '');
    expect(html).toContain('/api/v2/routing/queues');
    expect(token.length).toBeGreaterThan(20);
    for (const secret of [token, token.slice(0, 12), 'secret', 'jane', 'example.com/', '4930123456', 'Bearer']) {
      expect({ secret, shown: html.includes(secret) }).toEqual({ secret, shown: false });
    }
    await page.close();
  });

  it('lets the app become stable, open or not', async () => {
    const { page } = await open();
    await page.waitForFunction(() => document.documentElement.dataset['stable'] === 'true');
    await page.keyboard.press('Alt+Shift+KeyG');
    await send(page, 'api');
    const left = page.locator('genesys-devtools .left');
    const before = await left.textContent();
    await page.waitForFunction(
      (text) => document.querySelector('genesys-devtools')?.shadowRoot?.querySelector('.left')?.textContent !== text,
      before
    );
    expect(await page.evaluate(() => document.documentElement.dataset['stable'])).toBe('true');
    await page.close();
  });

  it.each(['light', 'dark'] as const)('has no accessibility fault that axe can find, %s', async (colorScheme) => {
    const { page } = await open();
    await page.emulateMedia({ colorScheme });
    await send(page, 'api', 'other', 'region', 'misspelt', 'own');
    await page.keyboard.press('Alt+Shift+KeyG');
    await page.locator('genesys-devtools summary').first().click();
    const axe = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');
    await page.evaluate(axe);
    const check = () =>
      page.evaluate(async () => {
        interface Axe {
          run(
            context: unknown
          ): Promise<{ violations: { id: string; nodes: { html: string }[] }[]; passes: unknown[] }>;
        }
        const { run } = (globalThis as unknown as { axe: Axe }).axe;
        const { violations, passes } = await run({ include: [['genesys-devtools']] });
        return {
          violations: violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
          passes: passes.length
        };
      });
    const opened = await check();
    expect(opened.violations).toEqual([]);
    expect(opened.passes).toBeGreaterThan(10);
    await page.keyboard.press('Escape');
    expect((await check()).violations).toEqual([]);
    await page.close();
  });

  it('can be used by keyboard alone, and styles of the app do not reach it', async () => {
    const { page } = await open();
    const toggle = page.locator('genesys-devtools .toggle');
    await toggle.focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('genesys-devtools .panel').isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.locator('genesys-devtools .panel').isVisible()).toBe(false);
    expect(await toggle.evaluate((button) => (button.getRootNode() as ShadowRoot).activeElement === button)).toBe(true);
    const style = await toggle.evaluate((button) => {
      const { color, fontSize, position } = getComputedStyle(button);
      return { color, fontSize, position };
    });
    expect(style).toEqual({ color: 'rgb(23, 32, 46)', fontSize: '13px', position: 'fixed' });
    await page.close();
  });
});
