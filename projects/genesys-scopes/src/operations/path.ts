import { API_PREFIX } from './format.ts';

// Dot segments, backslashes, escapes, and what the URL parser strips: rare, and read by the real parser then.
const UNUSUAL = /[\\%\t\n\r]|\/\./;

function unescaped(segment: string): string {
  try {
    // An escaped slash does not separate segments.
    return decodeURIComponent(segment).replaceAll('/', '%2f');
  } catch {
    return segment;
  }
}

function normalised(url: string): string | undefined {
  try {
    return new URL(url, 'http://host').pathname.split('/').map(unescaped).join('/');
  } catch {
    return undefined;
  }
}

function rawPath(url: string): string | undefined {
  let end = url.length;
  const hash = url.indexOf('#');
  if (hash >= 0) end = hash;
  const query = url.indexOf('?');
  if (query >= 0 && query < end) end = query;
  if (url.startsWith('/') && !url.startsWith('//')) return url.slice(0, end);
  const authority = url.indexOf('//');
  const start = authority < 0 ? -1 : url.indexOf('/', authority + 2);
  return start < 0 || start > end ? undefined : url.slice(start, end);
}

/**
 * The part of a URL that names an operation: what follows `/api/v2/`, in lower case, without query, hash and a trailing
 * slash; `undefined` for a URL that is not under `/api/v2/`. Host and scheme do not count.
 */
export function operationPath(url: string): string | undefined {
  const path = UNUSUAL.test(url) ? normalised(url) : rawPath(url);
  if (path === undefined) return undefined;
  const lower = path.toLowerCase();
  if (!lower.startsWith(API_PREFIX)) return undefined;
  return lower.slice(API_PREFIX.length, lower.endsWith('/') ? -1 : undefined);
}
