import { type Sandbox, createSandbox } from '../index.ts';
import { ApiClient, FakeClock, MONDAY, type Result, type Stats, closeAll, start } from '../../test/harness.ts';

const PATH = '/api/v2/analytics/conversations/aggregates/query';
const HOUR = 3_600_000;
const span = (from: number, to: number): string => `${new Date(from).toISOString()}/${new Date(to).toISOString()}`;
const LAST_HOUR = span(MONDAY - HOUR, MONDAY);

afterEach(closeAll);

// One sandbox for whoever only reads: each would warm up its own hours of history.
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ clock: new FakeClock() });
});
afterAll(() => sandbox.close());

async function query(body: object): Promise<Result[]> {
  const answer = await (await ApiClient.of(sandbox)).post(PATH, body);
  expect([answer.status, answer.text.slice(0, 200)]).toEqual([200, expect.anything()]);
  return answer.body.results ?? [];
}
const total = (results: Result[], metric: string, field: keyof Stats = 'count'): number =>
  results
    .flatMap(({ data }) => data.flatMap(({ metrics }) => metrics))
    .filter((entry) => entry.metric === metric)
    .reduce((sum, { stats }) => sum + stats[field], 0);

it('has hours of history from the start, in the shape of Genesys', async () => {
  const metrics = ['nOffered', 'tAnswered', 'tAbandon', 'tTalk', 'tHandle', 'tWait', 'oServiceLevel', 'nConnected'];
  const results = await query({ interval: LAST_HOUR, groupBy: ['queueId'], metrics });
  expect(results.length).toBeGreaterThanOrEqual(8);
  for (const { group, data } of results) {
    expect(Object.keys(group).sort()).toEqual(['mediaType', 'queueId']);
    expect(data.map(({ interval }) => interval)).toEqual([LAST_HOUR]);
    for (const { metric, stats } of data[0]!.metrics) {
      if (metric.startsWith('n')) expect(Object.keys(stats)).toEqual(['count']);
      else if (metric === 'oServiceLevel') {
        expect(Object.keys(stats)).toEqual(['ratio', 'numerator', 'denominator', 'target']);
        expect(stats.ratio).toBeCloseTo(stats.numerator / stats.denominator);
      } else {
        expect(Object.keys(stats)).toEqual(['max', 'min', 'count', 'sum']);
        expect(stats.min * stats.count).toBeLessThanOrEqual(stats.sum);
        expect(stats.max * stats.count).toBeGreaterThanOrEqual(stats.sum);
      }
    }
  }
  const offered = total(results, 'nOffered');
  expect(offered).toBeGreaterThan(1500);
  expect(total(results, 'tAnswered') + total(results, 'tAbandon')).toBe(total(results, 'tWait'));
  expect(Math.abs(total(results, 'tWait') - offered)).toBeLessThan(100);
  expect(total(results, 'nConnected')).toBe(total(results, 'tAnswered'));
  expect(total(results, 'oServiceLevel', 'denominator')).toBe(total(results, 'tWait'));
});

it('cuts by granularity into parts that add up to the whole', async () => {
  const metrics = ['nOffered', 'tTalk', 'oServiceLevel'];
  const whole = await query({ interval: LAST_HOUR, metrics });
  const parts = await query({ interval: LAST_HOUR, granularity: 'PT15M', metrics });
  for (const metric of ['nOffered', 'tTalk']) expect(total(parts, metric)).toBe(total(whole, metric));
  expect(total(parts, 'tTalk', 'sum')).toBe(total(whole, 'tTalk', 'sum'));
  const voice = parts.find(({ group }) => group['mediaType'] === 'voice');
  expect(voice?.data.map(({ interval }) => interval)).toEqual(
    [0, 1, 2, 3].map((quarter) => span(MONDAY - HOUR + quarter * 900_000, MONDAY - HOUR + (quarter + 1) * 900_000))
  );
  const uneven = await query({ interval: LAST_HOUR, granularity: 'PT40M', metrics: ['nOffered'] });
  expect(uneven[0]?.data.at(-1)?.interval).toBe(span(MONDAY - HOUR / 3, MONDAY));
  expect(total(uneven, 'nOffered')).toBe(total(whole, 'nOffered'));
});

