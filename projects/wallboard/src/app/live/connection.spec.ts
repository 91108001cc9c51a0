import { STALE_AFTER_MS, connectionOf, isFresh } from './connection';

const NOW = 1_000_000;
const failure = { code: 'x', message: 'x', hint: 'x' };

it.each([
  ['connecting', null, null],
  ['failed', null, failure],
  ['live', NOW - STALE_AFTER_MS, null],
  ['retrying', NOW - STALE_AFTER_MS, failure],
  ['stale', NOW - STALE_AFTER_MS - 1, failure],
  ['stale', NOW - STALE_AFTER_MS - 1, null]
] as const)('is %s with figures from %p and failure %j', (state, updatedAt, failed) => {
  expect(connectionOf(updatedAt, failed, null, NOW).state).toBe(state);
});

it('says since when figures are stale and when it looks again', () => {
  expect(connectionOf(5, failure, NOW + 9, NOW)).toEqual({ state: 'stale', since: 5, at: NOW + 9 });
});

it('calls figures fresh while a retry may still save them', () => {
  expect(isFresh({ state: 'retrying', at: null })).toBe(true);
  expect(isFresh({ state: 'stale', since: 1, at: null })).toBe(false);
});
