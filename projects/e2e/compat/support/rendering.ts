import type { Browser } from 'playwright-core';
import type { RunningRelay } from 'genesys-auth-relay';
import { SANDBOX_CLIENT, type Sandbox } from 'genesys-sandbox';
import { newApiKey } from '../../support/api-key.ts';
import { describeInChromium, launchChromium } from '../../support/chromium.ts';
import { Cleanup } from '../../support/cleanup.ts';
import { join } from 'node:path';
import { startTestRelay } from '../../support/relay.ts';
import { expectQueues } from './page.ts';
import { siteRelay } from './chain.ts';
import { type Renderer, startRenderer } from './renderer.ts';
import { serveSite } from './site.ts';

/** A built app that renders on the server, and the organization whose queues it shows. */
export interface Built {
  readonly app: string;
  readonly sandbox: Sandbox;
  /** The Node that runs it. */
  readonly node?: string;
}

/** What holds for every app that renders on the server. */
export function describeRendering(name: string, built: () => Built): void {
  const cleanup = new Cleanup();
  const [ann, bob] = [newApiKey(), newApiKey()];
  let relay: RunningRelay;
  let withCredential: Renderer;
  let without: Renderer;

  const visit = async ({ port }: Renderer, key?: string) => {
    const answer = await fetch(`http://127.0.0.1:${String(port)}/`, {
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(40_000)
    });
    return { cacheControl: answer.headers.get('cache-control'), html: await answer.text() };
  };
  const tokenOf = async (key: string) => {
    const answer = await fetch(`${relay.url}/token`, { method: 'POST', headers: { authorization: `Bearer ${key}` } });
    return ((await answer.json()) as { access_token: string }).access_token;
  };
  const queueNames = () =>
    built()
      .sandbox.snapshot()
      .queues.map((queue) => queue.name);

  beforeAll(async () => {
    const { app, sandbox, node } = built();
    relay = await cleanup.keep(
      startTestRelay(
        { ...SANDBOX_CLIENT, tokenEndpoint: sandbox.tokenEndpoint, apiOrigin: sandbox.apiOrigin },
        {
          scopes: ['routing:readonly', 'users:readonly'],
          identities: [
            {
              type: 'apiKey',
              keys: [
                { id: 'ann', sha256: ann.sha256, roles: ['supervisor'] },
                { id: 'bob', sha256: bob.sha256, roles: ['guest'] }
              ]
            }
          ],
          roles: {
            supervisor: { scopes: ['routing:readonly'], defaultScopes: ['routing:readonly'] },
            guest: { scopes: ['users:readonly'] }
          },
          acceptSharedPrivileges: true
        }
      )
    );
    withCredential = await cleanup.keep(startRenderer(app, relay.url, node));
    without = await cleanup.keep(startRenderer(app, undefined, node));
  }, 60_000);
  afterAll(() => cleanup.run());

  describe(`${name}, rendered on the server`, () => {
    it('without a credential fails at once, asks for no token, and renders the page', async () => {
      const before = built().sandbox.requests.length;
      const { html } = await visit(without, ann.key);
      expect(html).toContain('<h1>Queues</h1>');
      expect(html).toContain('server_no_credential');
      expect(built().sandbox.requests).toHaveLength(before);
    });

    it('with one has the data in the HTML, and no token in it', async () => {
      const { html, cacheControl } = await visit(withCredential, ann.key);
      for (const queue of queueNames()) expect(html).toContain(`<li>${queue}</li>`);
      expect(html).toContain('You may read them.');
      expect(html).not.toContain('class="failure"');
      expect(cacheControl).toBe('private, no-store');
      const token = await tokenOf(ann.key);
      expect(token.length).toBeGreaterThan(20);
      // What is handed over to the browser: the app above asks for all that Angular can hand over.
      const state = /<script id="ng-state" type="application\/json">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
      expect(state).not.toBe('');
      for (const secret of [token, ann.key, 'access_token', 'Bearer']) expect(html).not.toContain(secret);
    });

    it('gives each visitor their own page, however they come', async () => {
      const visitors = Array.from({ length: 30 }, (_, n) => (['ann', 'bob', 'eve'] as const)[n % 3] ?? 'eve');
      const keys = { ann: ann.key, bob: bob.key, eve: undefined };
      const pages = await Promise.all(visitors.map((who) => visit(withCredential, keys[who])));
      const [queue = ''] = queueNames();
      pages.forEach(({ html, cacheControl }, n) => {
        const who = visitors[n];
        expect([who, html.includes(`<li>${queue}</li>`)]).toEqual([who, who === 'ann']);
        expect([who, html.includes('You may read them.')]).toEqual([who, who === 'ann']);
        if (who === 'bob') expect(html).toMatch(/class="failure">scope_\w+</);
        if (who === 'eve') expect(html).toContain('server_no_credential');
        // Whoever showed a credential gets a page that nobody keeps; the page of a stranger is anybody's.
        expect([who, cacheControl]).toEqual([who, who === 'eve' ? null : 'private, no-store']);
      });
    });

    it('renders the page while the relay is away, and says so', async () => {
      const lost = await startRenderer(built().app, 'http://127.0.0.1:9', built().node);
      const { html } = await visit(lost, ann.key);
      await lost.close();
      expect(html).toContain('relay_unreachable');
      expect(html).not.toContain('<li>');
    });
  });

  describeInChromium(`${name}, after hydration`, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await cleanup.keep(launchChromium());
    });

    it.each(['a credential', 'no credential'])(
      'loads the data in the browser where the server had %s',
      async (which) => {
        const { app, sandbox } = built();
        const renderer = which === 'a credential' ? withCredential : without;
        const site = await cleanup.keep(serveSite(join(app, 'dist/browser'), await siteRelay(sandbox), renderer.port));
        await expectQueues(browser, site.url, queueNames());
      }
    );
  });
}
