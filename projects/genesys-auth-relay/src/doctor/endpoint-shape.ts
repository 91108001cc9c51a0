import { type Finding, finding } from './causes.ts';
import type { RegionHosts } from './regions.ts';

const CREDENTIAL =
  /^(?:client_?id|client_?secret|username|user|password|secret|access_?token|token|assertion|code|refresh_?token|api_?key|key|authorization)$/i;

const HARMLESS = new Set(['grant_type', 'scope']);

const originOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).origin : undefined);

/** Values in a URL that may be secrets: parameters of the query, user and password. */
export function secretsInUrl(url: string): string[] {
  if (!URL.canParse(url)) return [];
  const { searchParams, username, password } = new URL(url);
  const values = [...searchParams].filter(([name]) => !HARMLESS.has(name)).map(([, value]) => value);
  return [...values, username, password].filter((value) => value !== '');
}

/** A URL without user, password, query and fragment, which may be shown and requested. */
export function bareUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

function inQuery(tokenEndpoint: string): Finding | undefined {
  if (!URL.canParse(tokenEndpoint)) return undefined;
  const { searchParams, username, password } = new URL(tokenEndpoint);
  const names = [...searchParams.keys()].filter((name) => CREDENTIAL.test(name));
  if (names.length === 0 && username === '' && password === '') return undefined;
  return finding(
    'credentials_in_query',
    'The URL genesys.tokenEndpoint holds credentials, which proxies and servers write to their logs. They were not sent.',
    'Remove everything from ? on (and any user:password@) from the URL, and replace the secret: it may have been logged.'
  );
}

/** Findings from the two URLs, before anything is sent. */
export function endpointSlips(tokenEndpoint: string, apiOrigin: string, regions: readonly RegionHosts[]): Finding[] {
  const found: Finding[] = [];
  const query = inQuery(tokenEndpoint);
  if (query !== undefined) found.push(query);
  const login = originOf(tokenEndpoint);
  const asApi = regions.find((region) => region.apiOrigin === login);
  if (asApi !== undefined) {
    found.push(
      finding(
        'api_host_as_login_host',
        `${login ?? ''} is the API host of ${asApi.domain}. Tokens come from its login host; nothing was sent.`,
        `Use region: ${asApi.domain}, or tokenEndpoint: ${asApi.tokenEndpoint}`
      )
    );
  }
  const asLogin = regions.find((region) => originOf(region.tokenEndpoint) === apiOrigin);
  const home = regions.find((region) => originOf(region.tokenEndpoint) === login);
  const apiHome = regions.find((region) => region.apiOrigin === apiOrigin);
  if (asLogin !== undefined) {
    found.push(
      finding(
        'not_the_api',
        `genesys.apiOrigin is the login host of ${asLogin.domain}, not its API host.`,
        `Use apiOrigin: ${asLogin.apiOrigin}`
      )
    );
  } else if (home !== undefined && apiHome !== undefined && home !== apiHome) {
    found.push(
      finding(
        'regions_mixed',
        `Tokens come from ${home.domain}, but the API is that of ${apiHome.domain}, which does not accept them.`,
        `Use region: ${home.domain} (or ${apiHome.domain}) and remove tokenEndpoint and apiOrigin.`
      )
    );
  }
  return found;
}
