import { row } from '../../testing/rows';
import { BY_NAME, orderBy, sortRows } from './order';

const NOW = 1_000_000;
const rows = [
  row({ id: '1', name: 'Queue 10', waiting: 1, waitingSince: NOW - 1000, serviceLevel: 0.95 }),
  row({ id: '2', name: 'queue 9', waiting: 5, waitingSince: NOW - 500, serviceLevel: null }),
  row({ id: '3', name: 'Apples', waiting: 1, waitingSince: null, serviceLevel: 0.2 })
];
const ids = (key: Parameters<typeof orderBy>[0], descending: boolean) =>
  sortRows(rows, { key, descending }, NOW)
    .map((one) => one.id)
    .join('');

it.each([
  ['name', false, '321'],
  ['name', true, '123'],
  ['waiting', true, '231'],
  ['oldest', true, '123'],
  ['oldest', false, '321'],
  ['service', false, '312'],
  ['status', false, '321']
] as const)('orders by %s, descending %p: %s', (key, descending, expected) => {
  expect(ids(key, descending)).toBe(expected);
});

it('starts a column at its interesting end and turns it round at the second click', () => {
  const waiting = orderBy('waiting', BY_NAME);
  expect(waiting).toEqual({ key: 'waiting', descending: true });
  expect(orderBy('waiting', waiting)).toEqual({ key: 'waiting', descending: false });
  expect(orderBy('service', waiting)).toEqual({ key: 'service', descending: false });
});

it('does not touch the rows it was given', () => {
  sortRows(rows, BY_NAME, NOW);
  expect(rows.map((one) => one.id)).toEqual(['1', '2', '3']);
});