it('groups by what is asked, and by media type always', async () => {
  const plain = await query({ interval: LAST_HOUR, metrics: ['nOffered'] });
  expect(plain.map(({ group }) => Object.keys(group))).toEqual(plain.map(() => ['mediaType']));
  expect(new Set(plain.map(({ group }) => group['mediaType'])).size).toBe(5);
  const agents = await query({ interval: LAST_HOUR, groupBy: ['userId'], metrics: ['tHandle', 'nOffered'] });
  // An offer is the queue's; a handled conversation is somebody's.
  for (const { group, data } of agents) {
    const metrics = new Set(data.flatMap((part) => part.metrics.map(({ metric }) => metric)));
    expect([...metrics]).toEqual(['userId' in group ? 'tHandle' : 'nOffered']);
  }
  const others = await query({ interval: LAST_HOUR, groupBy: ['wrapUpCode', 'direction'], metrics: ['nOffered'] });
  expect(others[0]?.group).toEqual({ mediaType: expect.any(String), direction: 'inbound' });
});

it('filters by queue, media type and agent', async () => {
  const api = await ApiClient.of(sandbox);
  const [queue] = sandbox.snapshot().queues;
  const ask = async (filter?: object): Promise<Result[]> =>
    (await api.post(PATH, { interval: LAST_HOUR, groupBy: ['queueId'], metrics: ['nOffered'], filter })).body.results ??
    [];
  const of = (dimension: string, value: string): object => ({ dimension, value });
  const mine = await ask({ type: 'or', predicates: [of('queueId', queue!.id)] });
  expect(new Set(mine.map(({ group }) => group['queueId']))).toEqual(new Set([queue!.id]));
  expect(total(mine, 'nOffered')).toBeLessThan(total(await ask(), 'nOffered'));
  const callbacks = await ask({ type: 'and', predicates: [of('queueId', queue!.id), of('mediaType', 'callback')] });
  expect(callbacks).toHaveLength(1);
  expect(await ask({ type: 'or', predicates: [of('direction', 'outbound')] })).toEqual([]);
  expect(await ask({ type: 'and', predicates: [{ dimension: 'userId', operator: 'exists' }] })).toEqual([]);
});

it('answers an empty object for a time without data', async () => {
  const api = await ApiClient.of(sandbox);
  for (const [from, to] of [
    [MONDAY - 1000 * HOUR, MONDAY - 999 * HOUR],
    [MONDAY, MONDAY + HOUR]
  ] as const) {
    const { body } = await api.post(PATH, { interval: span(from, to), metrics: ['tTalk'] });
    expect(body).toEqual({});
  }
  const never = await api.post(PATH, { interval: LAST_HOUR, metrics: ['nOutbound', 'tVoicemail'] });
  expect([never.status, never.body]).toEqual([200, {}]);
});

it('counts on as time passes', async () => {
  const { sandbox: moving, clock } = await start();
  const api = await ApiClient.of(moving);
  const ask = async (): Promise<Result[]> =>
    (await api.post(PATH, { interval: span(MONDAY, MONDAY + HOUR), metrics: ['nOffered'] })).body.results ?? [];
  expect(total(await ask(), 'nOffered')).toBe(0);
  clock.pass(60_000);
  const first = total(await ask(), 'nOffered');
  expect(first).toBeGreaterThan(10);
  clock.pass(60_000);
  expect(total(await ask(), 'nOffered')).toBeGreaterThan(first);
});

