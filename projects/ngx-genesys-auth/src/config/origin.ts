import { GENESYS_REGIONS, findRegion, originsOf } from 'genesys-auth-protocol';
import { nearestScope } from 'genesys-scopes';
import type { GenesysAuthConfig } from './config';
import { isText } from '../values';
import type { Report } from './report';

const LOOPBACK = /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/;

/** Reads an absolute `http` or `https` URL that may carry a token; says what is wrong with any other. */
export function readUrl(key: string, value: string, report: Report): URL | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    report(key, `"${value}" is not an http(s) URL.`, 'Write it like https://host.');
  } else if (url.username || url.password) {
    report(key, 'it holds a user name or a password.', 'Take them out: what is in the browser is not secret.');
  } else if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
    report(key, `"${value}" would send tokens in the clear.`, 'Use https: (http: is for localhost only).');
  } else {
    return url;
  }
  return undefined;
}

function readApiOrigin(value: unknown, report: Report): string | undefined {
  if (!isText(value)) {
    report('apiOrigin', 'it must be a string.', 'Write it like https://api.example.com.');
    return undefined;
  }
  const url = readUrl('apiOrigin', value, report);
  // URLs are compared letter by letter, so what the app writes here must be what it will write there.
  if (url && value.replace(/\/$/, '') !== url.origin) {
    report('apiOrigin', `"${value}" is not an origin in its canonical form.`, `Write "${url.origin}".`);
  }
  return url?.origin;
}

function readRegion(value: unknown, report: Report): { domain: string; apiOrigin: string } | undefined {
  if (!isText(value)) {
    report('region', 'it must be a string.', 'Write it like "mypurecloud.de".');
    return undefined;
  }
  const region = findRegion(value);
  if (region) return { domain: region.domain, apiOrigin: originsOf(region).apiOrigin };
  // People paste hosts and URLs: https://apps.mypurecloud.de/ means mypurecloud.de.
  const host = value
    .trim()
    .replace(/^https?:\/\/|[/:].*$/g, '')
    .replace(/^(?:api|login|apps)\./, '');
  const names = GENESYS_REGIONS.flatMap(({ aws, domain }) => [domain, aws]);
  const nearest = findRegion(host)?.domain ?? nearestScope(host, names);
  report(
    'region',
    `Genesys Cloud has no region "${value}".`,
    nearest
      ? `Write "${nearest}".`
      : 'Write its domain ("mypurecloud.de") or AWS name ("eu-central-1"); for another server give apiOrigin.'
  );
  return undefined;
}

/** Finds the one origin that tokens are for. */
export function resolveApi(
  config: Partial<GenesysAuthConfig>,
  report: Report
): { region: string | undefined; apiOrigin: string | undefined } {
  const { region, apiOrigin } = config;
  if (region !== undefined && apiOrigin !== undefined) {
    report('apiOrigin', 'it stands beside region, and only one can be right.', 'Remove one of the two.');
  } else if (region !== undefined) {
    const found = readRegion(region, report);
    return { region: found?.domain, apiOrigin: found?.apiOrigin };
  } else if (apiOrigin !== undefined) {
    return { region: undefined, apiOrigin: readApiOrigin(apiOrigin, report) };
  } else {
    report('region', 'it is missing.', 'Give the domain of your organisation, for example region: "mypurecloud.de".');
  }
  return { region: undefined, apiOrigin: undefined };
}
