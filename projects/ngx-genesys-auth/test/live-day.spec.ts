/**
 * @jest-environment node
 */
import { TestBed } from '@angular/core/testing';
import { SANDBOX_CLIENT, type Sandbox, type SandboxClient } from 'genesys-sandbox';
import { finalize, map, tap } from 'rxjs';
import { WebSocket } from 'ws';
import { type GenesysEvent, type GenesysGap, type QueueObservationsBody, createLiveApp, startServers } from './live';

// Days of a wallboard, in fake time, with the real library, relay and sandbox over real sockets.
const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 23, 6);
/** How often the contact centre is looked at. */
const STEP_MS = 30_000;
/** However a connection was lost, a topic delivers after so long: a heartbeat has to be missed first. */
const RECOVERED_MS = 90_000;
/** So many of the queues are on the board all the time. */
const QUEUES = 3;
/** So many more come and go. */
const VISITED = 2;
/** Only the witness asks for this topic: what it has of it came after all that was sent before. */
const MARK = 'v2.users.00000000-0000-4000-8000-000000000001.voicemail.messages';
/** How far the clock goes before the test looks whether anybody waits for an answer. A day without faults takes larger steps. */
const SLICE_MS = 500;
const CALM_SLICE_MS = 2_000;
/** How long the day with faults is: `npm run soak -- live-day` makes it 24 hours or more. */
const HOURS = Number(process.env['LIVE_DAY_HOURS'] ?? 8);
const LOSSES = HOURS * 1.25;
/** An observer with a separate client, which no fault affects. */
const WITNESS = { id: 'witness', secret: 'w', accessTokenValiditySeconds: 172_800 } satisfies SandboxClient;

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
  readonly topic: string;
  readonly at: number;
}

/**
 * @returns what was seen; a way to make the witness's channel live another 24 hours; and one to wait until everything that was
 * sent has come
 */
async function watch(
  sandbox: Sandbox,
  topics: readonly string[]
): Promise<{ seen: Sighting[]; renew: () => Promise<unknown>; drain: () => Promise<void> }> {
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
      body: JSON.stringify([...topics, MARK].map((id) => ({ id })))
    });
  await renew();
  const seen: Sighting[] = [];
  let marks = 0;
  let marked = 0;
  const socket = new WebSocket(channel['connectUri'] ?? '');
  ends.push(() => {
    socket.terminate();
  });
  socket.on('message', (data: Buffer) => {
    const frame: GenesysEvent = JSON.parse(data.toString('utf8'));
    const { topicName: topic } = frame;
    const id = frame.metadata?.CorrelationId;
    if (topic === MARK) marked = Number(frame.eventBody);
    // The sandbox sends doubles one right after the other.
    else if (id !== undefined && seen.at(-1)?.id !== id) seen.push({ id, topic, at: Date.now() });
  });
  await new Promise((resolve) => socket.on('open', resolve));
  const drain = async (): Promise<void> => {
    sandbox.publish(MARK, ++marks);
    for (let turn = 0; marked < marks && turn < 100_000; turn++) await io(1);
    expect(marked).toBe(marks);
  };
  return { seen, renew, drain };
}

const observations = (queueId: string) => `v2.analytics.queues.${queueId}.observations` as const;