it('understands views', async () => {
  const view = (name: string, range: object): object => ({ name, target: 'tAnswered', function: 'rangeBound', range });
  const [voice] = await query({
    interval: LAST_HOUR,
    metrics: ['tAnswered'],
    views: [view('soon', { gte: 0, lt: 20_000 }), view('late', { gte: 20_000 })],
    filter: { type: 'and', predicates: [{ dimension: 'mediaType', value: 'voice' }] }
  });
  const [part] = voice!.data;
  const [soon, late] = part!.views!;
  expect(soon!.stats.max).toBeLessThan(20_000);
  expect(late!.stats.min).toBeGreaterThanOrEqual(20_000);
  expect(soon!.stats.count + late!.stats.count).toBe(part!.metrics[0]!.stats.count);
});

it.each([
  ['2026-11-23T09:00:00/2026-11-23T10:00:00'],
  ['2026-11-23T09:00Z/2026-11-23T10:00Z'],
  ['2026-11-23T10:00:00+01:00/2026-11-23T11:00:00+0100'],
  ['2026-11-23T09/2026-11-23T10'],
  ['2026-11-23T09:00:00.000000000Z/2026-11-23T10:00:00.000Z']
])('reads the interval %s', async (interval) => {
  const [first] = await query({ interval, metrics: ['nOffered'] });
  expect(first?.data[0]?.interval).toBe(LAST_HOUR);
});

describe('a query that makes no sense', () => {
  const good = { interval: LAST_HOUR, metrics: ['nOffered'] };
  it.each([
    ['no interval', { metrics: ['nOffered'] }, 'constraint.validation'],
    ['half an interval', { ...good, interval: '2026-11-23T09:00:00Z' }, 'bad.request'],
    ['an interval of three', { ...good, interval: `${LAST_HOUR}/2026-11-23T12:00:00Z` }, 'bad.request'],
    ['a backward interval', { ...good, interval: span(MONDAY, MONDAY - HOUR) }, 'bad.request'],
    ['an empty interval', { ...good, interval: span(MONDAY, MONDAY) }, 'bad.request'],
    ['dates that are none', { ...good, interval: 'today/tomorrow' }, 'invalid.date'],
    ['30 February', { ...good, interval: '2026-02-30T00:00:00Z/2026-03-02T00:00:00Z' }, 'invalid.date'],
    ['hour 25', { ...good, interval: '2026-02-20T25:00:00Z/2026-03-02T00:00:00Z' }, 'invalid.date'],
    ['an interval that is a number', { ...good, interval: 7 }, 'bad.request'],
    ['no metrics', { interval: LAST_HOUR }, 'constraint.validation'],
    ['an unknown metric', { ...good, metrics: ['nOffered', 'nMagic'] }, 'invalid.value'],
    ['an unknown dimension', { ...good, groupBy: ['colour'] }, 'invalid.value'],
    ['a granularity that is none', { ...good, granularity: '15 minutes' }, 'bad.request'],
    ['a granularity of nothing', { ...good, granularity: 'PT0S' }, 'bad.request'],
    [
      'a granularity too fine',
      { ...good, interval: span(MONDAY - 8 * HOUR, MONDAY), granularity: 'PT1S' },
      'bad.request'
    ],
    ['a granularity beyond numbers', { ...good, granularity: `P${'9'.repeat(300)}D` }, 'bad.request'],
    ['an unknown time zone', { ...good, timeZone: 'Moon/Tranquility' }, 'invalid.value'],
    ['a filter that is none', { ...good, filter: 'queueId' }, 'bad.request'],
    [
      'a view of nothing',
      { ...good, views: [{ name: 'v', function: 'rangeBound', range: {} }] },
      'constraint.validation'
    ]
  ])('%s is a 400', async (_what, body, code) => {
    const answer = await (await ApiClient.of(sandbox)).post(PATH, body);
    expect([answer.status, answer.body.code]).toEqual([400, code]);
  });

  it('takes months and years as granularity, too', async () => {
    const interval = '2026-01-31T00:00:00Z/2026-12-31T00:00:00Z';
    const results = await query({ interval, granularity: 'P1M', metrics: ['nOffered'] });
    expect(results[0]?.data[0]?.interval).toBe('2026-10-31T00:00:00.000Z/2026-11-30T00:00:00.000Z');
    expect(await query({ ...good, granularity: 'P1Y' })).toHaveLength(5);
  });
});
