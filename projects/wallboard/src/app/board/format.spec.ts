import { formatPercent, formatSpan, isoSpan, spokenSpan } from './format';

it.each([
  [null, '–'],
  [0, '0 %'],
  [0.7999, '79 %'],
  [0.8, '80 %'],
  [0.29, '29 %'],
  [1, '100 %']
])('writes the share %p as %s', (ratio, written) => {
  expect(formatPercent(ratio)).toBe(written);
});

it.each([
  [-4000, '0:00'],
  [7999, '0:07'],
  [760_000, '12:40'],
  [3_753_000, '1:02:33'],
  [360_000_000, '100:00:00']
])('writes %d ms as %s', (ms, written) => {
  expect(formatSpan(ms)).toBe(written);
});

it.each([
  [0, '0 seconds'],
  [61_000, '1 minute 1 second'],
  [7_325_000, '2 hours 2 minutes 5 seconds']
])('says %d ms as "%s"', (ms, said) => {
  expect(spokenSpan(ms)).toBe(said);
});

it('writes a span for machines', () => {
  expect(isoSpan(65_400)).toBe('PT65S');
});
