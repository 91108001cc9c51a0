import { HOSTILE_TARGETS } from '../testing/hostile-targets.ts';
import { apiTarget } from './target.ts';

describe('B11 F10 the target of a call', () => {
  it.each(HOSTILE_TARGETS)('is not %s', (_name, url) => {
    expect(() => apiTarget(url, '/genesys')).toThrow(expect.objectContaining({ code: 'path_not_allowed' }) as Error);
  });

  it.each([
    ['/genesys/api/v2/users', '/genesys', '/api/v2/users', '/api/v2/users'],
    ['/api/v2/users/', '', '/api/v2/users/', '/api/v2/users/'],
    [
      '/api/v2/users?q=a%2Fb&x=..%2f..&u=https://x/',
      '',
      '/api/v2/users',
      '/api/v2/users?q=a%2Fb&x=..%2f..&u=https://x/'
    ],
    ['/api/v2/users?', '', '/api/v2/users', '/api/v2/users?'],
    ['/api/v2/users/a%20b.c/@d', '', '/api/v2/users/a%20b.c/@d', '/api/v2/users/a%20b.c/@d'],
    ['/api/v2/users/J%C3%BCrgen', '', '/api/v2/users/J%C3%BCrgen', '/api/v2/users/J%C3%BCrgen'],
    ['/api/v2/a...b/.well', '', '/api/v2/a...b/.well', '/api/v2/a...b/.well']
  ])('%s goes out as it came', (url, prefix, path, full) => {
    expect(apiTarget(url, prefix)).toEqual({ path, full });
  });
});
