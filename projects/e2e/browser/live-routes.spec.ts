import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import Fastify, { type FastifyInstance } from 'fastify';
import { parseRelayConfig } from 'genesys-auth-relay';
import { genesysAuthRelay } from 'genesys-auth-relay/fastify';
import { SANDBOX_CLIENT, type Sandbox, createSandbox } from 'genesys-sandbox';
import type { Browser, Page } from 'playwright-core';
import { root } from '../support/angular-cli.ts';
import { Cleanup } from '../support/cleanup.ts';
import { describeInChromium, launchChromium } from '../support/chromium.ts';
import { hubTalk } from '../support/hub-talk.ts';
import { until } from '../support/until.ts';

declare const window: {
  hall: { go(path: string): Promise<boolean>; connection(): string };
  /** Timers that are set and have not fired. */
  timers: Set<number>;
};

const topicOf = (user: string) => `v2.users.${user}.voicemail.messages`;
const SHARED = topicOf('4750048b-1994-41d4-8410-a5760c49a6cd');
/** What the route `:n` listens to. */
const topicsOf = (n: number) => [
  ...[n, n + 1].map((user) => topicOf(`00000000-0000-4000-8000-${String(user).padStart(12, '0')}`)),
  SHARED
];
const types: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.html': 'text/html' };

/** Counts the timers of the page. */
function countTimers(): void {
  const timers = new Set<number>();
  const { setTimeout: set, clearTimeout: clear, setInterval: repeat, clearInterval: end } = globalThis;
  const page = globalThis as unknown as Record<string, unknown>;
  page['timers'] = timers;
  page['setTimeout'] = (work: () => void, ms?: number) => {
    const id = set(() => {
      timers.delete(id);
      work();
    }, ms) as unknown as number;
    timers.add(id);
    return id;
  };
  page['clearTimeout'] = (id: number) => {
    timers.delete(id);
    clear(id);
  };
  page['setInterval'] = (work: () => void, ms?: number) => {
    const id = repeat(work, ms) as unknown as number;
    timers.add(id);
    return id;
  };
  page['clearInterval'] = (id: number) => {
    timers.delete(id);
    end(id);
  };
}

