// An app of NgModules with a lazy module, in Chromium, with a relay and a sandbox.
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import Fastify from 'fastify';
import { parseRelayConfig } from 'genesys-auth-relay';
import { genesysAuthRelay } from 'genesys-auth-relay/fastify';
import { SANDBOX_CLIENT, type Sandbox, createSandbox } from 'genesys-sandbox';
import type { Browser, Page } from 'playwright-core';
import { root } from '../support/angular-cli.ts';
import { Cleanup } from '../support/cleanup.ts';
import { describeInChromium, launchChromium } from '../support/chromium.ts';

declare const window: {
  app: {
    go(path: string): Promise<boolean>;
    query(...scopes: string[]): Promise<string>;
    get(url: string): Promise<string>;
  };
};

/** The API of the region that the page is configured for. */
const REGION_API = 'https://api.mypurecloud.de';
const QUERY = '/api/v2/analytics/queues/observations/query';
const FOREIGN = 'https://elsewhere.example/data';
const BOTH = ['analytics', 'admin:platform'];
const types: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.html': 'text/html' };

type Mode = 'token' | 'proxy';

describeInChromium('an app of NgModules', () => {
  const cleanup = new Cleanup();
  const afterTest = new Cleanup();
  let browser: Browser;
  let sandbox: Sandbox;

  beforeAll(async () => {
    browser = await cleanup.keep(launchChromium());
    sandbox = await cleanup.keep(createSandbox({ rateLimit: { requestsPerMinute: false } }));
  });
  afterAll(() => cleanup.run());
  afterEach(() => afterTest.run());

  /** Starts the site of the app, with a relay that grants these scopes. */
  async function startSite(mode: Mode, granted: readonly string[]): Promise<string> {
    const { tokenEndpoint, apiOrigin } = sandbox;
    const config = parseRelayConfig(
      {
        mode,
        genesys: { tokenEndpoint, apiOrigin, client: { id: SANDBOX_CLIENT.id, secret: { env: 'SECRET' } } },
        scopes: BOTH,
        identities: [{ type: 'loopback', roles: ['user'] }],
        roles: { user: { scopes: [...granted] } },
        log: { level: 'silent' }
      },
      { SECRET: SANDBOX_CLIENT.secret }
    );
    const site = await afterTest.keep(Promise.resolve(Fastify({ forceCloseConnections: true })));
    await site.register(genesysAuthRelay, { prefix: '/genesys', config });
    const folder = join(root, 'out-tsc/e2e-modules/browser');
    site.get('/own/data', () => 'own');
    site.get('/*', ({ url }, reply) => {
      const file = extname(url) === '.js' ? url : '/index.html';
      return reply.type(types[extname(file)] ?? 'text/html').send(readFileSync(join(folder, file)));
    });
    await site.listen({ port: 0, host: 'localhost' });
    return `http://localhost:${String((site.server.address() as { port: number }).port)}`;
  }

  /** Opens the app, and keeps a log of its requests that are not for its own files: `[method, url, authorization]`. */
  async function open(site: string, query = '') {
    const page = await afterTest.keep(browser.newPage());
    const sent: (readonly [string, string, string | undefined])[] = [];
    page.on('request', (request) => {
      if (request.resourceType() !== 'fetch' && request.resourceType() !== 'xhr') return;
      sent.push([request.method(), request.url(), request.headers()['authorization']]);
    });
    await page.route(`${REGION_API}/**`, async (route) => {
      const url = route.request().url().replace(REGION_API, sandbox.apiOrigin);
      const response = await route.fetch({ url });
      await route.fulfill({ response, headers: { ...response.headers(), 'access-control-allow-origin': site } });
    });
    await page.route(FOREIGN, (route) =>
      route.fulfill({ body: 'foreign', headers: { 'access-control-allow-origin': site } })
    );
    await page.goto(`${site}/${query}`);
    await page.waitForFunction(() => 'app' in window);
    return { page, sent };
  }

  const query = (page: Page, ...scopes: string[]) => page.evaluate((needed) => window.app.query(...needed), scopes);
  const get = (page: Page, url: string) => page.evaluate((where) => window.app.get(where), url);
  const go = (page: Page, path: string) => page.evaluate((where) => window.app.go(where), path);
  const answer = (page: Page) => page.locator('#answer').filter({ hasText: /./ }).textContent();

  it('with forRoot({ region, relay, scopes }): a bad scope sends nothing; a good one calls the relay once, and bearers reach the API only', async () => {
    const site = await startSite('token', BOTH);
    const { page, sent } = await open(site);
    // A production build looks for near misses only with withScopeCatalogue().
    for (const scope of ['anaytics', 'admin:platfrom', 'routing']) {
      expect(await query(page, scope)).toBe('scope_not_configured');
    }
    expect(await query(page, 'analytics readonly')).toBe('scope_malformed');
    expect(await query(page, 'analytics', 'routing')).toBe('scope_not_configured');
    expect(sent).toEqual([]);

    const calls = [query(page, 'analytics'), query(page, 'analytics:readonly', 'admin:platform'), query(page)];
    expect(await Promise.all(calls)).toEqual(['done', 'done', 'done']);
    expect(await get(page, `${site}/own/data`)).toBe('own');
    expect(await get(page, FOREIGN)).toBe('foreign');
    const bearer = sent[1]?.[2];
    expect(bearer).toMatch(/^Bearer [\w-]{40,}$/);
    expect(sent).toEqual([
      ['POST', `${site}/genesys/token`, undefined],
      ['POST', REGION_API + QUERY, bearer],
      ['POST', REGION_API + QUERY, bearer],
      ['POST', REGION_API + QUERY, bearer],
      ['GET', `${site}/own/data`, undefined],
      ['GET', FOREIGN, undefined]
    ]);
  });

  describe.each<Mode>(['token', 'proxy'])('in %s mode', (mode) => {
    /** Opens the app, for the API of the sandbox: the relay must serve the same one. */
    const openFor = async (granted: readonly string[]) => {
      const site = await startSite(mode, granted);
      const app = await open(site, `?api=${sandbox.apiOrigin}${mode === 'proxy' ? '&proxy' : ''}`);
      return mode === 'token'
        ? {
            ...app,
            relayCall: ['POST', `${site}/genesys/token`, undefined],
            apiCall: ['POST', sandbox.apiOrigin + QUERY, expect.stringMatching(/^Bearer /) as string]
          }
        : {
            ...app,
            relayCall: ['GET', `${site}/genesys/session`, undefined],
            apiCall: ['POST', `${site}/genesys${QUERY}`, undefined]
          };
    };

    const ways = [
      ['a canActivate guard', '/activate/guarded', 'denied'],
      ['a canMatch guard', '/match/guarded', 'denied'],
      ['*genesysScopes', '/open/directive', 'denied'],
      ['ensureScopes()', '/open/ensure-scopes', 'scope_not_granted'],
      ['httpResource', '/open/resource', 'scope_not_granted']
    ] as const;

    it.each(ways)('%s asks the relay once and lets a user with the scope pass', async (way, path) => {
      const { page, sent, relayCall, apiCall } = await openFor(BOTH);
      await go(page, path);
      expect(await answer(page)).toBe('granted');
      expect(sent).toEqual(way === 'httpResource' ? [relayCall, apiCall] : [relayCall]);
    });

    it.each(ways)('%s refuses a user without the scope, and the API is not called', async (_way, path, refusal) => {
      const { page, sent, relayCall } = await openFor(['analytics']);
      await go(page, path);
      expect(await answer(page)).toBe(refusal);
      expect(sent).toEqual([relayCall]);
    });
  });
});
