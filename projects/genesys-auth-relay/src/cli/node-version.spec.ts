import { isInRange } from './node-version.ts';

const RANGE = '^20.19.0 || ^22.12.0 || >=24.0.0';

it.each(['20.19.0', '20.20.1', '22.12.0', '22.12.3', '24.0.0', '25.1.0', '26.0.0'])('%s is in the range', (version) => {
  expect(isInRange(version, RANGE)).toBe(true);
});

it.each(['18.20.8', '20.18.3', '21.7.0', '22.11.9', '23.11.0'])('%s is not in the range', (version) => {
  expect(isInRange(version, RANGE)).toBe(false);
});

it('looks at the patch', () => {
  expect(isInRange('20.19.1', '^20.19.2')).toBe(false);
  expect(isInRange('20.19.2', '^20.19.2')).toBe(true);
});
