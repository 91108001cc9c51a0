import { scopeLines } from './scope-lines';

const config = { scopes: ['routing:readonly', 'analytics'], optionalScopes: ['users:readonly'] };
const states = (granted: readonly string[]) => scopeLines(config, new Set(granted)).map((line) => line.state);

it('does not call anything missing before there is a token', () => {
  expect(states([])).toEqual(['unknown', 'unknown', 'unknown']);
});

it('takes x for x:readonly, and not the other way round', () => {
  expect(states(['routing', 'analytics:readonly'])).toEqual(['granted', 'missing', 'missing']);
});

it('marks the optional ones', () => {
  expect(scopeLines(config, new Set(['users'])).map((line) => line.optional)).toEqual([false, false, true]);
});
