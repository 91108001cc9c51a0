import { observations } from '../../testing/answers';
import { loadQuery, readLoads } from './load';

const NOW = Date.parse('2026-11-23T12:00:00Z');

describe('loadQuery', () => {
  it('asks for the figures of exactly these queues', () => {
    expect(loadQuery(['q1', 'q2'])).toMatchObject({
      filter: { type: 'or', predicates: [{ dimension: 'queueId', value: 'q1' }, { value: 'q2' }] },
      metrics: ['oWaiting', 'oInteracting', 'oOnQueueUsers']
    });
  });
});

describe('readLoads', () => {
  const loads = readLoads(observations(NOW - 90_000));

  it('adds the media types of a queue up', () => {
    expect(loads.get('q1')).toMatchObject({ waiting: 3, interacting: 5 });
  });

  it('takes the earliest arrival, wherever it stands', () => {
    const data = [NOW, NOW - 5000].map((at) => ({ observationDate: new Date(at).toISOString() }));
    const answer = {
      results: [
        {
          group: { queueId: 'q1' },
          data: [{ metric: 'oWaiting', stats: { count: 2 }, observations: data }]
        }
      ]
    };
    expect(readLoads(answer).get('q1')?.waitingSince).toBe(NOW - 5000);
  });

  it('adds the routing statuses up to all agents on queue, and names them', () => {
    expect(loads.get('q1')).toMatchObject({ onQueue: 3, idle: 1 });
    expect([...(loads.get('q1')?.agents ?? [])]).toEqual([
      ['a1', false],
      ['a2', false],
      ['a3', true]
    ]);
  });

  it.each([
    ['is cut short', { truncated: true, observations: [{ userId: 'a1' }, { userId: 'a2' }] }],
    ['is shorter than its count', { observations: [{ userId: 'a1' }] }],
    ['is missing', {}]
  ])('names no agents when the list %s', (_why, details) => {
    const data = [{ metric: 'oOnQueueUsers', qualifier: 'IDLE', stats: { count: 2 }, ...details }];
    const load = readLoads({ results: [{ group: { queueId: 'q1' }, data }] }).get('q1');
    expect(load).toMatchObject({ onQueue: 2, idle: 2, agents: null });
  });

  it.each([
    ['an empty answer, as Genesys gives for no data', {}],
    ['null', null],
    ['text', 'oops'],
    ['results that are no list', { results: { group: {} } }],
    ['a result without a queue', { results: [{ group: { mediaType: 'voice' }, data: [] }, null, 3] }]
  ])('reads nothing from %s', (_what, answer) => {
    expect(readLoads(answer).size).toBe(0);
  });

  it('reads zero where a figure is odd', () => {
    const data = [
      { metric: 'oWaiting', stats: { count: -3 }, observations: [{ observationDate: 'yesterday' }] },
      { metric: 'oInteracting', stats: { count: 'many' } },
      { metric: 'oInteracting' },
      { metric: 'oSomethingNew', stats: { count: 7 } }
    ];
    const load = readLoads({ results: [{ group: { queueId: 'q1' }, data }] }).get('q1');
    expect(load).toMatchObject({ waiting: 0, waitingSince: null, interacting: 0 });
  });
});
