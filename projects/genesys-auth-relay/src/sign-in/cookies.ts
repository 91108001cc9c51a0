import type { RequestHead } from '../guard/request-head.ts';

/** Cookies of a request by their names. */
export type Cookies = ReadonlyMap<string, string>;

/** Value of a cookie that occurs twice: it is unknown which one is ours, so neither is used. */
const TWICE = '';

/** Reads the cookies of a request. A name that occurs twice has no value. */
export function readCookies(head: RequestHead): Cookies {
  const cookies = new Map<string, string>();
  const header = head.headers['cookie'];
  if (header === undefined || head.count('cookie') !== 1) return cookies;
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals === -1) continue;
    const name = pair.slice(0, equals).trim();
    cookies.set(name, cookies.has(name) ? TWICE : pair.slice(equals + 1).trim());
  }
  return cookies;
}

/** How cookies are set. */
export interface CookieJar {
  /** Name of a cookie, with a prefix that prevents sibling hosts from setting it, and the suffix of this relay. */
  name(what: string): string;
  /** A `Set-Cookie` header. Without `maxAgeSeconds` the cookie ends with the browser's session. */
  set(name: string, value: string, sameSite: 'Strict' | 'Lax', maxAgeSeconds?: number): string;
  /** The header that deletes it. */
  clear(name: string, sameSite: 'Strict' | 'Lax'): string;
}

/**
 * @param isSecure whether browsers reach the relay by https
 * @param suffix different for two relays on one host, so that they do not overwrite each other's cookies
 */
export function createCookieJar(isSecure: boolean, suffix: string): CookieJar {
  const set: CookieJar['set'] = (name, value, sameSite, maxAgeSeconds) =>
    [
      `${name}=${value}`,
      'Path=/',
      ...(maxAgeSeconds === undefined ? [] : [`Max-Age=${maxAgeSeconds}`]),
      'HttpOnly',
      ...(isSecure ? ['Secure'] : []),
      `SameSite=${sameSite}`
    ].join('; ');
  return {
    name: (what) => `${isSecure ? '__Host-' : ''}${what}-${suffix}`,
    set,
    clear: (name, sameSite) => set(name, '', sameSite, 0)
  };
}

/** An id of 32 bytes in base64url. */
const SESSION_ID = /^[\w-]{43}$/;

/** The id in the cookie of a session, if it has the form of one. */
export function sessionIdOf(cookies: Cookies, name: string): string | undefined {
  const id = cookies.get(name);
  return id !== undefined && SESSION_ID.test(id) ? id : undefined;
}
