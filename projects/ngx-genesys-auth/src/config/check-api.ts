import { GENESYS_REGIONS, findRegion } from 'genesys-auth-protocol';
import { nearestScope } from 'genesys-scopes';
import { isText } from '../values';
import type { Report } from './report';
import { isSafe } from './safe-url';

/** Reads an absolute `http` or `https` URL that may carry a token; says what is wrong with any other. */
export function readUrl(key: string, value: string, report: Report): URL | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    report(key, `"${value}" is not an http(s) URL.`, 'Write it like https://host.');
  } else if (url.username || url.password) {
    report(key, 'it holds a user name or a password.', 'Take them out: what is in the browser is not secret.');
  } else if (!isSafe(url)) {
    report(key, `"${value}" would send tokens in the clear.`, 'Use https: (http: is for localhost only).');
  } else {
    return url;
  }
  return undefined;
}

function checkApiOrigin(value: unknown, report: Report): void {
  if (!isText(value)) {
    report('apiOrigin', 'it must be a string.', 'Write it like https://api.example.com.');
    return;
  }
  const url = readUrl('apiOrigin', value, report);
  // URLs are compared letter by letter, so what the app writes here must be what it will write there.
  if (url && value.replace(/\/$/, '') !== url.origin) {
    report('apiOrigin', `"${value}" is not an origin in its canonical form.`, `Write "${url.origin}".`);
  }
}

function checkRegion(value: unknown, report: Report): void {
  if (!isText(value)) {
    report('region', 'it must be a string.', 'Write it like "mypurecloud.de".');
    return;
  }
  if (findRegion(value)) return;
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
}

/** Checks what says where tokens are for. */
export function checkApi({ region, apiOrigin }: { region?: unknown; apiOrigin?: unknown }, report: Report): void {
  if (region !== undefined && apiOrigin !== undefined) {
    report('apiOrigin', 'it stands beside region, and only one can be right.', 'Remove one of the two.');
  } else if (region !== undefined) {
    checkRegion(region, report);
  } else if (apiOrigin !== undefined) {
    checkApiOrigin(apiOrigin, report);
  } else {
    report('region', 'it is missing.', 'Give the domain of your organization, for example region: "mypurecloud.de".');
  }
}
