import { GENESYS_REGIONS, originsOf } from 'genesys-auth-protocol';

/** A region with its hosts. */
export interface RegionHosts {
  readonly aws: string;
  readonly domain: string;
  readonly tokenEndpoint: string;
  readonly apiOrigin: string;
}

/** The regions of Genesys Cloud with their hosts. */
export const REGION_HOSTS: readonly RegionHosts[] = GENESYS_REGIONS.map((region) => ({
  ...region,
  tokenEndpoint: originsOf(region).tokenEndpoint,
  apiOrigin: originsOf(region).apiOrigin
}));
