import { NOTIFICATIONS_PROTOCOL, type HubServerFrame } from 'genesys-auth-protocol';
import pino from 'pino';
import { startRelay } from '../src/index.ts';
import { KEY, SECRET_ENV, configFor } from '../src/testing/config.ts';
import { type HubTestClient, openHub } from '../src/testing/hub-client.ts';
import { startNotificationServer } from '../src/testing/notification-server.ts';
import { until } from '../src/testing/until.ts';
import { type Random, createChance } from './chance.ts';

/** The outcome of a run. */
export interface HubFuzzReport {
  readonly frames: number;
  /** How many frames of each type came back. */
  readonly answers: Readonly<Record<string, number>>;
  /** What must not happen; empty if all is well. */
  readonly faults: readonly string[];
}

/** A client may send this many frames before its budget of a minute is spent. */
const FRAMES_PER_CLIENT = 230;
const ANSWERS: ReadonlySet<unknown> = new Set<HubServerFrame['type']>([
  ...(['welcome', 'subscribed', 'unsubscribed', 'event', 'gap', 'upstream'] as const),
  ...(['heartbeat', 'pong', 'closing', 'error'] as const)
]);

const TOPICS = [
  ...['v2.analytics.queues.q1.observations', 'v2.analytics.queues.q2.observations', 'v2.users.u1.presence'],
  ...['V2.ANALYTICS.queues.q1.observations', 'v2.users.u1?presence&routingStatus', 'v2.users.u1?', 'v2', 'v2.'],
  ...['routing/queueMetrics', 'Routing/QueueMetrics', 'routing/queueMetrics/q1', 'users/presence', 'routing/'],
  ...['', ' ', '__proto__', 'constructor', 'v2.*', '{queueId}', '\u0000', '\ud800', 'é€😀']
];

/** Makes frames at random. */
function createFrames(random: Random) {
  const { below, pick, often, bytes } = createChance(random);
  const name = () => {
    if (often(0.8)) return pick(TOPICS);
    return often(0.05) ? 'x'.repeat(below(5000)) : `v2.analytics.queues.${bytes(8)}`;
  };
  const names = () => Array.from({ length: often(0.01) ? below(30_000) : below(6) }, name);
  const anything = (): unknown => pick<unknown>([null, true, -1, 1e300, 0.5, '', 'x', [], {}, [[]], bytes(9)]);
  const topics = () => (often(0.9) ? names() : anything());
  const id = () => (often(0.9) ? below(1000) : anything());
  const type = () => (often(0.9) ? pick(['subscribe', 'subscribe', 'unsubscribe', 'ping']) : anything());
  const resume = () =>
    often(0.2)
      ? { resume: pick<unknown>([{ epoch: bytes(5), seq: below(9) }, { epoch: 1, seq: -1 }, anything()]) }
      : {};
  const native = () => ({ type: type(), id: id(), topics: topics(), ...resume() });
  const rpc = () => ({
    jsonrpc: '2.0',
    method: type(),
    id: id(),
    params: often(0.9) ? { channels: topics() } : anything()
  });
  return (): string => {
    const text = JSON.stringify(pick<() => unknown>([native, native, rpc, anything])());
    if (often(0.9)) return text.slice(0, 262_000);
    const at = below(text.length + 1);
    return pick([
      text.slice(0, at),
      text.slice(at),
      `${text.slice(0, at)}${bytes(4)}${text.slice(at)}`,
      '['.repeat(below(9999))
    ]);
  };
}

/**
 * Sends random frames to a hub, by clients of both dialects, some of which do not read. Looks at every answer and every log line.
 *
 * @param count frames
 * @param seed the same seed gives the same frames
 */
export async function fuzzHub(count: number, seed: number): Promise<HubFuzzReport> {
  const chance = createChance(seed);
  const next = createFrames(chance.random);
  process.env[SECRET_ENV] = 'relay-secret';
  const server = await startNotificationServer();
  server.rejected.add('v2.analytics.queues.q2.observations');
  const faults: string[] = [];
  const complain = (fault: string): void => {
    if (faults.length < 20) faults.push(fault);
  };
  const log = pino(
    { level: 'info', base: null },
    {
      write: (line: string) => {
        if (/internal_error|"level":50/.test(line)) complain(line.slice(0, 500));
      }
    }
  );
  const relay = await startRelay(
    configFor(server, {
      scopes: ['analytics', 'routing', 'notifications', 'presence'],
      roles: { developer: { scopes: ['analytics', 'notifications'] } },
      notifications: {},
      limits: { requestsPerMinute: 1_000_000 }
    }),
    { log }
  );
  const headers = { authorization: `Bearer ${KEY.key}` };
  const open = (protocols: readonly string[]) => openHub(relay.url, { headers, protocols });
  const answers: Record<string, number> = {};
  const judge = (client: HubTestClient): void => {
    for (const frame of client.frames) {
      const type = frame.type ?? (frame['jsonrpc'] === '2.0' ? 'rpc' : 'none');
      answers[type] = (answers[type] ?? 0) + 1;
      if (type !== 'rpc' && !ANSWERS.has(type))
        complain(`a frame of an unknown type: ${JSON.stringify(frame).slice(0, 200)}`);
      if (frame['code'] === 'internal_error') complain(`internal_error: ${JSON.stringify(frame)}`);
    }
  };
  let sent = 0;
  while (sent < count) {
    const client = await open(chance.often(0.5) ? [NOTIFICATIONS_PROTOCOL] : []);
    const reads = chance.often(0.7);
    if (!reads) client.socket.pause();
    for (let n = 0; n < FRAMES_PER_CLIENT && sent < count; n += 1, sent += 1) {
      client.socket.send(next());
      if (chance.often(0.05)) server.emit('v2.analytics.queues.q1.observations', { n });
    }
    await until(() => client.socket.bufferedAmount === 0, 'the hub to read all frames');
    client.socket.resume();
    if (reads && client.socket.protocol !== '') {
      // It is answered after everything before it.
      client.send({ type: 'unsubscribe', id: 12_345, topics: [] });
      const isAnswered = () =>
        client.socket.readyState !== client.socket.OPEN || client.of('unsubscribed').some(({ id }) => id === 12_345);
      await until(isAnswered, 'the last answer').catch(() => {
        complain(`no answer after ${sent} frames`);
      });
    }
    judge(client);
    client.close();
    await client.closed;
  }
  // The hub still serves.
  const after = await open([NOTIFICATIONS_PROTOCOL]);
  const { topics } = await after.subscribe(['v2.analytics.queues.q1.observations']);
  if (topics[0]?.state !== 'permitted') complain(`afterwards: ${JSON.stringify(topics)}`);
  const hasEvent = () => {
    server.emit('v2.analytics.queues.q1.observations', { n: 0 });
    return after.of('event').length > 0;
  };
  await until(hasEvent, 'an event afterwards').catch(() => {
    complain('no event afterwards');
  });
  judge(after);
  after.close();
  await relay.close();
  await server.close();
  return { frames: sent, answers, faults };
}
