import type { Browser, BrowserContext, Locator, Page, WebSocket } from 'playwright-core';
import { startWallboard, type Wallboard } from '../../wallboard/server/index.ts';
import { axeFaults } from '../support/axe.ts';
import { screenshot } from '../support/board.ts';
import { Cleanup } from '../support/cleanup.ts';
import { describeInChromium, launchChromium } from '../support/chromium.ts';
import { until } from '../support/until.ts';

const ANN = 'ann@sandbox.example';
const BEN = 'ben@sandbox.example';

describeInChromium('users of the wallboard in Chromium', () => {
  const cleanup = new Cleanup();
  let browser: Browser;
  let wallboard: Wallboard;
  let context: BrowserContext;
  let errors: string[];

  beforeAll(async () => {
    browser = await cleanup.keep(launchChromium());
    wallboard = await cleanup.keep(startWallboard({ port: 0, loginPort: 0, apiPort: 0 }));
  });
  afterAll(() => cleanup.run());
  const start = async (options: Parameters<Browser['newContext']>[0] = {}) => {
    context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    errors = [];
    context.on('weberror', (error) => errors.push(String(error.error())));
  };
  afterEach(async () => {
    await context.close();
    expect(errors).toEqual([]);
  });

  const open = async (path = '/'): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(wallboard.url + path);
    return page;
  };
  const logIn = async (page: Page, email: string) => {
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password').fill('any');
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  const openDesk = async (email: string): Promise<Page> => {
    const page = await open('/me');
    await logIn(page, email);
    await page.getByTestId('new-presence').waitFor();
    return page;
  };
  const presence = (page: Page, text: string) => page.getByTestId('presence').filter({ hasText: text });

  /** Presses Tab until an element has the focus. */
  const tabTo = async (page: Page, target: Locator) => {
    await target.waitFor();
    for (let presses = 0; presses < 80; presses += 1) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error('Tab does not reach the element.');
  };
  const press = async (page: Page, target: Locator) => {
    await tabTo(page, target);
    await page.keyboard.press('Enter');
  };

  it('work with the keyboard alone: sign in, change the presence, sign out', async () => {
    await start();
    const page = await open();
    await page.getByTestId('queue').nth(3).waitFor();
    await press(page, page.getByTestId('sign-in'));

    await tabTo(page, page.getByLabel('Email'));
    await page.keyboard.type(ANN);
    await tabTo(page, page.getByLabel('Password'));
    await page.keyboard.type('any');
    await page.keyboard.press('Enter');
    await page.getByTestId('user').filter({ hasText: 'Ann Archer' }).waitFor();
    expect(page.url()).toBe(`${wallboard.url}/`);
    // The board shows its figures to Ann as it did before, and they are live.
    await page.getByTestId('connection').filter({ hasText: 'Live' }).waitFor();
    expect(await page.getByTestId('failure').count()).toBe(0);

    await press(page, page.getByTestId('user'));
    await page.getByTestId('own-queue').first().waitFor();
    expect(page.url()).toBe(`${wallboard.url}/me`);
    const select = page.getByTestId('new-presence');
    await tabTo(page, select);
    const before = await select.inputValue();
    for (const label of ['Meal', 'Training']) {
      await page.keyboard.type(label);
      await page.keyboard.press('Tab');
      await page.keyboard.type(`Back from ${label.toLowerCase()}`);
      await page.keyboard.press('Enter');
      await presence(page, label).waitFor();
      expect(await page.getByTestId('presence-message').textContent()).toBe(`Back from ${label.toLowerCase()}`);
      expect(await page.getByTestId('presence-saved').textContent()).toContain(label);
      await tabTo(page, select);
    }
    expect(await select.inputValue()).not.toBe(before);
    expect(await page.getByTestId('routing-status').textContent()).toMatch(/Off queue|Interacting|Not responding/);

    await press(page, page.getByTestId('sign-out'));
    await page.waitForURL(`${wallboard.url}/`);
    await page.getByTestId('sign-in').waitFor();
    await page.getByTestId('queue').nth(3).waitFor();
    // The session at Genesys Cloud has ended as well: the desk needs a new sign-in.
    await page.goto(`${wallboard.url}/me`);
    await page.getByLabel('Email').waitFor();
  });

  it('sign out in one tab, and the board in another tab gets live events as a visitor', async () => {
    await start();
    const desk = await openDesk(ANN);
    const board = await context.newPage();
    const sockets: WebSocket[] = [];
    board.on('websocket', (socket) => sockets.push(socket));
    await board.goto(wallboard.url);
    const isLive = () => board.getByTestId('connection').filter({ hasText: 'Live' }).waitFor();
    await isLive();
    const [ofAnn] = sockets;
    await desk.getByTestId('sign-out').click();
    await board.getByTestId('sign-in').waitFor();
    await until(() => ofAnn?.isClosed() === true && sockets.length > 1, 'the socket of a visitor');
    await isLive();
    expect(await board.getByTestId('queue').count()).toBeGreaterThan(3);
    expect(await board.getByTestId('failure').count()).toBe(0);
  });

  it('who sign out while Genesys Cloud is down are signed out, and can go back to the board', async () => {
    await start();
    const desk = await openDesk(ANN);
    wallboard.sandbox?.faults.add({ type: 'serverError', route: 'GET /logout', times: 1 });
    await desk.getByTestId('sign-out').click();
    await desk.waitForURL(/\/logout/);
    await desk.goBack();
    await desk.getByTestId('sign-in').waitFor();
    await desk.getByTestId('queue').nth(3).waitFor();
    expect(desk.url()).toBe(`${wallboard.url}/`);
    expect(await desk.getByTestId('sign-in-problem').count()).toBe(0);
  });

  it('keep what they have typed when the session ends, sign in again, and save it', async () => {
    await start();
    const page = await openDesk(BEN);
    await page.getByTestId('new-presence').selectOption({ label: 'Meeting' });
    await page.getByTestId('new-message').fill('Half a sentence');
    // What a new password does: Genesys Cloud ends the session, and asks who signs in.
    wallboard.sandbox?.faults.add({ type: 'revokeTokens', email: BEN, refreshTokens: true });
    await context.clearCookies({ domain: '127.0.0.1' });
    await page.getByTestId('save-presence').click();
    await page.getByTestId('sign-in-problem').waitFor();
    await page.getByTestId('presence-failure').filter({ hasText: 'session_ended' }).waitFor();
    await screenshot(page, 'wallboard-session-ended');

    const opened = context.waitForEvent('page');
    await page.getByTestId('sign-in-again').click();
    await logIn(await opened, BEN);
    await page.getByTestId('user').filter({ hasText: 'Ben Baker' }).waitFor();
    await until(async () => (await opened).isClosed(), 'the window to close itself');
    expect(await page.getByTestId('sign-in-problem').count()).toBe(0);
    expect(await page.getByTestId('new-message').inputValue()).toBe('Half a sentence');
    await page.getByTestId('save-presence').click();
    await presence(page, 'Meeting').waitFor();
    expect(await page.getByTestId('presence-message').textContent()).toBe('Half a sentence');
    expect(await page.getByTestId('presence-failure').count()).toBe(0);
  });

  it('who cancel are back at the board, which says so and works', async () => {
    await start();
    const page = await open('/me');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByTestId('sign-in-problem').filter({ hasText: 'sign_in_cancelled' }).waitFor();
    await page.waitForURL(`${wallboard.url}/`);
    await page.getByTestId('queue').nth(3).waitFor();
    await page.getByTestId('sign-in-again').click();
    await logIn(page, ANN);
    await page.getByTestId('user').waitFor();
    expect(await page.getByTestId('sign-in-problem').count()).toBe(0);
  });

  it.each([
    [360, 'light'],
    [360, 'dark'],
    [1280, 'light'],
    [1280, 'dark']
  ] as const)('see pages without a fault that axe can find, %i px wide, %s', async (width, colorScheme) => {
    await start({ viewport: { width, height: 800 }, colorScheme });
    const check = async (page: Page, name: string) => {
      await screenshot(page, `wallboard-${name}-${String(width)}-${colorScheme}`);
      expect([name, await axeFaults(page)]).toEqual([name, []]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    };
    const page = await open();
    await page.getByTestId('queue').nth(3).waitFor();
    await check(page, 'signed-out');
    await page.getByTestId('sign-in').click();
    await page.getByLabel('Email').waitFor();
    await check(page, 'login');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByTestId('sign-in-problem').waitFor();
    await check(page, 'cancelled');
    await page.getByTestId('sign-in-again').click();
    await logIn(page, ANN);
    await page.getByTestId('user').click();
    await page.getByTestId('own-queue').first().waitFor();
    await page.getByTestId('new-presence').waitFor();
    await check(page, 'desk');
    wallboard.sandbox?.faults.add({ type: 'revokeTokens', email: ANN, refreshTokens: true });
    await page.getByTestId('new-message').fill('Back at one');
    await page.getByTestId('save-presence').click();
    await page.getByTestId('presence-failure').waitFor();
    await check(page, 'ended');
  });
});
