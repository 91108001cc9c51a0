/**
 * @jest-environment node
 */
import { TestBed } from '@angular/core/testing';
import { SANDBOX_CLIENT, type Sandbox, type SandboxClient } from 'genesys-sandbox';
import { finalize, map } from 'rxjs';
import { WebSocket } from 'ws';
import { type GenesysEvent, type GenesysGap, type QueueObservationsBody, createLiveApp, startServers } from './live';

// Days of a wallboard, in fake time, with the real library, relay and sandbox over real sockets.
const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 23, 6);
/** How often the contact centre is looked at. */
const STEP_MS = 30_000;
/** So many of the queues are on the board. */
const QUEUES = 3;
/** How far the clock goes before it is seen whether anybody waits for an answer. */
const SLICE_MS = 500;
/** An observer with a client of its own: faults leave it alone. */
const WITNESS: SandboxClient = { id: 'witness', secret: 'w', accessTokenValiditySeconds: 172_800 };

jest.setTimeout(600_000);

beforeEach(() => {
  jest.useFakeTimers({
    now: START,
    doNotFake: ['nextTick', 'setImmediate', 'clearImmediate', 'queueMicrotask', 'hrtime']
  });
});
afterEach(async () => {
  jest.useRealTimers();
  TestBed.resetTestingModule();
  for (const end of ends.splice(0)) await end();
});

/** What a test has opened is closed, however it ends. */
const ends: (() => void | Promise<void>)[] = [];

/** Pseudo-random numbers: the same seed, the same day (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function io(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
}

/** What the witness saw: every event there was, with the time it came. */
interface Sighting {
  readonly id: string;
  readonly at: number;
}

/** @returns what was seen, and a way to make the witness's channel live another 24 hours */
async function watch(
  sandbox: Sandbox,
  topics: readonly string[]
): Promise<{ seen: Sighting[]; renew: () => Promise<unknown> }> {
  const call = async (url: string, init: RequestInit): Promise<Record<string, string>> => {
    const body: Record<string, string> = await (await fetch(url, init)).json();
    return body;
  };
  const form = { grant_type: 'client_credentials', client_id: WITNESS.id, client_secret: WITNESS.secret };
  const token = await call(sandbox.tokenEndpoint, { method: 'POST', body: new URLSearchParams(form) });
  const headers = { authorization: `Bearer ${token['access_token'] ?? ''}`, 'content-type': 'application/json' };
  const channels = `${sandbox.apiOrigin}/api/v2/notifications/channels`;
  const channel = await call(channels, { method: 'POST', headers });
  const renew = () =>
    call(`${channels}/${channel['id'] ?? ''}/subscriptions`, {
      method: 'PUT',
      headers,
      body: JSON.stringify(topics.map((id) => ({ id })))
    });
  await renew();
  const seen: Sighting[] = [];
  const socket = new WebSocket(channel['connectUri'] ?? '');
  ends.push(() => {
    socket.terminate();
  });
  socket.on('message', (data: Buffer) => {
    const frame: GenesysEvent = JSON.parse(data.toString('utf8'));
    const id = frame.metadata?.CorrelationId;
    // The sandbox sends doubles one right after the other.
    if (id !== undefined && seen.at(-1)?.id !== id) seen.push({ id, at: Date.now() });
  });
  await new Promise((resolve) => socket.on('open', resolve));
  return { seen, renew };
}

interface Figures {
  readonly waiting: number;
  readonly interacting: number;
}

/** Waiting and interacting by queue and medium, as the API answers them. */
type Board = ReadonlyMap<string, number>;

interface Answer {
  readonly results?: readonly {
    readonly group: { readonly queueId: string; readonly mediaType?: string };
    readonly data?: readonly { readonly metric: string; readonly stats: { readonly count?: number } }[];
  }[];
}

function read(answer: Answer): Board {
  const board = new Map<string, number>();
  for (const { group, data } of answer.results ?? [])
    for (const { metric, stats } of data ?? [])
      board.set(`${group.queueId} ${group.mediaType ?? ''} ${metric}`, stats.count ?? 0);
  return board;
}

function apply(board: Board, { eventBody: { group, data } }: GenesysEvent<QueueObservationsBody>): Board {
  const next = new Map(board);
  for (const { metrics } of data ?? [])
    for (const { metric, stats } of metrics ?? []) {
      const key = `${group.queueId} ${group.mediaType ?? ''} ${metric}`;
      if (board.has(key)) next.set(key, stats.count ?? 0);
    }
  return next;
}

function sum(board: Board, queueId: string): Figures {
  const total = (metric: string): number =>
    [...board].reduce((all, [key, n]) => (key.startsWith(queueId) && key.endsWith(` ${metric}`) ? all + n : all), 0);
  return { waiting: total('oWaiting'), interacting: total('oInteracting') };
}

