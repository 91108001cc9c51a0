import { POLL_MS, gapAfter, pauseAfter, pauseAfterFailure } from './pacing';

it('looks every few seconds', () => {
  expect(pauseAfter(2)).toBe(POLL_MS);
});

it.each([1, 2, 10, 60, 200])('stays far below 300 requests a minute with %d requests a look', (requests) => {
  expect((60_000 / pauseAfter(requests)) * requests).toBeLessThanOrEqual(120);
  expect((60_000 / gapAfter(requests)) * requests).toBeLessThanOrEqual(120);
});

it('pauses longer after each failure, up to a minute', () => {
  const pauses = [1, 2, 3, 4, 5, 6, 7, 100].map((failures) => pauseAfterFailure(failures, undefined, 1));
  expect(pauses).toEqual([2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

it('spreads boards that fail together', () => {
  expect(pauseAfterFailure(3, undefined, 0)).toBe(4000);
  expect(pauseAfterFailure(3, undefined, 0.5)).toBe(6000);
});

it('never comes back before the server said', () => {
  expect(pauseAfterFailure(1, 42_000, 0)).toBe(42_000);
  expect(pauseAfterFailure(6, 1000, 1)).toBe(60_000);
});
