import { findRegion, isRecord } from 'genesys-auth-protocol';
import type { GenesysRelayConfig } from './config';
import { isText } from '../values';
import { readUrl } from './check-api';
import { type Report, checkKeys, readNumber } from './report';

const RELAY_KEYS = ['url', 'credentials', 'headers', 'timeoutMs'] as const satisfies (keyof GenesysRelayConfig)[];
const CREDENTIALS = ['same-origin', 'include', 'omit'] as const;

function checkRelayUrl(key: string, value: unknown, report: Report): void {
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
}

/** Checks what says where the relay is and how it is called. */
export function checkRelay(value: unknown, report: Report): void {
  const relay: Record<string, unknown> = isRecord(value) ? value : { url: value };
  const key = isRecord(value) ? 'relay.url' : 'relay';
  checkKeys(relay, RELAY_KEYS, 'relay.', report);
  const { url, credentials = 'same-origin', headers, timeoutMs } = relay;
  if (!CREDENTIALS.some((known) => known === credentials)) {
    report('relay.credentials', 'it has no such value.', `Choose one of ${CREDENTIALS.join(', ')}.`);
  }
  if (headers !== undefined && typeof headers !== 'function') {
    report('relay.headers', 'it must be a function.', 'Write headers: () => ({ Authorization: ... }).');
  }
  checkRelayUrl(key, url, report);
  readNumber('relay.timeoutMs', timeoutMs, 1, 1, report);
}
