import type { Browser, Page } from 'playwright-core';
import { type Sandbox, type SandboxOptions, SANDBOX_CLIENT, createSandbox } from 'genesys-sandbox';
import { type Wallboard, startWallboard } from '../../wallboard/server/index.ts';
import { numbersOf } from '../support/board.ts';
import { Cleanup } from '../support/cleanup.ts';
import { describeInChromium, launchChromium } from '../support/chromium.ts';
import { freePort } from '../../../scripts/lib/free-port.cjs';

/** A clock that can be stopped, so that the board has something to catch up with that does not run away. */
class Clock {
  #stoppedAt: number | undefined;
  now(): number {
    return this.#stoppedAt ?? Date.now();
  }
  stop(): void {
    this.#stoppedAt = Date.now();
  }
}

const SECRET = 'LIVE_EVENTS_CLIENT_SECRET';
const OUTAGE_MS = 5_000;
const outage = () => new Promise((resolve) => setTimeout(resolve, OUTAGE_MS));

/** The wallboard with its parts in hand, each of which can go away and come back where it was. */
class Hall {
  readonly clock = new Clock();
  sandbox!: Sandbox;
  #server!: Wallboard;
  #port = 0;
  #options: SandboxOptions = {};

  static async open(): Promise<Hall> {
    const hall = new Hall();
    hall.#options = {
      clock: hall.clock,
      loginPort: await freePort(),
      apiPort: await freePort(),
      rateLimit: { requestsPerMinute: false }
    };
    hall.#port = await freePort();
    await hall.startSandbox();
    await hall.startRelay();
    return hall;
  }

  get url(): string {
    return `http://localhost:${this.#port}`;
  }

  async startSandbox(): Promise<void> {
    this.sandbox = await createSandbox(this.#options);
  }

  /** The relay and the page are one server. */
  async startRelay(): Promise<void> {
    const { tokenEndpoint, apiOrigin } = this.sandbox;
    const client = { id: SANDBOX_CLIENT.id, secret: { env: SECRET } };
    this.#server = await startWallboard({
      port: this.#port,
      sandbox: false,
      relay: { genesys: { tokenEndpoint, apiOrigin, client } }
    });
  }

  stopRelay(): Promise<void> {
    return this.#server.close();
  }

  async close(): Promise<void> {
    await this.#server.close();
    await this.sandbox.close();
  }
}

describeInChromium('live events on the wallboard, in Chromium', () => {
  const cleanup = new Cleanup();
  let browser: Browser;
  let hall: Hall;
  let page: Page;

  beforeAll(async () => {
    process.env[SECRET] = SANDBOX_CLIENT.secret;
    browser = await cleanup.keep(launchChromium());
  });
  afterAll(async () => {
    await cleanup.run();
    Reflect.deleteProperty(process.env, SECRET);
  });
  beforeEach(async () => {
    hall = await Hall.open();
    page = await browser.newPage();
    await page.goto(hall.url);
    await isLive();
  }, 60_000);
  afterEach(async () => {
    await page.close();
    await hall.close();
  });

  const says = (words: string, timeout = 60_000) =>
    page.getByTestId('connection').filter({ hasText: words }).waitFor({ timeout });
  const isLive = () => says('Live');
  const isNotLive = (timeout = 60_000) =>
    page.getByTestId('connection').filter({ hasNotText: 'Live' }).waitFor({ timeout });

  /** Stops the contact centre, and waits until the page shows exactly what is in it. */
  async function endsEqual(): Promise<void> {
    hall.clock.stop();
    hall.sandbox.pulse();
    const expected = () =>
      new Map(
        hall.sandbox.snapshot().queues.map(({ name, waiting, interacting }) => [name, `${waiting}|${interacting}`])
      );
    const deadline = Date.now() + 40_000;
    let shown = await figures();
    while (Date.now() < deadline && !same(shown, expected())) {
      await page.waitForTimeout(250);
      shown = await figures();
    }
    expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(expected()));
  }
  /** What the rows of the queues say, without the labels that narrow screens show. */
  const figures = async () =>
    new Map(
      [...(await numbersOf(page))]
        .filter(([name]) => name !== 'All queues')
        .map(([name, numbers]) => [name, numbers.replaceAll(/[^\d|]/g, '')])
    );
  const same = (a: Map<string, string>, b: Map<string, string>) =>
    a.size === b.size && [...a].every(([name, numbers]) => b.get(name) === numbers);

  it('numbers change by events, with hardly a look by REST', async () => {
    const looks: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/observations/')) looks.push(request.url());
    });
    const seen = new Set<string>();
    for (let round = 0; round < 40; round++) {
      seen.add(JSON.stringify([...(await numbersOf(page))]));
      await page.waitForTimeout(250);
    }
    expect(seen.size).toBeGreaterThan(4);
    expect(looks.length).toBeLessThanOrEqual(2);
    await endsEqual();
  }, 90_000);

  it('the sandbox is gone for 5 seconds: the board says so, recovers by itself and ends equal to it', async () => {
    await hall.sandbox.close();
    await isNotLive();
    await outage();
    await hall.startSandbox();
    await isLive();
    await endsEqual();
  }, 180_000);

  it('the relay is gone for 5 seconds while the token dies: the board recovers by itself and ends equal', async () => {
    await hall.stopRelay();
    hall.sandbox.revokeTokens();
    await isNotLive();
    await outage();
    await hall.startRelay();
    await isLive();
    await endsEqual();
  }, 180_000);

  it('a half-open socket is found out by its silence within 40 seconds, replaced, and the board ends equal', async () => {
    const began = Date.now();
    // The label may say so for a few milliseconds only: what tells is the socket that takes the place of the silent one.
    const another = page.waitForEvent('websocket', { timeout: 60_000 });
    hall.sandbox.faults.add({ type: 'freezeSockets' });
    await another;
    expect(Date.now() - began).toBeLessThan(60_000);
    await isLive();
    await endsEqual();
  }, 180_000);
});
