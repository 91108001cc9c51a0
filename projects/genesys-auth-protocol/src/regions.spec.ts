import { GENESYS_REGIONS, apiOriginOf, findRegion, originsOf } from './index.ts';

describe('regions', () => {
  it('are 18, each name once', () => {
    expect(GENESYS_REGIONS).toHaveLength(18);
    expect(new Set(GENESYS_REGIONS.flatMap(({ aws, domain }) => [aws, domain])).size).toBe(36);
  });

  // Source: PureCloudRegionHosts of the official SDK; the table of the package is shortened, this one is not.
  it('have these names', () => {
    expect(GENESYS_REGIONS.map(({ aws, domain }) => `${aws} ${domain}`)).toEqual([
      'us-east-1 mypurecloud.com',
      'us-east-2 use2.us-gov-pure.cloud',
      'us-west-2 usw2.pure.cloud',
      'ca-central-1 cac1.pure.cloud',
      'sa-east-1 sae1.pure.cloud',
      'mx-central-1 mxc1.pure.cloud',
      'eu-central-1 mypurecloud.de',
      'eu-central-2 euc2.pure.cloud',
      'eu-west-1 mypurecloud.ie',
      'eu-west-2 euw2.pure.cloud',
      'me-central-1 mec1.pure.cloud',
      'eusc-de-east-1 edee1.eusc-pure.cloud',
      'ap-south-1 aps1.pure.cloud',
      'ap-southeast-1 apse1.pure.cloud',
      'ap-southeast-2 mypurecloud.com.au',
      'ap-northeast-1 mypurecloud.jp',
      'ap-northeast-2 apne2.pure.cloud',
      'ap-northeast-3 apne3.pure.cloud'
    ]);
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
