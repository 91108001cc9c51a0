/** One Genesys Cloud region: its AWS name and the domain its hosts live under. */
export interface GenesysRegion {
  /** AWS region, for example `eu-central-1`. */
  readonly aws: string;
  /** Domain, for example `mypurecloud.de`. Hosts are `login.{domain}` and `api.{domain}`. */
  readonly domain: string;
}

/**
 * The domain of each region of Genesys Cloud, by its AWS name. The list is closed on purpose: a token is only ever sent to a
 * host of this table or to an origin that was configured explicitly.
 *
 * Source: `PureCloudRegionHosts` of the official SDK (`purecloud-platform-client-v2` 262).
 */
const DOMAINS = {
  'us-east-1': 'mypurecloud.com',
  'us-east-2': 'use2.us-gov-pure.cloud',
  'us-west-2': 'usw2.pure.cloud',
  'ca-central-1': 'cac1.pure.cloud',
  'sa-east-1': 'sae1.pure.cloud',
  'mx-central-1': 'mxc1.pure.cloud',
  'eu-central-1': 'mypurecloud.de',
  'eu-central-2': 'euc2.pure.cloud',
  'eu-west-1': 'mypurecloud.ie',
  'eu-west-2': 'euw2.pure.cloud',
  'me-central-1': 'mec1.pure.cloud',
  'eusc-de-east-1': 'edee1.eusc-pure.cloud',
  'ap-south-1': 'aps1.pure.cloud',
  'ap-southeast-1': 'apse1.pure.cloud',
  'ap-southeast-2': 'mypurecloud.com.au',
  'ap-northeast-1': 'mypurecloud.jp',
  'ap-northeast-2': 'apne2.pure.cloud',
  'ap-northeast-3': 'apne3.pure.cloud'
} as const;

/** The AWS name or the domain of a region, for example `eu-central-1` or `mypurecloud.de`. */
export type GenesysRegionName = keyof typeof DOMAINS | (typeof DOMAINS)[keyof typeof DOMAINS];

/** The regions of Genesys Cloud. */
export const GENESYS_REGIONS: readonly GenesysRegion[] = /* @__PURE__ */ Object.entries(DOMAINS).map(
  ([aws, domain]) => ({
    aws,
    domain
  })
);

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
