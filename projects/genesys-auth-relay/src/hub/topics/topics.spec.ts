import fc from 'fast-check';
import { ALIASES, fillAlias, readAlias } from './aliases.ts';
import { servedScopes, topicScopes } from './topic-scopes.ts';
import { readTopic } from './topic.ts';

const namesOf = (text: string) => readTopic(text)?.map(({ name }) => name);

describe('a topic', () => {
  it.each([
    ['v2.analytics.queues.4750048b-1994-41d4-8410-a5760c49a6cd.observations'],
    ['v2.users.u_1.routingStatus'],
    ['v2.outbound.settings']
  ])('is read as it is: %s', (name) => {
    expect(readTopic(name)).toEqual([{ name, key: name.toLowerCase() }]);
  });

  it('is several when it is combined', () => {
    expect(namesOf('v2.users.u1?presence&routingStatus&conversations.calls')).toEqual([
      'v2.users.u1.presence',
      'v2.users.u1.routingStatus',
      'v2.users.u1.conversations.calls'
    ]);
  });

  it.each([
    [''],
    ['v2'],
    ['v2.'],
    ['v1.users.u1.presence'],
    ['v2..users'],
    ['v2.users.u1.presence '],
    ['v2.users.u1?'],
    ['v2.users.u1?presence&'],
    ['v2.users.u1?presence..x'],
    ['v2.users.u1?a?b'],
    ['v2.users.{id}.presence'],
    ['v2.users.u1/../../oauth'],
    ['v2.users.u1.presence\n'],
    ['v2.\u0443sers.u1.presence'],
    [`v2.${'x'.repeat(200)}`],
    [`v2.u.1?${Array.from({ length: 21 }, () => 'a').join('&')}`]
  ])('is none: %j', (text) => {
    expect(readTopic(text)).toBeUndefined();
  });

  it('never is anything that could leave its place in a list of JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        for (const { name } of readTopic(`v2.${text}`) ?? []) expect(name).toMatch(/^v2(\.[A-Za-z0-9_-]+)+$/);
      })
    );
  });
});

describe('the scope of a topic', () => {
  const scopeOf = topicScopes([['v2.users.*.tokens', 'oauth:readonly']]);

  it.each([
    ['v2.analytics.queues.q1.observations', 'analytics:readonly'],
    ['v2.users.u1.presence', 'presence:readonly'],
    ['v2.users.u1.routingstatus', 'routing:readonly'],
    ['v2.users.u1.conversations.calls', 'conversations:readonly'],
    ['v2.users.u1.conversationsummary', 'conversations:readonly'],
    ['v2.routing.queues.q1.users', 'routing:readonly'],
    ['v2.users.u1.tokens', 'oauth:readonly']
  ])('%s needs %s', (key, scope) => {
    expect(scopeOf(key)).toBe(scope);
  });

  it.each([['v2.users.u1'], ['v2.usersx.u1.presence'], ['v2.system.socket_closing'], ['v2.users.u1.badges.chats']])(
    'nobody gets %s',
    (key) => {
      expect(scopeOf(key)).toBeUndefined();
    }
  );

  it('compares whole parts, not beginnings', () => {
    expect(scopeOf('v2.analyticsfoo.queues')).toBeUndefined();
  });

  it('serves what the registered scopes cover', () => {
    expect(servedScopes([], ['notifications', 'analytics'])).toEqual(['analytics:readonly', 'notifications']);
  });
});

describe('an alias', () => {
  it.each(Object.keys(ALIASES))('%s leads to a topic with a scope', (name) => {
    const meaning = readAlias(name);
    const topic = meaning && 'topic' in meaning ? fillAlias(meaning.topic, 'q1') : '';
    const key = readTopic(topic)?.[0]?.key ?? '';
    expect(topicScopes([])(key)).toBeDefined();
  });

  it('means all, or one', () => {
    expect(readAlias('routing/queueMetrics')).toEqual({
      topic: 'v2.analytics.queues.{queueId}.observations',
      each: 'queue'
    });
    expect(readAlias('Routing/QUEUEMETRICS/q1')).toEqual({ topics: ['v2.analytics.queues.q1.observations'] });
  });

  it.each([
    ['routing'],
    ['routing/other'],
    ['routing/queueMetrics/a/b'],
    ['routing/queueMetrics/../x'],
    ['__proto__/x'],
    ['v2.x']
  ])('is none: %s', (text) => {
    expect(readAlias(text)).toBeUndefined();
  });
});
