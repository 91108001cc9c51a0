import { type Sandbox, createSandbox } from '../index.ts';
import { ApiClient, FakeClock, type Result, closeAll, start } from '../../test/harness.ts';

const PATH = '/api/v2/analytics/queues/observations/query';
const METRICS = [
  'oActiveUsers',
  'oAlerting',
  'oInteracting',
  'oLongestInteracting',
  'oLongestWaiting',
  'oMemberUsers',
  'oOffQueueUsers',
  'oOnQueueUsers',
  'oUserPresences',
  'oUserRoutingStatuses',
  'oWaiting'
];
const MEDIA = ['callback', 'chat', 'email', 'message', 'voice'];

afterEach(closeAll);

const forQueues = (...ids: string[]): object => ({
  type: 'or',
  predicates: ids.map((value) => ({ type: 'dimension', dimension: 'queueId', operator: 'matches', value }))
});

const sum = (results: Result[], metric: string, pick: (result: Result) => boolean = () => true): number =>
  results
    .filter(pick)
    .flatMap(({ data }) => data)
    .filter((data) => data.metric === metric)
    .reduce((total, { stats }) => total + stats.count, 0);

it('tells the same as the contact centre itself', async () => {
  const { sandbox, clock } = await start();
  const api = await ApiClient.of(sandbox);
  for (let minute = 0; minute < 5; minute++) {
    clock.pass(60_000);
    const { queues } = sandbox.snapshot();
    const { status, body } = await api.post(PATH, {
      filter: forQueues(...queues.map(({ id }) => id)),
      metrics: METRICS
    });
    expect(status).toBe(200);
    const results = body.results ?? [];
    for (const queue of queues) {
      const mine = ({ group }: Result): boolean => group['queueId'] === queue.id;
      const oldest = results
        .filter(mine)
        .flatMap(({ data }) => data.filter((data) => data.metric === 'oLongestWaiting'));
      expect({
        waiting: sum(results, 'oWaiting', mine),
        alerting: sum(results, 'oAlerting', mine),
        interacting: sum(results, 'oInteracting', mine),
        onQueueAgents: sum(results, 'oOnQueueUsers', mine),
        members: sum(results, 'oMemberUsers', mine),
        oldest: oldest.length === 0 ? null : Math.min(...oldest.map(({ stats }) => stats.calculatedMetricValue))
      }).toEqual({
        waiting: queue.waiting,
        alerting: queue.alerting,
        interacting: queue.interacting,
        onQueueAgents: queue.onQueueAgents,
        members: queue.members,
        oldest: queue.oldestWaitingSince
      });
      expect(sum(results, 'oOffQueueUsers', mine)).toBe(queue.members - queue.onQueueAgents);
      expect(sum(results, 'oUserRoutingStatuses', mine)).toBe(queue.members);
      expect(sum(results, 'oUserPresences', mine)).toBe(queue.members);
    }
  }
});

it('groups conversations by queue and media type, agents by queue and qualifier', async () => {
  const { sandbox } = await start();
  const api = await ApiClient.of(sandbox);
  const [queue] = sandbox.snapshot().queues;
  const { body } = await api.post(PATH, { filter: forQueues(queue!.id), metrics: METRICS });
  const results = body.results ?? [];
  expect(results.map(({ group }) => group)).toEqual([
    ...MEDIA.map((mediaType) => ({ queueId: queue!.id, mediaType })),
    { queueId: queue!.id }
  ]);
  const users = results.at(-1)!.data;
  for (const { metric, qualifier } of users) {
    if (metric === 'oMemberUsers' || metric === 'oActiveUsers') expect(qualifier).toBeUndefined();
    else if (metric === 'oUserPresences') {
      const known = Object.values(body.systemToOrganizationMappings).flat();
      expect(known).toContain(qualifier);
    } else expect(qualifier).toMatch(/^[A-Z_]+$/);
  }
  expect(users.filter(({ metric }) => metric === 'oOnQueueUsers').map(({ qualifier }) => qualifier)).toContain(
    'INTERACTING'
  );
});

it('lists the observations of a detail metric, oldest first', async () => {
  const { sandbox, clock } = await start();
  const api = await ApiClient.of(sandbox);
  const ids = sandbox.snapshot().queues.map(({ id }) => id);
  const metrics = ['oWaiting', 'oInteracting', 'oOnQueueUsers'];
  const { body } = await api.post(PATH, { filter: forQueues(...ids), metrics, detailMetrics: metrics });
  let seen = 0;
  for (const { data } of body.results ?? [])
    for (const { stats, truncated, observations = [], metric } of data) {
      expect([truncated, observations.length]).toEqual([false, stats.count]);
      const dates = observations.map(({ observationDate }) => Date.parse(observationDate));
      expect(dates.every((date) => date <= clock.now())).toBe(true);
      if (metric !== 'oOnQueueUsers') {
        expect(dates).toEqual([...dates].sort());
        expect(observations.every(({ conversationId }) => /^[\da-f-]{36}$/.test(conversationId ?? ''))).toBe(true);
      } else expect(observations.every(({ userId }) => userId !== undefined)).toBe(true);
      seen += observations.length;
    }
  expect(seen).toBeGreaterThan(50);
});

