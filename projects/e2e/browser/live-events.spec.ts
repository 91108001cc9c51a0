import type { Browser, Page } from 'playwright-core';
import { type Sandbox, type SandboxOptions, SANDBOX_CLIENT, createSandbox } from 'genesys-sandbox';
import { type Wallboard, startWallboard } from '../../wallboard/server/index.ts';
import { numbersOf } from '../support/board.ts';
import { Cleanup } from '../support/cleanup.ts';
import { describeInChromium, launchChromium } from '../support/chromium.ts';
import { freePort } from '../../../scripts/lib/free-port.cjs';
import { type HubTalk, hubTalk } from '../support/hub-talk.ts';
import { until } from '../support/until.ts';
import { startWire } from '../support/wire.ts';

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
const FREEZE_MS = 60_000;
const outage = () => new Promise((resolve) => setTimeout(resolve, OUTAGE_MS));

/** The wallboard with its parts in hand, each of which can go away and come back where it was. */
class Hall {
  readonly clock = new Clock();
  readonly host: string;
  port = 0;
  #sandbox: Sandbox | undefined;
  #server: Wallboard | undefined;
  #options: SandboxOptions = {};

  private constructor(host: string) {
    this.host = host;
  }

  /** Opens all of it, or leaves nothing open. */
  static async open(host = 'localhost'): Promise<Hall> {
    const hall = new Hall(host);
    try {
      hall.#options = {
        clock: hall.clock,
        loginPort: await freePort(),
        apiPort: await freePort(),
        rateLimit: { requestsPerMinute: false }
      };
      hall.port = await freePort();
      await hall.startSandbox();
      await hall.startRelay();
      return hall;
    } catch (error) {
      await hall.close();
      throw error;
    }
  }

  get sandbox(): Sandbox {
    if (this.#sandbox === undefined) throw new Error('The sandbox is gone.');
    return this.#sandbox;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  async startSandbox(): Promise<void> {
    this.#sandbox = await createSandbox(this.#options);
  }

  async stopSandbox(): Promise<void> {
    const sandbox = this.#sandbox;
    this.#sandbox = undefined;
    await sandbox?.close();
  }

  /** The relay, its hub and the page are one server. */
  async startRelay(): Promise<void> {
    const { tokenEndpoint, apiOrigin } = this.sandbox;
    const client = { id: SANDBOX_CLIENT.id, secret: { env: SECRET } };
    this.#server = await startWallboard({
      host: this.host,
      port: this.port,
      sandbox: false,
      relay: { mode: 'token', genesys: { tokenEndpoint, apiOrigin, client } }
    });
  }

  async stopRelay(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await server?.close();
  }

  async close(): Promise<void> {
    await Promise.all([this.stopRelay(), this.stopSandbox()]);
  }
}

