import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { root } from '../support/angular-cli.ts';
import { Cleanup } from '../support/cleanup.ts';
import { describeInChromium, launchChromium } from '../support/chromium.ts';
import { startTabsServer, type TabsServer } from '../support/tabs-server.ts';
import { until } from '../support/until.ts';

interface TabState {
  readonly status: string;
  readonly scopes: readonly string[];
  readonly error: string | undefined;
}
declare const window: {
  tab: { token(): Promise<string>; poll(): Promise<string>; renew(): Promise<void>; clear(): void; state(): TabState };
};

describeInChromium('tabs of one browser', () => {
  const cleanup = new Cleanup();
  let browser: Browser;
  let server: TabsServer;
  let context: BrowserContext;

  beforeAll(async () => {
    browser = await cleanup.keep(launchChromium());
  });
  afterAll(() => cleanup.run());
  beforeEach(async () => {
    server = await startTabsServer(join(root, 'out-tsc/e2e-tabs/browser'));
    context = await browser.newContext();
    await signIn('ann');
  });
  afterEach(async () => {
    await context.close();
    await server.close();
  });

  const signIn = (user: string) => context.addCookies([{ name: 'user', value: user, url: server.url }]);
  /** Tabs wait for each other's answers by a timer, 0.15 s: as long as a busy machine may take, where a test needs the answer. */
  const waitLonger = () =>
    context.addInitScript(() => {
      const start = globalThis.setTimeout;
      Object.assign(globalThis, { setTimeout: (run: () => void, ms = 0) => start(run, ms * 30) });
    });
  const open = async (query = ''): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(`${server.url}/${query}`);
    await page.waitForFunction(() => 'tab' in window);
    return page;
  };
  /** Tabs that make a request at once, all opened at once; resolves when each has its answer. */
  const openAtOnce = async (count: number, query: string) => {
    const pages = await Promise.all(Array.from({ length: count }, () => context.newPage()));
    await Promise.all(pages.map((page) => page.goto(`${server.url}/?now&${query}`)));
    await Promise.all(pages.map((page) => page.waitForFunction(() => document.getElementById('outcome')?.textContent)));
    return Promise.all(pages.map((page) => page.locator('#outcome').textContent()));
  };
  const tokenCalls = () => server.calls.filter(({ path }) => path === '/genesys/token');
  const token = (page: Page) => page.evaluate(() => window.tab.token());
  const stateOf = (page: Page) => page.evaluate(() => window.tab.state());

  it('8 opened at once make at most 8 relay calls, one after another, and 1 upstream request', async () => {
    server.slowMs = 100;
    expect(await openAtOnce(8, '')).toEqual(Array(8).fill('done'));
    const calls = tokenCalls();
    expect(calls.length).toBeGreaterThanOrEqual(1);
    expect(calls.length).toBeLessThanOrEqual(8);
    expect(calls.map(({ others }) => others)).toEqual(calls.map(() => 0));
    expect(server.sandbox.tokenRequestCount()).toBe(1);
  });

  it('with sharing 8 opened at once make 1 relay call', async () => {
    await waitLonger();
    // The first takes its time, so that the others come to the question meanwhile.
    server.slowMs = 2000;
    expect(await openAtOnce(8, 'share&subject')).toEqual(Array(8).fill('done'));
    expect(server.calls).toHaveLength(1);
    expect(server.sandbox.tokenRequestCount()).toBe(1);
  });

  it('with sharing, where the relay says who the user is, too: 1 call for a token', async () => {
    await waitLonger();
    server.slowMs = 2000;
    const first = await open('?share');
    const one = await token(first);
    const others = await Promise.all([open('?share'), open('?share')]);
    expect(await Promise.all(others.map(token))).toEqual([one, one]);
    expect(tokenCalls()).toHaveLength(1);
    expect(server.calls.filter(({ path }) => path === '/genesys/session')).toHaveLength(3);
  });

  it.each(['closed', 'crashed'])('the tab that renews is %s: another finishes', async (how) => {
    // Longer than this test may take: it passes only if the second tab does not wait for the first that long.
    server.timeoutMs = 600_000;
    const [one, two] = [await open(), await open()];
    server.slowMs = 600_000;
    void token(one).catch(() => undefined);
    await until(() => tokenCalls().length === 1, 'the call of the first tab');
    const waiting = token(two);
    // The second waits for its turn; the first never ends it.
    const waits = () => two.evaluate(async () => ((await navigator.locks.query()).pending?.length ?? 0) === 1);
    await until(waits, 'the second tab to wait');
    expect(tokenCalls()).toHaveLength(1);
    server.slowMs = 0;
    if (how === 'closed') await one.close();
    else {
      const devtools = await context.newCDPSession(one);
      void devtools.send('Page.crash').catch(() => undefined);
    }
    expect(await waiting).toHaveLength(86);
    expect(tokenCalls()).toHaveLength(2);
  });

  it('a tab that hangs while it renews is waited for no longer than a call may take', async () => {
    server.timeoutMs = 4000;
    const [one, two] = [await open(), await open()];
    server.slowMs = 60_000;
    void token(one).catch(() => undefined);
    await until(() => tokenCalls().length === 1, 'the call of the first tab');
    const hanging = one.evaluate(() => {
      // A synchronous request: nothing else runs in this tab until the server answers it.
      const request = new XMLHttpRequest();
      request.open('GET', '/hang', false);
      request.send();
    });
    await until(() => server.hanging.length === 1, 'the first tab to hang');
    server.slowMs = 0;
    expect(await token(two)).toHaveLength(86);
    // The other still holds the turn.
    expect(await two.evaluate(async () => (await navigator.locks.query()).held?.length)).toBe(1);
    for (const response of server.hanging) response.end();
    await hanging;
  });

  it.each(['share', 'share&subject'])('a user switch hands no token to a tab of another user (%s)', async (query) => {
    await waitLonger();
    const annsTab = await open(`?${query}`);
    const anns = await token(annsTab);
    expect((await stateOf(annsTab)).scopes).toEqual(['analytics:readonly', 'routing:readonly']);
    await signIn('bob');
    const bobsTab = await open(`?${query}`);
    const bobs = await token(bobsTab);
    expect(bobs).not.toBe(anns);
    expect((await stateOf(bobsTab)).scopes).toEqual(['routing:readonly']);
    // And back: who has bob's token does not give it to ann, and ann's tab does not take it.
    await signIn('ann');
    const again = await open(`?${query}`);
    const annsAgain = await token(again);
    expect(annsAgain).not.toBe(bobs);
    expect((await stateOf(again)).scopes).toEqual(['analytics:readonly', 'routing:readonly']);
    expect(tokenCalls().map(({ user }) => user)).toEqual(['ann', 'bob']);
  });

  it('signing out in one tab reaches the others of that user', async () => {
    const [one, two] = [await open('?share&subject'), await open('?share&subject')];
    expect(await token(two)).toBe(await token(one));
    await one.evaluate(() => {
      window.tab.clear();
    });
    await until(async () => (await stateOf(two)).status === 'signed-out', 'the sign-out of the other tab');
  });

  it('the token is in no storage, and in the name of no lock', async () => {
    const [one, two] = [await open('?share&subject'), await open('?share&subject')];
    const secret = await token(one);
    server.slowMs = 60_000;
    const renewed = one.evaluate(() => window.tab.renew());
    await until(() => tokenCalls().length === 2, 'the renewal');
    const kept = await two.evaluate(async () =>
      JSON.stringify([
        await navigator.locks.query(),
        Object.entries(localStorage),
        Object.entries(sessionStorage),
        document.cookie
      ])
    );
    expect(kept).toContain('ngx-genesys-auth');
    expect(kept).not.toContain(secret);
    server.hurry();
    await renewed;
  });

  it('10 minutes offline, then online: nobody is signed out, few calls, and the first poll is answered', async () => {
    const page = await context.newPage();
    await page.clock.install();
    await page.goto(`${server.url}/`);
    await page.waitForFunction(() => 'tab' in window);
    expect(await page.evaluate(() => window.tab.poll())).toBe('done');
    const attempts: string[] = [];
    page.on('request', (request) => attempts.push(new URL(request.url()).pathname));
    await context.setOffline(true);
    // The token lives on; what fails is the network. Later it ends, and the relay cannot be reached either.
    await page.clock.fastForward('02:00:00');
    const outcomes = new Set<string>();
    const statuses = new Set<string>();
    for (let second = 0; second < 600; second += 2) {
      outcomes.add(await page.evaluate(() => window.tab.token().catch(String)));
      statuses.add((await stateOf(page)).status);
      await page.clock.fastForward(2000);
    }
    expect([...outcomes]).toEqual([expect.stringContaining('relay_unreachable')]);
    expect([...statuses]).toEqual(['failed']);
    const calls = attempts.filter((path) => path === '/genesys/token').length;
    expect(calls).toBeGreaterThan(3);
    expect(calls).toBeLessThanOrEqual(20);
    await context.setOffline(false);
    expect(await page.evaluate(() => window.tab.poll())).toBe('done');
    expect(await stateOf(page)).toMatchObject({ status: 'ready', error: undefined });
  });

  it('after two hours of sleep the first request renews first', async () => {
    const page = await context.newPage();
    await page.clock.install();
    await page.goto(`${server.url}/`);
    await page.waitForFunction(() => 'tab' in window);
    await token(page);
    const twoHours = 2 * 3600_000;
    // The wall clock alone: on this system the monotonic one may stand still while the computer sleeps.
    await page.evaluate((ms) => {
      const now = Date.now.bind(Date);
      Date.now = () => now() + ms;
    }, twoHours);
    expect(tokenCalls()).toHaveLength(1);
    expect(await page.evaluate(() => window.tab.poll())).toBe('done');
    expect(tokenCalls()).toHaveLength(2);
  });
});
