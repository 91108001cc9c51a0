import { findRegion } from 'genesys-auth-protocol';
import type { GenesysRelayConfig } from './config';
import { isRecord, isText } from '../values';
import { readUrl } from './origin';
import { type Report, checkKeys, readNumber } from './report';

const RELAY_KEYS = ['url', 'credentials', 'headers', 'timeoutMs'] as const satisfies (keyof GenesysRelayConfig)[];
const CREDENTIALS = ['same-origin', 'include', 'omit'] as const;
const DEFAULT_TIMEOUT_MS = 10_000;

const isCredentials = (value: unknown): value is (typeof CREDENTIALS)[number] =>
  CREDENTIALS.some((known) => known === value);
// A function's type cannot be looked into at run time; what it returns is read with care where it is called.
const isHeaders = (value: unknown): value is NonNullable<GenesysRelayConfig['headers']> => typeof value === 'function';

function checkRelayUrl(key: string, value: unknown, report: Report): value is string {
  const write = 'Write a path of this site ("/genesys") or a whole URL ("https://relay.example.com/genesys").';
  if (!isText(value)) {
    report(key, 'it is missing.', write);
  } else if (/[\s\\]/.test(value) || !/^(?:\/(?!\/)|https?:\/\/)/i.test(value)) {
    report(key, `"${value}" is neither a path nor a URL.`, write);
  } else if (/[?#]/.test(value)) {
    report(key, `"${value}" has a query or a fragment.`, 'Give only where the relay is mounted.');
  } else if (!value.startsWith('/')) {
    const host = readUrl(key, value, report)?.hostname ?? '';
    if (findRegion(host.replace(/^\w+\./, ''))) {
      report(key, `"${value}" is Genesys Cloud itself.`, 'Give your own relay: the browser has no client secret.');
    }
  }
  return isText(value);
}

/** Where the relay is and how it is called. */
export function resolveRelay(value: unknown, report: Report) {
  const relay: Record<string, unknown> = isRecord(value) ? value : { url: value };
  const key = isRecord(value) ? 'relay.url' : 'relay';
  checkKeys(relay, RELAY_KEYS, 'relay.', report);
  const { url, credentials = 'same-origin', headers, timeoutMs } = relay;
  if (!isCredentials(credentials)) {
    report('relay.credentials', 'it has no such value.', `Choose one of ${CREDENTIALS.join(', ')}.`);
  }
  if (headers !== undefined && !isHeaders(headers)) {
    report('relay.headers', 'it must be a function.', 'Write headers: () => ({ Authorization: ... }).');
  }
  return {
    relayUrl: checkRelayUrl(key, url, report) ? url.replace(/\/+$/, '') : '',
    credentials: isCredentials(credentials) ? credentials : 'same-origin',
    headers: isHeaders(headers) ? headers : undefined,
    timeoutMs: readNumber('relay.timeoutMs', timeoutMs, DEFAULT_TIMEOUT_MS, 1, report)
  } as const;
}