async function open(tokenSeconds: number) {
  const clock = { now: () => Date.now(), driven: true };
  const servers = await startServers({
    clock,
    clients: [{ ...SANDBOX_CLIENT, accessTokenValiditySeconds: tokenSeconds }, WITNESS]
  });
  ends.push(() => servers.close());
  const { sandbox } = servers;
  const queues = sandbox
    .snapshot()
    .queues.slice(0, QUEUES)
    .map(({ id }) => id);
  const topics = queues.map((id) => `v2.analytics.queues.${id}.observations` as const);
  const { seen: witness, renew } = await watch(sandbox, topics);
  let pending = 0;
  const app = createLiveApp(servers, {}, (request, next) => {
    pending++;
    return next(request).pipe(finalize(() => pending--));
  });
  const gaps: GenesysGap[] = [];
  app.live.gaps$.subscribe((gap) => gaps.push(gap));
  const received: string[] = [];
  for (const topic of topics)
    app.live.topic(topic).subscribe(({ metadata }) => received.push(metadata?.CorrelationId ?? ''));
  let board: Board = new Map();
  const query = {
    filter: { type: 'or', predicates: queues.map((value) => ({ dimension: 'queueId', value })) },
    metrics: ['oWaiting', 'oInteracting']
  };
  const url = `${sandbox.apiOrigin}/api/v2/analytics/queues/observations/query`;
  let readings = 0;
  app.live
    .withCatchUp(
      topics,
      () => app.http.post<Answer>(url, query).pipe(map((answer) => (readings++, read(answer)))),
      apply
    )
    .subscribe((state) => (board = state));

  const busy = (): boolean => pending > 0 || app.sockets.some(({ readyState }) => readyState === WebSocket.CONNECTING);
  const settle = async (): Promise<void> => {
    for (let turn = 0; busy() && turn < 100_000; turn++) await io(1);
  };
  /** Lets time pass, and the world keep up with it. */
  const pass = async (ms: number): Promise<void> => {
    for (const end = Date.now() + ms; Date.now() < end;) {
      jest.advanceTimersByTime(Math.min(SLICE_MS, end - Date.now()));
      await io(2);
      if (busy()) await settle();
    }
    if (Date.now() - START > renewals * 6 * HOUR) {
      renewals++;
      await renew();
    }
    sandbox.pulse();
    await io(6);
    await settle();
  };
  let renewals = 1;
  await io(10);
  await settle();
  return {
    ...app,
    sandbox,
    servers,
    queues,
    witness,
    gaps,
    received,
    pass,
    board: () => board,
    readings: () => readings
  };
}

it('24 hours, tokens that end, sockets told to go, 30 losses: once, in order, every hole told, and right at the end', async () => {
  const day = await open(5 * 3600);
  const { sandbox, live, gaps, received, witness } = day;
  const random = seeded(20261123);
  const losses = Array.from({ length: 30 }, () => Math.floor(random() * 24 * HOUR)).sort((a, b) => a - b);
  const closings = Array.from({ length: 12 }, () => Math.floor(random() * 24 * HOUR)).sort((a, b) => a - b);
  const { clientId } = { clientId: SANDBOX_CLIENT.id };
  sandbox.faults.add({ type: 'duplicateEvents', times: 2000 });
  await day.pass(STEP_MS);
  expect(live.state()).toBe('live');
  const kinds = ['dropSockets', 'closeSockets', 'freezeSockets'] as const;
  let lost = 0;
  for (let at = 0; at < 24 * HOUR; at += STEP_MS) {
    while ((losses[0] ?? Infinity) <= at) {
      losses.shift();
      sandbox.faults.add({ type: kinds[lost++ % 3] ?? 'dropSockets', clientId });
    }
    while ((closings[0] ?? Infinity) <= at) {
      closings.shift();
      sandbox.faults.add({ type: 'socketClosing', clientId });
    }
    await day.pass(STEP_MS);
  }
  // A calm end: whatever is open is made good.
  for (let step = 0; step < 15; step++) await day.pass(STEP_MS);
  expect(lost).toBe(30);
  expect(live.state()).toBe('live');

  const order = new Map(witness.map(({ id }, index) => [id, index]));
  const places = received.map((id) => order.get(id) ?? -1);
  expect(new Set(received).size).toBe(received.length);
  expect(places.every((place, n) => place > (places[n - 1] ?? -1))).toBe(true);

  const got = new Set(received);
  const missed = witness.filter(({ id }) => !got.has(id));
  const told = missed.filter(({ at }) =>
    gaps.some(({ from, to }) => at >= from.getTime() - STEP_MS && at <= to.getTime() + STEP_MS)
  );
  expect(missed.length).toBeGreaterThan(30);
  expect(missed.length - told.length).toBe(0);
  // Nothing is told that was none: every gap belongs to a loss.
  expect(gaps.length).toBeGreaterThan(0);
  expect(gaps.length).toBeLessThanOrEqual(30);
  expect(day.readings()).toBe(gaps.length + 1);

  for (const { id, waiting, interacting } of sandbox.snapshot().queues.slice(0, QUEUES))
    expect(sum(day.board(), id)).toEqual({ waiting, interacting });
  console.info(
    `a day: ${witness.length} events, ${missed.length} missed in ${gaps.length} gaps, ${sandbox.tokenRequestCount() - 1} tokens, ${day.sockets.length} sockets`
  );
});

it('26 hours on a token of 48: the channel is kept alive beyond its 24, without a gap', async () => {
  const day = await open(172_800);
  const { sandbox } = day;
  await day.pass(STEP_MS);
  const channel = sandbox.channels.find(({ clientId }) => clientId === SANDBOX_CLIENT.id)?.id;
  for (let at = 0; at < 26 * HOUR; at += STEP_MS) await day.pass(STEP_MS);
  expect(sandbox.channels.find(({ clientId }) => clientId === SANDBOX_CLIENT.id)).toMatchObject({
    id: channel,
    sockets: 1
  });
  expect(day.gaps).toEqual([]);
  expect(day.sockets).toHaveLength(1);
  const lastSeen = day.received.at(-1);
  expect(day.witness.at(-1)?.id).toBe(lastSeen);
});