describeInChromium('live events on the wallboard, in Chromium', () => {
  const suite = new Cleanup();
  const opened = new Cleanup();
  let browser: Browser;
  let hall: Hall;
  let page: Page;
  let talk: HubTalk;

  beforeAll(async () => {
    process.env[SECRET] = SANDBOX_CLIENT.secret;
    browser = await suite.keep(launchChromium());
  });
  afterAll(async () => {
    await suite.run();
    Reflect.deleteProperty(process.env, SECRET);
  });
  // Whatever stopped a test half-way.
  afterEach(() => opened.run());

  /** Opens a hall and its board, and waits until that is live. */
  async function open(host?: string): Promise<void> {
    hall = await opened.keep(Hall.open(host));
    await openPage(hall.url);
  }
  async function openPage(url: string): Promise<void> {
    page = await opened.keep(browser.newPage());
    talk = hubTalk(page);
    await page.goto(url);
    await isLive();
  }
  const pill = () => page.getByTestId('connection');
  const isLive = () => pill().filter({ hasText: 'Live' }).waitFor();
  const isNotLive = () => pill().filter({ hasNotText: 'Live' }).waitFor();
  const gapsSince = (at: number) => talk.heard.filter((frame) => frame.type === 'gap' && frame.at >= at);

  /** What the rows of the queues say, without the labels that narrow screens show. */
  const figures = async () =>
    Object.fromEntries(
      [...(await numbersOf(page))]
        .filter(([name]) => name !== 'All queues')
        .map(([name, numbers]) => [name, numbers.replaceAll(/[^\d|]/g, '')])
    );
  const expected = () =>
    Object.fromEntries(
      hall.sandbox.snapshot().queues.map(({ name, waiting, interacting }) => [name, `${waiting}|${interacting}`])
    );
  const sorted = (all: Record<string, string>) => JSON.stringify(Object.entries(all).sort());

  /**
   * Lets events change the board, stops the contact centre, and waits until the page shows exactly what is in it. From the moment
   * it is live again on, no look by REST is answered: what was missed is there by then, and events do the rest.
   */
  async function endsEqual(): Promise<void> {
    await isLive();
    await page.route(/\/observations\/query/, () => undefined);
    const before = sorted(await figures());
    await until(async () => sorted(await figures()) !== before, 'an event that changes the board');
    hall.clock.stop();
    hall.sandbox.pulse();
    await until(async () => sorted(await figures()) === sorted(expected()), 'equal figures').catch(() => undefined);
    expect(await figures()).toEqual(expected());
  }

  it('numbers change by events, without a look by REST', async () => {
    await open();
    const looks: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/observations/')) looks.push(request.url());
    });
    const seen = new Set<string>();
    let rounds = 0;
    // At least as long as several looks by REST would take, and as long as a busy machine needs.
    await until(async () => {
      rounds += 1;
      seen.add(sorted(await figures()));
      await page.waitForTimeout(250);
      return rounds >= 40 && seen.size > 4;
    }, 'figures that change');
    expect(looks).toEqual([]);
    await endsEqual();
  });

  it('a room of boards shares one channel of Genesys Cloud', async () => {
    await open();
    for (let boards = 1; boards < 4; boards++) await openPage(hall.url);
    const { channels } = hall.sandbox;
    const queues = Object.keys(expected()).length;
    expect(channels.map(({ topics, sockets }) => [topics.length, sockets])).toEqual([[queues, 1]]);
    await endsEqual();
  });

  it('the sandbox is gone for 5 seconds: the board says so, recovers by itself and ends equal to it', async () => {
    await open();
    await hall.stopSandbox();
    await isNotLive();
    await outage();
    await hall.startSandbox();
    await endsEqual();
    expect({ opened: talk.opened, open: talk.open }).toEqual({ opened: 1, open: 1 });
  });

  it('the relay is gone for 5 seconds while the tokens die: the board says so, recovers by itself and ends equal', async () => {
    await open();
    await hall.stopRelay();
    hall.sandbox.revokeTokens();
    await isNotLive();
    expect(talk.open).toBe(0);
    await outage();
    await hall.startRelay();
    await endsEqual();
    expect(talk.open).toBe(1);
  });

  it('sockets between relay and Genesys Cloud are half-open for 60 seconds: the board ends equal', async () => {
    await open();
    const began = Date.now();
    const fault = hall.sandbox.faults.add({ type: 'freezeSockets', forMs: FREEZE_MS });
    const struck = () => hall.sandbox.faults.list().find(({ id }) => id === fault)?.hits ?? 0;
    await until(() => gapsSince(began).length > 0, 'the first hole');
    // The board is told that the relay hears nothing, before the hole is told.
    expect(talk.heard.filter(({ type }) => type === 'upstream').map(({ live }) => live)).toEqual([false, true]);
    // The socket that took over was frozen as well.
    expect(struck()).toBe(2);
    await until(() => gapsSince(began + FREEZE_MS).length > 0, 'the hole that ends after the freeze');
    await endsEqual();
    expect({ opened: talk.opened, open: talk.open }).toEqual({ opened: 1, open: 1 });
  });

  it('the socket between browser and relay is half-open: another takes over, misses nothing, and the board ends equal', async () => {
    // The relay has to be reached by its own port: the wire takes it on an address beside.
    hall = await opened.keep(Hall.open('127.0.0.2'));
    const { host, port } = hall;
    const wire = await opened.keep(startWire({ host: '127.0.0.1', port }, { host, port }));
    await openPage(`http://127.0.0.1:${port}`);
    expect(wire.freezeSockets()).toBe(1);
    const began = Date.now();
    // A heartbeat every 15 s, and 5 s for one that is late.
    await until(() => talk.opened === 2, 'another socket');
    await until(() => talk.heard.some(({ type, at }) => type === 'subscribed' && at > began), 'its topics');
    await endsEqual();
    expect(gapsSince(began)).toEqual([]);
  });
});
