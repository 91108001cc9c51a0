import { isText, readRecord } from '../values';

const KEY = 'ngx-genesys-auth sign-in';
const ONE_MINUTE_MS = 60_000;
/** How often sign-in starts by itself within a minute. A user who goes back from the sign-in page counts as well. */
const MOST_IN_A_MINUTE = 3;

/** What this tab remembers of sign-in while the browser is at Genesys Cloud. */
interface Redirects {
  /** The name of the configuration. */
  readonly name: string | undefined;
  /** When a guard started sign-in, in milliseconds since the epoch. */
  readonly started: readonly number[];
}

export function readRedirects(): Redirects {
  const { name, started } = readRecord(stored());
  return {
    name: isText(name) ? name : undefined,
    started: Array.isArray(started) ? started.filter((time) => typeof time === 'number') : []
  };
}

/**
 * Remembers that sign-in starts.
 *
 * @param byItself whether a guard starts it. If the user asks for it, the count starts again
 * @returns false if it would be the fourth time within a minute, and then it must not start
 */
export function rememberRedirect(name: string | undefined, byItself: boolean): boolean {
  const now = Date.now();
  const recent = byItself ? readRedirects().started.filter((time) => now - time < ONE_MINUTE_MS) : [];
  if (recent.length >= MOST_IN_A_MINUTE) return false;
  store({ name, started: byItself ? [...recent, now] : [] });
  return true;
}

/** Forgets the redirects of a configuration, because its user is signed in. */
export function forgetRedirects(name: string | undefined): void {
  if (readRedirects().name !== name) return;
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // The browser forbids storage.
  }
}

function stored(): unknown {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return undefined;
  }
}

function store(redirects: Redirects): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(redirects));
  } catch {
    // The browser forbids storage. The result in the URL still ends a loop.
  }
}