/** A page that is open for a while, and shows one queue. Moments are milliseconds since the epoch. */
interface Visit {
  readonly topic: string;
  readonly queueId: string;
  /** Correlation ids of what came. */
  readonly got: readonly string[];
  readonly openedAt: number;
  /** When its state was first read: from then on nothing may be missed without a word. */
  coveredAt: number;
  leftAt: number;
  board(): Board;
  leave(): void;
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

async function open(tokenSeconds: number, sliceMs = SLICE_MS) {
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
  const topics = queues.map(observations);
  const visited = sandbox
    .snapshot()
    .queues.slice(QUEUES, QUEUES + VISITED)
    .map(({ id }) => id);
  const { seen: witness, renew, drain } = await watch(sandbox, [...topics, ...visited.map(observations)]);
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
  const url = `${sandbox.apiOrigin}/api/v2/analytics/queues/observations/query`;
  const ask = (ids: readonly string[]) =>
    app.http
      .post<Answer>(url, {
        filter: { type: 'or', predicates: ids.map((value) => ({ dimension: 'queueId', value })) },
        metrics: ['oWaiting', 'oInteracting']
      })
      .pipe(map(read));
  let readings = 0;
  app.live
    .withCatchUp(topics, () => ask(queues).pipe(tap(() => readings++)), apply)
    .subscribe((state) => (board = state));
  const visit = (queueId: string): Visit => {
    const topic = observations(queueId);
    const got: string[] = [];
    let state: Board = new Map();
    const subscription = app.live.topic(topic).subscribe(({ metadata }) => got.push(metadata?.CorrelationId ?? ''));
    const own: Visit = {
      topic,
      queueId,
      got,
      openedAt: Date.now(),
      coveredAt: Infinity,
      leftAt: Infinity,
      board: () => state,
      leave: () => {
        own.leftAt = Date.now();
        subscription.unsubscribe();
      }
    };
    const first = (): void => {
      own.coveredAt = Math.min(own.coveredAt, Date.now());
    };
    subscription.add(
      app.live.withCatchUp(topic, () => (first(), ask([queueId])), apply).subscribe((next) => (state = next))
    );
    return own;
  };
  /** What is done as soon as a connection is being opened. */
  const whileConnecting: (() => void)[] = [];

  const busy = (): boolean => pending > 0 || app.sockets.some(({ readyState }) => readyState === WebSocket.CONNECTING);
  const settle = async (): Promise<void> => {
    for (let turn = 0; busy() && turn < 100_000; turn++) {
      if (app.live.state() === 'connecting') whileConnecting.shift()?.();
      await io(1);
    }
  };
  /** Lets time pass, and the world keep up with it. */
  const pass = async (ms: number): Promise<void> => {
    for (const end = Date.now() + ms; Date.now() < end;) {
      jest.advanceTimersByTime(Math.min(sliceMs, end - Date.now()));
      await io(2);
      if (busy()) await settle();
    }
    if (Date.now() - START > renewals * 6 * HOUR) {
      renewals++;
      await renew();
    }
    sandbox.pulse();
    await drain();
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
    topics,
    visited,
    visit,
    whileConnecting,
    pass,
    board: () => board,
    readings: () => readings
  };
}

it('tokens that end, sockets told to go, losses, topics that come and go: every event once and in order, every gap reported, and the board right at the end', async () => {
  const day = await open(5 * 3600);
  const { sandbox, live, gaps, received, witness } = day;
  const random = seeded(20261123);
  const moments = (count: number) =>
    Array.from({ length: count }, () => Math.floor(random() * HOURS * HOUR)).sort((a, b) => a - b);
  const [losses, closings, turns] = [moments(LOSSES), moments(HOURS / 2), moments(HOURS * 3)];
  const due = (at: number, plan: number[]): boolean => (plan[0] ?? Infinity) <= at && plan.shift() !== undefined;
  const { clientId } = { clientId: SANDBOX_CLIENT.id };
  const pages = new Map<string, Visit>();
  const visits: Visit[] = [];
  /** A page with the queue is opened, or closed if it is open. */
  const turn = (queueId: string): void => {
    const visit = pages.get(queueId);
    visit?.leave();
    pages.delete(queueId);
    if (visit) return;
    const next = day.visit(queueId);
    visits.push(next);
    pages.set(queueId, next);
  };
  const any = (): string => day.visited[Math.floor(random() * VISITED)] ?? '';
  sandbox.faults.add({ type: 'duplicateEvents', times: 2000 });
  await day.pass(STEP_MS);
  expect(live.state()).toBe('live');
  const kinds = ['dropSockets', 'closeSockets', 'freezeSockets'] as const;
  let lost = 0;
  let connecting = 0;
  for (let at = 0; at < HOURS * HOUR; at += STEP_MS) {
    while (due(at, turns)) turn(any());
    while (due(at, losses)) {
      sandbox.faults.add({ type: kinds[lost++ % 3] ?? 'dropSockets', clientId });
      // Some come or go as the connection is lost, and as the next one is being opened.
      if (lost % 2 === 0) turn(any());
      day.whileConnecting.push(() => {
        connecting++;
        turn(any());
      });
    }
    while (due(at, closings)) {
      sandbox.faults.add({ type: 'socketClosing', clientId });
      turn(any());
    }
    await day.pass(STEP_MS);
  }
  for (const queueId of day.visited) if (!pages.has(queueId)) turn(queueId);
  // A calm end: whatever is open is made good.
  for (let step = 0; step < 15; step++) await day.pass(STEP_MS);
  expect(lost).toBe(LOSSES);
  expect(connecting).toBeGreaterThan(LOSSES / 3);
  expect(live.state()).toBe('live');

  const order = new Map(witness.map(({ id }, index) => [id, index]));
  const always = day.topics.map((topic) => ({ topic, got: received, coveredAt: START, leftAt: Infinity }));
  for (const got of [received, ...visits.map((visit) => visit.got)]) {
    const places = got.map((id) => order.get(id) ?? -1);
    expect(new Set(got).size).toBe(got.length);
    expect(places.every((place, n) => place > (places[n - 1] ?? -1))).toBe(true);
  }

  const unread = visits.filter(
    ({ openedAt, coveredAt, leftAt }) => Math.min(coveredAt, leftAt) > openedAt + RECOVERED_MS
  );
  expect(unread.map(({ topic, openedAt }) => [topic, openedAt])).toEqual([]);
  // Of each topic, while it was listened to: it came, or a gap of this topic says so, to the moment.
  const missed = [...always, ...visits].flatMap(({ topic, got, coveredAt, leftAt }) => {
    const came = new Set(got);
    return witness.filter(({ id, topic: own, at }) => own === topic && at > coveredAt && at < leftAt && !came.has(id));
  });
  const silent = missed.filter(
    ({ topic, at }) =>
      !gaps.some(({ topics, from, to }) => topics.includes(topic) && at >= from.getTime() && at <= to.getTime())
  );
  expect(missed.length).toBeGreaterThan(LOSSES);
  expect(silent).toEqual([]);
  // No false gap is reported: every gap belongs to a loss, and to all topics of that time.
  expect(gaps.length).toBeGreaterThan(0);
  expect(gaps.length).toBeLessThanOrEqual(LOSSES);
  expect(gaps.filter(({ topics }) => !day.topics.every((topic) => topics.includes(topic)))).toEqual([]);
  expect(gaps.some(({ topics }) => topics.length > QUEUES)).toBe(true);
  expect(day.readings()).toBe(gaps.length + 1);

  for (const { id, waiting, interacting } of sandbox.snapshot().queues.slice(0, QUEUES + VISITED))
    expect(sum(pages.get(id)?.board() ?? day.board(), id)).toEqual({ waiting, interacting });
  console.info(
    `a day: ${witness.length} events, ${missed.length} missed in ${gaps.length} gaps, ${visits.length} visits, ${sandbox.tokenRequestCount() - 1} tokens, ${day.sockets.length} sockets`
  );
});

// It takes as long as all other tests of this file, so only the soak runs it.
if (HOURS >= 24) {
  it('26 hours on a token of 48: the channel is kept alive beyond its 24, without a gap', async () => {
    const day = await open(172_800, CALM_SLICE_MS);
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
    expect(day.witness.filter(({ topic }) => day.topics.some((own) => own === topic)).at(-1)?.id).toBe(lastSeen);
  });
}
