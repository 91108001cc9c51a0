import { z } from 'zod';
import { says, shown } from './says.ts';

const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether a URL's host is this machine. */
export const isLoopbackUrl = (url: URL): boolean => LOOPBACK_HOST.test(url.hostname);

/** A URL in a form that is safe in a message: without user, password and query, which may hold a key. */
function shownUrl(value: unknown): string {
  if (typeof value !== 'string') return shown(value);
  const start = value.indexOf('//') + 2;
  const at = value.lastIndexOf('@');
  const anonymous = start >= 2 && at >= start ? `${value.slice(0, start)}...${value.slice(at)}` : value;
  const query = anonymous.indexOf('?');
  return shown(query === -1 ? anonymous : `${anonymous.slice(0, query)}?...`);
}

function complaintAbout(value: string, originOnly: boolean): string | undefined {
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    return says(
      `${shownUrl(value)} is not a URL`,
      'write the whole URL with its scheme, for example https://login.example.com'
    );
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return says(`${shownUrl(value)} is neither https nor http`, 'use an https URL');
  }
  if (url.protocol === 'http:' && !isLoopbackUrl(url)) {
    return says(
      `${shown(`${url.protocol}//${url.host}`)} is not encrypted`,
      'use https: plain http is only for localhost, 127.0.0.1 and [::1]'
    );
  }
  if (url.username || url.password) return says('holds a user name or password', 'remove them from the URL');
  if (url.hash || value.includes('#')) return says('holds a fragment', 'remove the part from # on');
  if (!/^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])$/.test(url.hostname)) {
    return says(`${shownUrl(value)} has no plain host name`, 'write the host name; there are no wildcards');
  }
  if (originOnly && value !== url.origin) {
    return says(`${shownUrl(value)} is not an origin in its exact form`, `write ${url.origin}`);
  }
  return undefined;
}

const checked = (fix: string, originOnly: boolean) =>
  z
    .string({
      error: (issue) => says(issue.input === undefined ? 'is missing' : `${shownUrl(issue.input)} is not a URL`, fix)
    })
    .superRefine((value, context) => {
      const message = complaintAbout(value, originOnly);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    // The part that an editor can check: see json-schema.ts.
    .meta({ description: fix, pattern: originOnly ? '^https?://[^/*]+$' : '^https?://' });

/** An https URL, or http on this machine; without credentials and fragment. */
export const secureUrl = (fix: string) => checked(fix, false);

/** An https origin in exactly the form a browser sends: scheme, host in lower case, port only if not the default. */
export const secureOrigin = (fix: string) => checked(fix, true);
