import { aggregates } from '../../testing/answers';
import { mergeSlots, readService, serviceLevel, serviceQuery, sumSlots } from './service';

const NOON = Date.parse('2026-11-23T12:00:00Z');

describe('serviceQuery', () => {
  it.each([
    ['2026-11-23T12:10:00Z', '2026-11-23T04:30:00.000Z/2026-11-23T12:30:00.000Z'],
    ['2026-11-23T12:30:00Z', '2026-11-23T05:00:00.000Z/2026-11-23T13:00:00.000Z']
  ])('at %s asks for the eight hours %s, cut at half hours', (now, interval) => {
    expect(serviceQuery(['q1'], Date.parse(now))).toMatchObject({
      interval,
      granularity: 'PT30M',
      groupBy: ['queueId']
    });
  });
});

describe('readService', () => {
  it('adds the media types of a queue up, slot by slot', () => {
    expect(readService(aggregates(NOON)).get('q1')).toEqual([
      { start: NOON, offered: 10, abandoned: 1, inTime: 13, measured: 15 }
    ]);
  });

  it('puts slots in the order of time', () => {
    const data = [NOON + 1_800_000, NOON].map((at) => ({ interval: `${new Date(at).toISOString()}/x`, metrics: [] }));
    const slots = readService({ results: [{ group: { queueId: 'q1' }, data }] }).get('q1');
    expect(slots?.map((slot) => slot.start)).toEqual([NOON, NOON + 1_800_000]);
  });

  it.each([{}, null, [], { results: [{ group: {}, data: [] }] }, { results: 'none' }])(
    'reads nothing from %j',
    (answer) => {
      expect(readService(answer).size).toBe(0);
    }
  );

  it('leaves out a slot without a time', () => {
    const data = [{ interval: 'never', metrics: [] }, { metrics: [] }];
    expect(readService({ results: [{ group: { queueId: 'q1' }, data }] }).get('q1')).toEqual([]);
  });
});

describe('the level of several slots', () => {
  const slot = (start: number, inTime: number, measured: number) => ({
    start,
    offered: measured,
    abandoned: 0,
    inTime,
    measured
  });

  it('weighs by contacts, not by slots', () => {
    expect(serviceLevel(sumSlots([slot(1, 1, 1), slot(2, 0, 9)]))).toBe(0.1);
  });

  it('is nothing when nothing was measured', () => {
    expect(serviceLevel(sumSlots([]))).toBeNull();
  });

  it('is never more than everything', () => {
    expect(serviceLevel(slot(1, 5, 4))).toBe(1);
  });

  it('adds queues up slot by slot', () => {
    expect(mergeSlots([[slot(2, 1, 2)], [slot(1, 1, 1), slot(2, 2, 2)]])).toEqual([slot(1, 1, 1), slot(2, 3, 4)]);
  });
});