describeInChromium('live events over the hub of a mounted relay', () => {
  const cleanup = new Cleanup();
  let browser: Browser;
  let sandbox: Sandbox;
  let app: FastifyInstance;
  let url = '';

  beforeAll(async () => {
    browser = await cleanup.keep(launchChromium());
    sandbox = await cleanup.keep(createSandbox({ rateLimit: { requestsPerMinute: false } }));
    const { tokenEndpoint, apiOrigin } = sandbox;
    const config = parseRelayConfig(
      {
        mode: 'token',
        genesys: { tokenEndpoint, apiOrigin, client: { id: SANDBOX_CLIENT.id, secret: { env: 'SECRET' } } },
        scopes: ['voicemail', 'notifications'],
        identities: [{ type: 'loopback', roles: ['agent'] }],
        roles: { agent: { scopes: ['voicemail', 'notifications'] } },
        notifications: {},
        log: { level: 'silent' }
      },
      { SECRET: SANDBOX_CLIENT.secret }
    );
    app = await cleanup.keep(Promise.resolve(Fastify({ forceCloseConnections: true })));
    await app.register(genesysAuthRelay, { prefix: '/genesys', config });
    const folder = join(root, 'out-tsc/e2e-routes/browser');
    app.get('/*', (request, reply) => {
      const file = extname(request.url) === '.js' ? request.url : '/index.html';
      return reply.type(types[extname(file)] ?? 'text/html').send(readFileSync(join(folder, file)));
    });
    url = (await app.listen({ port: 0, host: 'localhost' }))
      .replace('127.0.0.1', 'localhost')
      .replace('[::1]', 'localhost');
  });
  afterAll(() => cleanup.run());

  const go = (page: Page, path: string) => page.evaluate((to) => window.hall.go(to), path);
  const metrics = async (page: Page) => {
    const session = await page.context().newCDPSession(page);
    await session.send('HeapProfiler.collectGarbage');
    await session.send('Performance.enable');
    const { metrics: all } = await session.send('Performance.getMetrics');
    await session.detach();
    const of = (name: string) => all.find((metric) => metric.name === name)?.value ?? NaN;
    return { listeners: of('JSEventListeners'), nodes: of('Nodes'), heap: of('JSHeapUsedSize') };
  };

  it('leaves no socket, timer or subscription behind after 200 changes of the route', async () => {
    const page = await cleanup.keep(browser.newPage());
    await page.addInitScript(countTimers);
    const talk = hubTalk(page);
    /** The topics that the page has at the hub, by what it said. */
    const subscribed = () => {
      const topics = new Set<unknown>();
      for (const frame of talk.said) {
        if (frame.type === 'subscribe') for (const topic of frame.topics ?? []) topics.add(topic);
        if (frame.type === 'unsubscribe') for (const topic of frame.topics ?? []) topics.delete(topic);
      }
      return [...topics].sort();
    };
    /** The topics that the relay has at Genesys Cloud. */
    const upstream = () => sandbox.channels.flatMap(({ topics }) => topics).sort();
    await page.goto(url);
    await page.waitForFunction(() => 'hall' in window);
    let at = 0;
    /** To another component each time, and with every second step to topics nobody has listened to before. */
    const walk = async (changes: number) => {
      for (let n = 0; n < changes; n += 1) await go(page, n % 2 === 0 ? `second/${(at += 1)}` : `first/${at}`);
      // The library drops a topic 5 s after the last one has left.
      await until(() => isDeepStrictEqual(subscribed(), topicsOf(at).sort()), 'the topics of the route, and no others');
    };
    await go(page, `first/${at}`);
    await until(() => page.evaluate(() => window.hall.connection() === 'live'), 'the connection');
    await walk(20);
    const timers = await page.evaluate(() => window.timers.size);
    const before = await metrics(page);

    for (let rounds = 0; rounds < 4; rounds += 1) await walk(50);
    expect(at).toBe(110);
    const asked = talk.said.flatMap(({ type, topics }) => (type === 'subscribe' ? (topics ?? []) : []));
    expect(new Set(asked)).toEqual(new Set(Array.from({ length: at + 1 }, (_, n) => topicsOf(n)).flat()));
    // The relay keeps a topic for another 30 s, for those who come back.
    await until(() => isDeepStrictEqual(upstream(), topicsOf(at).sort()), 'the end of the others');
    expect({ opened: talk.opened, open: talk.open }).toEqual({ opened: 1, open: 1 });
    expect(await page.evaluate(() => window.timers.size)).toBeLessThanOrEqual(timers + 1);
    const after = await metrics(page);
    expect(after.listeners).toBeLessThanOrEqual(before.listeners + 2);
    expect(after.nodes).toBeLessThanOrEqual(before.nodes + 20);
    expect(after.heap - before.heap).toBeLessThan(1_000_000);

    // The events still come, once each, to the route that is shown.
    const shown = await page.locator('#seen').textContent();
    expect(shown).toBe('0');
    for (const topic of [...topicsOf(at - 1), ...topicsOf(at)]) sandbox.publish(topic, { id: topic });
    await until(async () => (await page.locator('#seen').textContent()) === '3', 'its events');
    expect(await page.locator('#last').textContent()).toBe(SHARED);

    // Nobody listens any more: the socket is closed, and with it the client's subscriptions at the hub end, and the hub's own.
    await go(page, 'away');
    await until(() => talk.open === 0, 'the end of the socket');
    expect(talk.opened).toBe(1);
    expect(upstream()).toEqual(expect.arrayContaining(topicsOf(at)));
    await until(() => upstream().length === 0, 'the end of the subscriptions at Genesys Cloud');
  });
});
