import type { Browser, Page } from 'playwright-core';
import { freePort } from '../../../scripts/lib/free-port.cjs';
import { startWallboard, type Wallboard } from '../../wallboard/server/index.ts';
import { Cleanup } from '../support/cleanup.ts';
import { describeInChromium, launchChromium, record } from '../support/chromium.ts';
import { numbersOf, screenshot } from '../support/board.ts';

const SCOPES = ['analytics:readonly', 'notifications', 'organization:readonly', 'routing:readonly'];
const freePorts = { port: 0, loginPort: 0, apiPort: 0 };

describeInChromium('the wallboard in Chromium, token mode', () => {
  const cleanup = new Cleanup();
  let browser: Browser;
  let wallboard: Wallboard;

  beforeAll(async () => {
    browser = await cleanup.keep(launchChromium());
    wallboard = await cleanup.keep(startWallboard({ ...freePorts, relay: { mode: 'token' } }));
  });
  afterAll(() => cleanup.run());

  const open = async (url = wallboard.url): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(url);
    return page;
  };

  it('shows queues whose numbers change, and the browser never receives the client secret', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const received = record(page);
    await page.goto(wallboard.url);
    await page.getByTestId('queue').nth(3).waitFor();

    // At least three queues, each with other numbers than at first.
    const first = await numbersOf(page);
    expect(first.size).toBeGreaterThanOrEqual(4);
    await expect(
      page
        .waitForFunction(
          (before) => {
            const changed = [...document.querySelectorAll('[data-testid="queue"]')].filter((row) => {
              const name = String(row.querySelector('th')?.textContent).trim();
              const numbers = [...row.querySelectorAll('[data-testid="waiting"], [data-testid="interacting"]')];
              return before[name] !== numbers.map((cell) => cell.textContent.trim()).join('|');
            });
            return changed.length >= 3;
          },
          Object.fromEntries(first),
          { polling: 250 }
        )
        .then(() => true)
    ).resolves.toBe(true);

    await screenshot(page, 'wallboard-1280');
    await received.settled();
    const secret = wallboard.sandbox?.clients[0]?.secret ?? '';
    expect(secret.length).toBeGreaterThan(20);
    const encoded = [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64').replace(/=+$/, '')];
    expect(received.responses.length).toBeGreaterThan(5);
    for (const { url, text } of received.responses) {
      for (const form of encoded)
        expect({ url, holdsSecret: text.includes(form) }).toEqual({ url, holdsSecret: false });
    }
    // The recorder sees what it looks for: the token came in exactly one answer.
    expect(
      received.responses.filter(({ text }) => text.includes('"access_token"')).map(({ url }) => new URL(url).pathname)
    ).toEqual(['/genesys/token']);
    expect(received.errors).toEqual([]);
    await page.close();
  });

  it('B14 asks the relay once and the token endpoint once for all its calls, and keeps the token out of storage', async () => {
    const before = wallboard.sandbox?.tokenRequestCount() ?? 0;
    const page = await browser.newPage();
    const relayCalls: string[] = [];
    const bearers: string[] = [];
    page.on('request', (request) => {
      if (new URL(request.url()).pathname === '/genesys/token') relayCalls.push(request.url());
      const authorization = request.headers()['authorization'];
      if (authorization !== undefined) bearers.push(`${new URL(request.url()).origin} ${authorization}`);
    });
    await page.goto(wallboard.url);
    await page.getByTestId('queue').first().waitFor();
    expect(relayCalls).toHaveLength(1);
    // One more is the token of the relay's hub.
    expect((wallboard.sandbox?.tokenRequestCount() ?? 0) - before).toBeLessThanOrEqual(2);
    expect(new Set(bearers.map((bearer) => bearer.split(' ')[0]))).toEqual(new Set([wallboard.sandbox?.apiOrigin]));

    const stored = await page.evaluate(() =>
      JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie])
    );
    const token = bearers[0]?.split(' ')[2] ?? '';
    expect(token).toHaveLength(86);
    expect(stored).not.toContain(token);
    await page.close();
  });

  it('mends a revoked token by itself: every call is answered, one renewal', async () => {
    const page = await open();
    await page.getByTestId('queue').first().waitFor();
    const before = wallboard.sandbox?.tokenRequestCount() ?? 0;
    const statuses: number[] = [];
    page.on('response', (response) => {
      if (response.url().startsWith(wallboard.sandbox?.apiOrigin ?? '-')) statuses.push(response.status());
    });
    let renewals = 0;
    page.on('request', (request) => {
      if (request.url() === `${wallboard.url}/genesys/token`) renewals += 1;
    });
    wallboard.sandbox?.revokeTokens();
    await page.waitForResponse((response) => response.status() === 401);
    await page.waitForResponse((response) => response.url().includes('/observations/') && response.status() === 200);
    expect(renewals).toBe(1);
    // One token was the board's, the other that of the relay's hub.
    expect((wallboard.sandbox?.tokenRequestCount() ?? 0) - before).toBeLessThanOrEqual(2);
    expect(await page.getByTestId('auth-error').count()).toBe(0);
    await page.close();
  });

  it.each([
    [360, 740],
    [1920, 1080],
    [3840, 2160]
  ])('fits %i x %i, light and dark, without scrolling sideways', async (width, height) => {
    const page = await browser.newPage({ viewport: { width, height } });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.goto(wallboard.url);
      await page.getByTestId('queue').first().waitFor();
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth
      );
      expect(overflow).toBeLessThanOrEqual(0);
      await screenshot(page, `wallboard-${String(width)}-${colorScheme}`);
    }
    await page.close();
  });
});

