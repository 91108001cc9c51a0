import { ApiClient, closeAll, start } from '../../test/harness.ts';
import { type Frame, Listener, channelOf, hangUp } from '../../test/streaming.ts';

afterEach(hangUp);
afterEach(closeAll);

interface Observed {
  readonly group: { queueId: string; mediaType?: string };
  readonly data: {
    interval: string;
    metrics: { metric: string; qualifier?: string; stats: Record<string, number> }[];
  }[];
}

function observed({ eventBody }: Frame): Observed {
  const body: Observed = JSON.parse(JSON.stringify(eventBody));
  return body;
}

async function listen(topicsOf: (queue: string, user: string) => string[]) {
  const { sandbox, clock } = await start({ rateLimit: { requestsPerMinute: false } });
  const api = await ApiClient.of(sandbox);
  const queue = sandbox.snapshot().queues[2]?.id ?? '';
  const members = await api.get(`/api/v2/routing/queues/${queue}/members?pageSize=100`);
  const user = members.body.entities[0]?.id ?? '';
  const channel = await channelOf(api, ...topicsOf(queue, user));
  const listener = await Listener.to(channel.connectUri);
  await listener.settle();
  const live = async (ms: number): Promise<void> => {
    clock.pass(ms);
    sandbox.pulse();
    await listener.settle();
  };
  return { sandbox, clock, api, queue, user, listener, live };
}

it('the figures of a queue follow the centre, and end as the API and the snapshot say', async () => {
  const { sandbox, api, queue, listener, live } = await listen((id) => [`v2.analytics.queues.${id}.observations`]);
  const at = new Map<string, number>();
  for (let second = 0; second < 120; second++) await live(1000);
  const events = listener.of('v2.analytics').map(observed);
  for (const { group, data } of events)
    for (const { metric, qualifier, stats } of data[0]?.metrics ?? [])
      if (stats['count'] !== undefined && metric.startsWith('o'))
        at.set(`${group.mediaType ?? ''} ${metric} ${qualifier ?? ''}`, stats['count']);
  expect(events.length).toBeGreaterThan(50);
  expect(events.every(({ group }) => group.queueId === queue)).toBe(true);
  const sum = (metric: string): number =>
    ['voice', 'chat', 'email', 'message', 'callback'].reduce(
      (all, media) => all + (at.get(`${media} ${metric} `) ?? 0),
      0
    );
  const now = sandbox.snapshot().queues.find(({ id }) => id === queue);
  expect([sum('oWaiting'), sum('oInteracting'), sum('oAlerting')]).toEqual([
    now?.waiting,
    now?.interacting,
    now?.alerting
  ]);
  const onQueue = ['IDLE', 'INTERACTING', 'NOT_RESPONDING', 'OFF_QUEUE'].map(
    (status) => at.get(` oOnQueueUsers ${status}`) ?? 0
  );
  expect(onQueue.reduce((a, b) => a + b)).toBe(now?.onQueueAgents);
  const query = await api.post('/api/v2/analytics/queues/observations/query', {
    filter: {
      type: 'and',
      predicates: [
        { dimension: 'queueId', value: queue },
        { dimension: 'mediaType', value: 'voice' }
      ]
    },
    metrics: ['oInteracting']
  });
  expect(query.body.results?.[0]?.data[0]?.stats.count).toBe(at.get('voice oInteracting '));
});

it('the half hour of a queue comes as aggregates, as the API answers them', async () => {
  const { clock, api, queue, listener, live } = await listen((id) => [`v2.analytics.queues.${id}.observations`]);
  for (let second = 0; second < 30; second++) await live(1000);
  const last = listener
    .of('v2.analytics')
    .map(observed)
    .findLast(
      ({ data, group }) => group.mediaType === 'voice' && data[0]?.metrics.some(({ metric }) => metric === 'nOffered')
    );
  const interval = last?.data[0]?.interval ?? '';
  expect(interval).toBe(
    `${new Date(clock.now() - 30_000).toISOString()}/${new Date(clock.now() - 30_000 + 1_800_000).toISOString()}`
  );
  const asked = await api.post('/api/v2/analytics/conversations/aggregates/query', {
    interval,
    groupBy: ['queueId'],
    metrics: ['nOffered'],
    filter: {
      type: 'and',
      predicates: [
        { dimension: 'queueId', value: queue },
        { dimension: 'mediaType', value: 'voice' }
      ]
    }
  });
  const told = last?.data[0]?.metrics.find(({ metric }) => metric === 'nOffered')?.stats['count'];
  expect(told).toBe(asked.body.results?.[0]?.data[0]?.metrics[0]?.stats.count);
});

