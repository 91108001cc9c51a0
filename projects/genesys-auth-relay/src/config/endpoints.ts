import { GENESYS_REGIONS, findRegion, originsOf } from 'genesys-auth-protocol';
import type { ConfigIssue } from './error.ts';
import { nearestName } from './nearest.ts';
import type { ParsedConfig } from './schema.ts';
import { shown } from './says.ts';

/** The URLs of the token endpoint and the API. */
export interface Endpoints {
  readonly region: string | null;
  readonly tokenEndpoint: string;
  readonly apiOrigin: string;
  /** API origin that `/session` reports. It differs from `apiOrigin` if a sandbox replaces Genesys Cloud. */
  readonly publicApiOrigin: string;
}

/** The endpoints of a known region, or explicit ones. Never a mix of both. */
export function endpointsOf(
  genesys: Pick<ParsedConfig['genesys'], 'region' | 'tokenEndpoint' | 'apiOrigin'>,
  issues: ConfigIssue[]
): Endpoints | undefined {
  const { region, tokenEndpoint, apiOrigin } = genesys;
  const complain = (key: string, message: string, fix: string): undefined => {
    issues.push({ key: `genesys.${key}`, message, fix });
    return undefined;
  };
  if (region !== undefined) {
    const other = tokenEndpoint !== undefined ? 'tokenEndpoint' : apiOrigin !== undefined ? 'apiOrigin' : undefined;
    if (other !== undefined) {
      complain(other, 'cannot be combined with region', `remove region or ${other}: a region has its own endpoints`);
      return;
    }
    const found = findRegion(region);
    if (found !== undefined) {
      const origins = originsOf(found);
      return { region: found.domain, ...origins, publicApiOrigin: origins.apiOrigin };
    }
    const names = GENESYS_REGIONS.flatMap(({ domain, aws }) => [domain, aws]);
    // People also paste a host of the region: https://apps.mypurecloud.de/
    const domain = GENESYS_REGIONS.find((known) => region.toLowerCase().includes(known.domain))?.domain;
    const nearest = domain ?? nearestName(region, names);
    const list = `one of ${GENESYS_REGIONS.map((known) => known.domain).join(', ')}`;
    complain(
      'region',
      `${shown(region)} is not a region of Genesys Cloud`,
      nearest === undefined ? `use ${list}` : `did you mean ${nearest}? Otherwise use ${list}`
    );
    return;
  }
  if (tokenEndpoint === undefined && apiOrigin === undefined) {
    complain(
      'region',
      'is missing',
      'name your region, for example mypurecloud.de, or give both tokenEndpoint and apiOrigin'
    );
    return;
  }
  if (tokenEndpoint === undefined) {
    complain('tokenEndpoint', 'is missing', 'apiOrigin also needs tokenEndpoint');
    return;
  }
  if (apiOrigin === undefined) {
    complain('apiOrigin', 'is missing', 'tokenEndpoint also needs apiOrigin');
    return;
  }
  return { region: null, tokenEndpoint, apiOrigin, publicApiOrigin: apiOrigin };
}
