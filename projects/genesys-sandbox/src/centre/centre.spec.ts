import { ContactCentre } from './centre.ts';
import { defaultPlan } from './plan.ts';
import { snapshotOf } from './snapshot.ts';

const START = Date.UTC(2026, 10, 23, 10);
const HOUR = 3_600_000;
const open = (seed = 1, speed = 1): ContactCentre => new ContactCentre(defaultPlan(), seed, START, speed);
/** Reads the whole log. Plain comparisons: a million `expect` would take a minute. */
function readThrough(centre: ContactCentre): { entries: number; ordered: boolean; last: number } {
  const result = { entries: 0, ordered: true, last: 0 };
  centre.log.scan(0, Infinity, ({ at }) => {
    result.ordered &&= at >= result.last;
    result.last = at;
    result.entries++;
  });
  return result;
}
const look = (centre: ContactCentre): string => JSON.stringify(snapshotOf(centre));

it('shows the same numbers for the same seed and clock, however often one looked before', () => {
  const [rarely, often, other] = [open(), open(), open(2)];
  for (let second = 1; second <= 600; second += 7) often.advance(START + second * 1000);
  for (const centre of [rarely, often, other]) centre.advance(START + 600_000);
  expect(look(rarely)).toBe(look(often));
  expect(look(rarely)).not.toBe(look(other));
  expect(rarely.log.size).toBe(often.log.size);
});

it.each([1, 2, 2 ** 40])('moves in at least three queues within any 15 seconds, with seed %d', (seed) => {
  const centre = open(seed);
  for (let window = 0; window < 30; window++) {
    const before = snapshotOf(centre).queues;
    const after = snapshotOf(centre.advance(centre.now + 15_000)).queues;
    const moved = before.filter(
      (queue, index) =>
        JSON.stringify([queue.waiting, queue.interacting, queue.onQueueAgents]) !==
        JSON.stringify([after[index]?.waiting, after[index]?.interacting, after[index]?.onQueueAgents])
    );
    expect(moved.length).toBeGreaterThanOrEqual(3);
    centre.advance(centre.now + 900_000);
  }
});

it('is neither idle nor drowning, at any hour', () => {
  const centre = open();
  for (let hour = 0; hour < 24; hour++) {
    const { queues } = snapshotOf(centre.advance(START + hour * HOUR));
    const busy = queues.reduce((sum, queue) => sum + queue.interacting, 0);
    expect(busy).toBeGreaterThan(30);
    for (const queue of queues) {
      expect(queue.waiting).toBeLessThan(40);
      expect(queue.alerting + queue.interacting).toBeLessThanOrEqual(queue.members);
      expect(queue.onQueueAgents).toBeLessThanOrEqual(queue.members);
    }
  }
});

it('loses no agent and no conversation over days', () => {
  const centre = open();
  centre.advance(START + 48 * HOUR);
  const { agents, queues } = centre.floor;
  const engaged = agents.filter((agent) => agent.routing === 'INTERACTING').length;
  const open_ = queues.flatMap((queue) => [...queue.alerting, ...queue.interacting]);
  expect(new Set(open_.map((conversation) => conversation.agent)).size).toBe(open_.length);
  // The rest of the engaged ones are wrapping up.
  expect(engaged).toBeGreaterThanOrEqual(open_.length);
  expect(engaged - open_.length).toBeLessThan(40);
  for (const agent of agents) expect(agent.presence === 'ON_QUEUE').toBe(agent.routing !== 'OFF_QUEUE');
  // Nobody waits while a member of the queue is idle.
  for (const queue of queues)
    if (queue.waiting.length > 0) expect(queue.members.filter((agent) => agent.routing === 'IDLE')).toEqual([]);
});

it('writes its history in order and forgets the oldest', () => {
  const centre = open(1, 45);
  for (let hour = 1; hour <= 2; hour++) centre.advance(START + hour * HOUR);
  const { entries, ordered, last } = readThrough(centre);
  expect(ordered).toBe(true);
  expect(entries).toBe(centre.log.size);
  expect(last).toBeLessThanOrEqual(centre.now);
  // All of it, 98 hours, would be more than that.
  expect(entries).toBeGreaterThan(1_000_000);
  expect(entries).toBeLessThanOrEqual(128 * 8192);
});

it('lives faster if told to, and dates stay within the clock', () => {
  const fast = open(1, 60);
  fast.advance(START + 60_000);
  let count = 0;
  fast.log.scan(START, START + 60_000, () => count++);
  expect(count).toBeGreaterThan(5000);
  for (const queue of snapshotOf(fast).queues)
    if (queue.oldestWaitingSince !== null) expect(queue.oldestWaitingSince).toBeLessThanOrEqual(fast.now);
});

it('can be pushed ahead without the clock, and never goes back', () => {
  const centre = open();
  const before = look(centre);
  centre.jump(60_000);
  expect(look(centre)).not.toBe(before);
  const ahead = look(centre);
  centre.advance(START - HOUR);
  centre.jump(-5000);
  expect(look(centre)).toBe(ahead);
  expect(readThrough(centre.advance(START + 60_000)).ordered).toBe(true);
});

it('starts afresh after a silence of more than a week', () => {
  const centre = open();
  centre.advance(START + 30 * 24 * HOUR);
  const fresh = new ContactCentre(defaultPlan(), 1, START + 30 * 24 * HOUR, 1);
  expect(look(centre)).toBe(look(fresh));
  centre.jump(30 * 24 * HOUR);
  expect(centre.now).toBe(START + 30 * 24 * HOUR);
});