it('presence and routing status of an agent end as the API says', async () => {
  const { api, user, listener, live } = await listen((_queue, id) => [
    `v2.users.${id}?presence&routingStatus&activity`
  ]);
  for (let minute = 0; minute < 600; minute++) await live(30_000);
  const last = (name: string): Record<string, unknown> | undefined =>
    listener.of(`v2.users.${user}.${name}`).at(-1)?.eventBody;
  const presence = JSON.parse((await api.get(`/api/v2/users/${user}/presences/purecloud`)).text);
  expect(last('presence')).toEqual(
    expect.objectContaining({ presenceDefinition: presence.presenceDefinition, modifiedDate: presence.modifiedDate })
  );
  const routing = JSON.parse((await api.get(`/api/v2/users/${user}/routingstatus`)).text);
  expect(last('routingStatus')).toEqual({
    id: user,
    routingStatus: { status: routing.status, startTime: routing.startTime }
  });
  expect(last('activity')).toMatchObject({ id: user, routingStatus: { status: routing.status } });
  expect((await api.get('/api/v2/users/nobody/routingstatus')).status).toBe(404);
});

it('conversations have events from arrival to wrap-up, under the ids of the API', async () => {
  const { api, queue, listener, live } = await listen((id) => [
    `v2.routing.queues.${id}.conversations`,
    `v2.routing.queues.${id}.conversations.calls`
  ]);
  for (let second = 0; second < 300; second++) await live(1000);
  const all = listener.of(`v2.routing.queues.${queue}.conversations`);
  const calls = all.filter(({ topicName }) => topicName?.endsWith('.calls'));
  expect(calls.length).toBeGreaterThan(0);
  const story = new Map<string, string[]>();
  for (const { eventBody, topicName } of all) {
    if (topicName?.endsWith('.calls') === true) continue;
    const {
      id,
      participants
    }: { id: string; participants: { purpose: string; calls?: { state: string }[]; chats?: { state: string }[] }[] } =
      JSON.parse(JSON.stringify(eventBody));
    const agent = participants.find(({ purpose }) => purpose === 'agent');
    story.set(id, [...(story.get(id) ?? []), (agent?.calls ?? agent?.chats)?.[0]?.state ?? 'waiting']);
  }
  expect([...story.values()].map((states) => states.join(' '))).toContain(
    'waiting alerting connected disconnected disconnected'
  );
  const seen = await api.post('/api/v2/analytics/queues/observations/query', {
    filter: { type: 'or', predicates: [{ dimension: 'queueId', value: queue }] },
    metrics: ['oInteracting'],
    detailMetrics: ['oInteracting']
  });
  const ids = (seen.body.results ?? []).flatMap(({ data }) =>
    data.flatMap(({ observations }) => (observations ?? []).map(({ conversationId }) => conversationId ?? ''))
  );
  expect(ids.length).toBeGreaterThan(0);
  expect(ids.filter((id) => story.has(id)).length).toBeGreaterThan(0);
});

it('says how everything is after a silence in which the centre began afresh', async () => {
  const { sandbox, listener } = await listen((id) => [`v2.analytics.queues.${id}.observations`]);
  listener.frames.length = 0;
  sandbox.tick(8 * 24 * 3_600_000);
  await listener.settle();
  const media = listener.of('v2.analytics').map((frame) => observed(frame).group.mediaType);
  for (const name of ['callback', 'chat', 'email', 'message', 'voice', undefined]) expect(media).toContain(name);
});
