/** One Genesys Cloud region: its AWS name and the domain its hosts live under. */
export interface GenesysRegion {
  /** AWS region, for example `eu-central-1`. */
  readonly aws: string;
  /** Domain, for example `mypurecloud.de`. Hosts are `login.{domain}` and `api.{domain}`. */
  readonly domain: string;
}

/**
 * The regions of Genesys Cloud. The list is closed on purpose: a token is only ever sent to a host of this table or to an
 * origin that was configured explicitly.
 *
 * Source: `PureCloudRegionHosts` of the official SDK (`purecloud-platform-client-v2` 262).
 */
export const GENESYS_REGIONS: readonly GenesysRegion[] = [
  { aws: 'us-east-1', domain: 'mypurecloud.com' },
  { aws: 'us-east-2', domain: 'use2.us-gov-pure.cloud' },
  { aws: 'us-west-2', domain: 'usw2.pure.cloud' },
  { aws: 'ca-central-1', domain: 'cac1.pure.cloud' },
  { aws: 'sa-east-1', domain: 'sae1.pure.cloud' },
  { aws: 'mx-central-1', domain: 'mxc1.pure.cloud' },
  { aws: 'eu-central-1', domain: 'mypurecloud.de' },
  { aws: 'eu-central-2', domain: 'euc2.pure.cloud' },
  { aws: 'eu-west-1', domain: 'mypurecloud.ie' },
  { aws: 'eu-west-2', domain: 'euw2.pure.cloud' },
  { aws: 'me-central-1', domain: 'mec1.pure.cloud' },
  { aws: 'eusc-de-east-1', domain: 'edee1.eusc-pure.cloud' },
  { aws: 'ap-south-1', domain: 'aps1.pure.cloud' },
  { aws: 'ap-southeast-1', domain: 'apse1.pure.cloud' },
  { aws: 'ap-southeast-2', domain: 'mypurecloud.com.au' },
  { aws: 'ap-northeast-1', domain: 'mypurecloud.jp' },
  { aws: 'ap-northeast-2', domain: 'apne2.pure.cloud' },
  { aws: 'ap-northeast-3', domain: 'apne3.pure.cloud' }
];

/** Where a region's login and API hosts are. */
export interface GenesysOrigins {
  /** Origin of the login host, for example `https://login.mypurecloud.de`. */
  readonly loginOrigin: string;
  /** Origin of the API host, for example `https://api.mypurecloud.de`. */
  readonly apiOrigin: string;
  /** The OAuth token endpoint: `{loginOrigin}/oauth/token`. The API host has none. */
  readonly tokenEndpoint: string;
}

/**
 * Finds a region by its domain (`mypurecloud.de`) or its AWS name (`eu-central-1`), in any case.
 *
 * @param name domain or AWS name
 * @returns the region, or `undefined` for a name that is not in {@link GENESYS_REGIONS}
 * @example findRegion('eu-central-1')?.domain // 'mypurecloud.de'
 */
export function findRegion(name: string): GenesysRegion | undefined {
  const wanted = name.toLowerCase();
  return GENESYS_REGIONS.find((region) => region.domain === wanted || region.aws === wanted);
}

/**
 * The origin of a region's API host, alone.
 *
 * @example apiOriginOf({ aws: 'eu-central-1', domain: 'mypurecloud.de' }) // 'https://api.mypurecloud.de'
 */
export const apiOriginOf = ({ domain }: GenesysRegion): string => `https://api.${domain}`;

/**
 * The hosts of a region.
 *
 * @example originsOf({ aws: 'eu-central-1', domain: 'mypurecloud.de' }).apiOrigin // 'https://api.mypurecloud.de'
 */
export function originsOf(region: GenesysRegion): GenesysOrigins {
  const loginOrigin = `https://login.${region.domain}`;
  return { loginOrigin, apiOrigin: apiOriginOf(region), tokenEndpoint: `${loginOrigin}/oauth/token` };
}
