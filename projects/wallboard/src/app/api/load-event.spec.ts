import { observations } from '../../testing/answers';
import { readLoads, QUIET } from './load';
import { applyEvent } from './load-event';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const now = new Date(NOW).toISOString();

const contacts = (mediaType: string, waiting: number, interacting: number) => ({
  group: { queueId: 'q1', mediaType },
  data: [
    {
      interval: `${now}/${now}`,
      metrics: [
        { metric: 'oWaiting', stats: { count: waiting } },
        { metric: 'oInteracting', stats: { count: interacting } }
      ]
    }
  ]
});

describe('applyEvent', () => {
  const load = readLoads(observations(NOW - 90_000)).get('q1') ?? QUIET;

  it('sets the figures of one medium and adds the others to them', () => {
    expect(applyEvent(load, contacts('voice', 4, 6))).toMatchObject({ waiting: 5, interacting: 6, onQueue: 3 });
    expect(applyEvent(load, contacts('callback', 1, 1))).toMatchObject({ waiting: 4, interacting: 6 });
  });

  it('works out who waits longest: whoever is gone was first in line, whoever is new came now', () => {
    const two = applyEvent(applyEvent(QUIET, contacts('voice', 1, 0)), {
      ...contacts('voice', 2, 0),
      data: contacts('voice', 2, 0).data.map((part) => ({
        ...part,
        interval: Array.from({ length: 2 }, () => new Date(NOW + 5000).toISOString()).join('/')
      }))
    });
    expect(two.waitingSince).toBe(NOW);
    expect(applyEvent(two, contacts('voice', 1, 1)).waitingSince).toBe(NOW + 5000);
    expect(applyEvent(two, contacts('voice', 0, 1)).waitingSince).toBeNull();
  });

  it('counts agents by their routing status, and keeps their names', () => {
    const figure = (qualifier: string, count: number) => ({ metric: 'oOnQueueUsers', qualifier, stats: { count } });
    const after = applyEvent(load, {
      group: { queueId: 'q1' },
      data: [{ interval: `${now}/${now}`, metrics: [figure('IDLE', 3), figure('INTERACTING', 4)] }]
    });
    expect(after).toMatchObject({ onQueue: 7, idle: 3, waiting: load.waiting, agents: load.agents });
  });

  it('leaves the aggregates of the half hour alone', () => {
    const interval = `${now}/${new Date(NOW + 1_800_000).toISOString()}`;
    const data = [{ interval, metrics: [{ metric: 'nOffered', stats: { count: 7 } }] }];
    expect(applyEvent(load, { group: { queueId: 'q1', mediaType: 'voice' }, data })).toBe(load);
    expect(applyEvent(load, { group: { queueId: 'q1' } })).toBe(load);
  });
});