describeInChromium.each(['proxy', 'token'] as const)('the pages of the wallboard in Chromium, %s mode', (mode) => {
  const cleanup = new Cleanup();
  let browser: Browser;

  beforeAll(async () => {
    browser = await cleanup.keep(launchChromium());
  });
  afterAll(() => cleanup.run());

  /** A board whose developers have these scopes, and what its page sends. */
  async function open(scopes: readonly string[]) {
    const wallboard = await cleanup.keep(
      startWallboard({ ...freePorts, relay: { mode, roles: { developer: { scopes: [...scopes] } } } })
    );
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const sent: { url: URL; authorization: string | undefined }[] = [];
    const errors: string[] = [];
    page.on('request', (request) => {
      sent.push({ url: new URL(request.url()), authorization: request.headers()['authorization'] });
    });
    page.on('pageerror', (error) => errors.push(String(error)));
    return { wallboard, page, sent, errors };
  }

  it('the access panel says what is true', async () => {
    const { wallboard, page } = await open(SCOPES);
    await page.goto(wallboard.url);
    await page.getByTestId('queue').nth(3).waitFor();
    const panel = (await page.locator('wb-access-panel').textContent()) ?? '';
    expect(panel.includes('Token expires in')).toBe(mode === 'token');
    expect(panel.includes('This page has no token')).toBe(mode === 'proxy');
    await screenshot(page, `wallboard-board-${mode}`);
    await page.close();
  });

  it('the agents of a queue: the guard lets in, the directive hides what the role may not see', async () => {
    const { wallboard, page, sent, errors } = await open(SCOPES);
    await page.goto(wallboard.url);
    await page.getByTestId('queue').nth(1).locator('button').click();
    await page.getByTestId('agents-link').click();
    await page.getByTestId('agent').first().click();
    expect(new URL(page.url()).pathname).toMatch(/^\/queues\/[0-9a-f-]{36}$/);
    expect(await page.getByTestId('agent-details').textContent()).toContain('users:readonly');
    await screenshot(page, `wallboard-agents-${mode}`);

    const [call] = sent.filter(({ url }) => url.pathname.endsWith('/members'));
    expect(call?.url.origin).toBe(mode === 'proxy' ? wallboard.url : wallboard.sandbox?.apiOrigin);
    expect(call?.authorization === undefined).toBe(mode === 'proxy');
    expect(sent.filter(({ url }) => url.pathname.endsWith('/routingstatus'))).toEqual([]);
    expect(errors).toEqual([]);
    await page.close();
  });

  it('the details of an agent, opened by their URL, with users:readonly', async () => {
    const { wallboard, page, errors } = await open([...SCOPES, 'users:readonly']);
    await page.goto(wallboard.url);
    await page.getByTestId('queue').nth(1).locator('button').click();
    await page.getByTestId('agents-link').click();
    await page.getByTestId('agent').first().waitFor();
    await page.reload();
    await page.getByTestId('agent').first().click();
    await page.getByTestId('agent-status').filter({ hasText: ' since ' }).waitFor();
    await screenshot(page, `wallboard-agent-details-${mode}`);
    expect(errors).toEqual([]);
    await page.close();
  });

  it('the guard says no: the page names the scope, and the agents are not asked for', async () => {
    const { wallboard, page, sent } = await open(SCOPES.filter((scope) => scope !== 'routing:readonly'));
    await page.goto(`${wallboard.url}/queues/1`);
    await page.getByTestId('no-access').filter({ hasText: 'routing:readonly' }).waitFor();
    await screenshot(page, `wallboard-no-access-${mode}`);
    expect(sent.filter(({ url }) => url.pathname.endsWith('/members'))).toEqual([]);
    await page.close();
  });
});

describeInChromium('the wallboard while Genesys Cloud’s login host is down', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  it('says so with a hint, and recovers by itself', async () => {
    const wallboard = await startWallboard({ ...freePorts, loginPort: await freePort(), relay: { mode: 'token' } });
    try {
      await wallboard.sandbox?.stopLogin();
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      await page.goto(wallboard.url);
      const error = page.getByTestId('auth-error');
      await error.waitFor();
      expect(await error.textContent()).toMatch(/relay_unavailable/);
      expect(((await error.locator('p').nth(1).textContent()) ?? '').length).toBeGreaterThan(20);
      await screenshot(page, 'wallboard-login-down');

      await wallboard.sandbox?.startLogin();
      await page.getByTestId('queue').nth(2).waitFor();
      await error.waitFor({ state: 'detached' });
      await page.close();
    } finally {
      await wallboard.close();
    }
  });

  it('goes on with a live token', async () => {
    const wallboard = await startWallboard({ ...freePorts, relay: { mode: 'token' } });
    try {
      const page = await browser.newPage();
      await page.goto(wallboard.url);
      await page.getByTestId('queue').first().waitFor();
      await wallboard.sandbox?.stopLogin();
      // While events come, it is the service level that is read every half minute.
      await page.waitForResponse((response) => response.url().includes('/aggregates/') && response.status() === 200);
      // A second person comes: the relay still has the live token for them.
      const other = await browser.newPage();
      await other.goto(wallboard.url);
      await other.getByTestId('queue').first().waitFor();
      await other.close();
      await page.close();
    } finally {
      await wallboard.close();
    }
  });
});
