import { testClock } from '../testing/clock.ts';
import { createRateLimit } from './rate.ts';

describe('the limit of a caller that changes', () => {
  const setUp = () => {
    const clock = testClock();
    const limit = createRateLimit(600, clock);
    const takeAll = (perMinute: number) => {
      let taken = 0;
      while (limit.take('caller', perMinute) === 0) taken += 1;
      return taken;
    };
    return { clock, limit, takeAll };
  };

  it.each([
    [60, 1],
    [7, 9],
    [1, 60]
  ])('to %i a minute lets the caller wait %i s for the next request', (perMinute, seconds) => {
    const { clock, limit, takeAll } = setUp();
    expect(takeAll(600)).toBe(600);
    expect(limit.take('caller', perMinute)).toBe(seconds);
    clock.advance(seconds * 1000);
    expect(limit.take('caller', perMinute)).toBe(0);
    expect(limit.take('caller', perMinute)).toBeGreaterThan(0);
    clock.advance(60_000);
    expect(takeAll(perMinute)).toBe(perMinute);
  });

  it('is not refilled by requests with a lower limit', () => {
    const { limit, takeAll } = setUp();
    expect(takeAll(600)).toBe(600);
    expect(limit.take('caller', 10)).toBeGreaterThan(0);
    expect(limit.take('caller', 600)).toBe(1);
  });

  it('counts no successes', () => {
    const { clock, limit, takeAll } = setUp();
    expect(takeAll(600)).toBe(600);
    clock.advance(30_000);
    for (let success = 0; success < 20; success += 1) {
      expect(limit.take('caller', 10)).toBe(0);
      limit.refund('caller');
    }
  });

  it('applies at once when it is raised', () => {
    const { takeAll } = setUp();
    expect(takeAll(2)).toBe(2);
    expect(takeAll(10)).toBe(8);
  });

  it('is exact for each number', () => {
    const { clock, takeAll } = setUp();
    for (const perMinute of [1, 3, 7, 59, 601]) {
      clock.advance(60_000);
      expect(takeAll(perMinute)).toBe(perMinute);
    }
  });
});
