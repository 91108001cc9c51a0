import { row } from '../../testing/rows';
import { readLoads } from '../api/load';
import { readQueuePage } from '../api/queue';
import { readService } from '../api/service';
import { QUEUE_PAGE, aggregates, observations } from '../../testing/answers';
import { ALL_QUEUES, toRows, totalOf } from './row';

const NOW = Date.parse('2026-11-23T12:00:00Z');

describe('toRows', () => {
  const { queues } = readQueuePage(QUEUE_PAGE);

  it('puts three answers into one row', () => {
    const [claims] = toRows(queues, readLoads(observations(NOW)), readService(aggregates(NOW)));
    expect(claims).toMatchObject({
      id: 'q1',
      name: 'Claims',
      waiting: 3,
      waitingSince: NOW,
      onQueue: 3,
      members: 9,
      offered: 10,
      serviceLevel: 13 / 15
    });
  });

  it('shows a queue of which nothing is known as quiet', () => {
    expect(toRows(queues, new Map(), new Map())[1]).toMatchObject({ waiting: 0, onQueue: 0, serviceLevel: null });
  });
});

describe('totalOf', () => {
  it('counts an agent of two queues once', () => {
    const rows = toRows(readQueuePage(QUEUE_PAGE).queues, readLoads(observations(NOW)), new Map());
    expect(totalOf(rows)).toMatchObject({ id: ALL_QUEUES, onQueue: 4, idle: 2 });
  });

  it('adds agents per queue when one queue does not name them', () => {
    const rows = [row({ agents: new Map([['a1', true]]) }), row({ agents: null, onQueue: 3, idle: 1 })];
    expect(totalOf(rows)).toMatchObject({ onQueue: 7, idle: 3, agents: null });
  });

  it('takes the longest wait, and the target of the busiest queue', () => {
    const target = { ratio: 0.9, withinMs: 10_000 };
    const total = totalOf([
      row({ waiting: 1, waitingSince: 7 }),
      row({ waiting: 2, waitingSince: 5, offered: 99, target }),
      row({ waitingSince: null })
    ]);
    expect(total).toMatchObject({ waiting: 3, waitingSince: 5, target });
  });

  it('is a quiet row for no queues', () => {
    expect(totalOf([])).toMatchObject({ waiting: 0, waitingSince: null, onQueue: 0, serviceLevel: null });
  });
});