it('keeps a conversation recognisable from one look to the next', async () => {
  const { sandbox, clock } = await start();
  const api = await ApiClient.of(sandbox);
  const ids = sandbox.snapshot().queues.map(({ id }) => id);
  const look = async (): Promise<Map<string, string>> => {
    const query = { filter: forQueues(...ids), metrics: ['oInteracting'], detailMetrics: ['oInteracting'] };
    const { body } = await api.post(PATH, query);
    const all = (body.results ?? []).flatMap(({ data }) => data[0]?.observations ?? []);
    return new Map(all.map(({ conversationId = '', observationDate }) => [conversationId, observationDate]));
  };
  const before = await look();
  clock.pass(2000);
  const after = await look();
  const still = [...before].filter(([id]) => after.has(id));
  expect(still.length).toBeGreaterThan(before.size / 2);
  for (const [id, date] of still) expect(after.get(id)).toBe(date);
});

describe('the filter', () => {
  const groups = async (filter: object, metrics = ['oWaiting', 'oMemberUsers']): Promise<string[]> => {
    const { sandbox } = await start();
    const api = await ApiClient.of(sandbox);
    const names = new Map(sandbox.snapshot().queues.map(({ id, name }) => [id, name]));
    const byName = JSON.stringify(filter).replaceAll(/@(\w+)/g, (_, word: string) => {
      const found = [...names].find(([, name]) => name.startsWith(word));
      return found?.[0] ?? '';
    });
    const { body } = await api.post(PATH, { filter: JSON.parse(byName), metrics });
    return (body.results ?? []).map(
      ({ group }) => `${names.get(group['queueId'] ?? '') ?? ''}/${group['mediaType'] ?? 'agents'}`
    );
  };
  const queue = (value: string): object => ({ dimension: 'queueId', value });
  const media = (value: string): object => ({ dimension: 'mediaType', value });

  it('joins predicates and clauses by and, or', async () => {
    expect(await groups({ type: 'and', predicates: [queue('@Claims'), media('voice')] })).toEqual([
      'Claims/voice',
      'Claims/agents'
    ]);
    expect(await groups({ type: 'and', predicates: [queue('@Claims'), queue('@Email')] })).toEqual([]);
    expect(
      await groups({
        type: 'AND',
        clauses: [
          { type: 'or', predicates: [queue('@Claims'), queue('@Email')] },
          { type: 'or', predicates: [media('voice'), media('email')] }
        ]
      })
    ).toEqual([
      'Claims/email',
      'Claims/voice',
      'Claims/agents',
      'Email Desk/email',
      'Email Desk/voice',
      'Email Desk/agents'
    ]);
    expect(
      await groups({
        type: 'or',
        predicates: [queue('@Email')],
        clauses: [{ type: 'and', predicates: [queue('@Claims'), media('chat')] }]
      })
    ).toEqual(['Claims/chat', 'Claims/agents', ...MEDIA.map((name) => `Email Desk/${name}`), 'Email Desk/agents']);
  });

  it('knows exists and notExists, and answers an empty object when nothing fits', async () => {
    expect(
      await groups({ type: 'and', predicates: [{ dimension: 'queueId', operator: 'exists' }, media('email')] })
    ).toHaveLength(16);
    expect(await groups({ type: 'and', predicates: [{ dimension: 'queueId', operator: 'notExists' }] })).toEqual([]);
    expect(await groups(forQueues('none'))).toEqual([]);
  });
});

describe('a query that makes no sense', () => {
  // One sandbox for all: each would warm up its own hours of history.
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await createSandbox({ clock: new FakeClock() });
  });
  afterAll(() => sandbox.close());

  const good = { filter: forQueues('x'), metrics: ['oWaiting'] };
  it.each([
    ['no filter', { metrics: ['oWaiting'] }, 'constraint.validation', 'filter is required'],
    ['no metrics', { filter: good.filter }, 'constraint.validation', 'metrics is required'],
    ['empty metrics', { ...good, metrics: [] }, 'constraint.validation', 'metrics'],
    ['an unknown metric', { ...good, metrics: ['oNope'] }, 'invalid.value', 'oNope'],
    ['a metric that is not a name', { ...good, metrics: [{}] }, 'invalid.value', 'metrics'],
    ['metrics that are no list', { ...good, metrics: 'oWaiting' }, 'bad.request', ''],
    [
      'a detail metric without details',
      { ...good, detailMetrics: ['oLongestWaiting'] },
      'invalid.value',
      'oLongestWaiting'
    ],
    [
      'a filter without type',
      { ...good, filter: { predicates: [{ dimension: 'queueId', value: 'x' }] } },
      'constraint.validation',
      'type'
    ],
    ['a filter of another type', { ...good, filter: { ...good.filter, type: 'xor' } }, 'invalid.value', 'xor'],
    ['an empty filter', { ...good, filter: { type: 'or' } }, 'constraint.validation', 'filter'],
    [
      'an empty clause',
      { ...good, filter: { type: 'or', clauses: [{ type: 'or' }] } },
      'constraint.validation',
      'clause'
    ],
    [
      'an unknown dimension',
      { ...good, filter: { type: 'or', predicates: [{ dimension: 'userId', value: 'x' }] } },
      'invalid.value',
      'userId'
    ],
    [
      'a predicate without value',
      { ...good, filter: { type: 'or', predicates: [{ dimension: 'queueId' }] } },
      'constraint.validation',
      'value'
    ],
    ['a predicate that is none', { ...good, filter: { type: 'or', predicates: [7] } }, 'bad.request', ''],
    ['a value with line breaks', { ...good, metrics: ['a\r\nSet-Cookie: b'] }, 'invalid.value', 'a  Set-Cookie']
  ])('%s is a 400 that says so', async (_what, query, code, text) => {
    const { status, body } = await (await ApiClient.of(sandbox)).post(PATH, query);
    expect([status, body.code]).toEqual([400, code]);
    expect(body.message).toContain(text);
  });
});
