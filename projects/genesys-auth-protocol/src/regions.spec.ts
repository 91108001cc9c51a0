import { GENESYS_REGIONS, apiOriginOf, findRegion, originsOf } from './index.ts';

describe('regions', () => {
  it('are 18, each name once', () => {
    expect(GENESYS_REGIONS).toHaveLength(18);
    expect(new Set(GENESYS_REGIONS.flatMap(({ aws, domain }) => [aws, domain])).size).toBe(36);
  });

  it.each(GENESYS_REGIONS.map(({ aws, domain }) => [aws, domain]))('%s and %s name the same region', (aws, domain) => {
    expect(findRegion(aws)).toBe(findRegion(domain));
    expect(findRegion(domain.toUpperCase())?.aws).toBe(aws);
  });

  it.each([['mypurecloud.fr'], [''], ['api.mypurecloud.de'], ['mypurecloud.de.'], [' mypurecloud.de']])(
    '%p is no region',
    (name) => {
      expect(findRegion(name)).toBeUndefined();
    }
  );

  it('have the login host and the API host apart', () => {
    const region = findRegion('mypurecloud.de');
    expect(region && originsOf(region)).toEqual({
      loginOrigin: 'https://login.mypurecloud.de',
      apiOrigin: 'https://api.mypurecloud.de',
      tokenEndpoint: 'https://login.mypurecloud.de/oauth/token'
    });
    expect(region && apiOriginOf(region)).toBe('https://api.mypurecloud.de');
  });
});
