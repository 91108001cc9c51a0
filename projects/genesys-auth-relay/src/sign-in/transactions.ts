import { createHash, randomBytes } from 'node:crypto';
import type { RelayClock } from '../runtime/clock.ts';
import { createLru } from '../runtime/lru.ts';
import { sha256 } from '../runtime/sha256.ts';
import { parseObject } from '../runtime/parse-object.ts';
import type { Seal } from '../store/seal.ts';
import type { CookieJar, Cookies } from './cookies.ts';

/** Milliseconds in which a user has to sign in. */
const LIFE_MS = 600_000;
/** Maximum number of pending sign-ins of one browser. The oldest is dropped. */
const MAX_OPEN = 5;

/** One sign-in of one browser, from `/sign-in` to the callback. */
export interface Transaction {
  /** Code verifier (RFC 7636). */
  readonly verifier: string;
  /** URL to which the browser returns. */
  readonly returnTo: string;
  /** Name of the session that the browser had before, in the store of sessions. */
  readonly before: string | undefined;
}

/** The parameters and cookies with which the browser is redirected. */
export interface Begun {
  readonly state: string;
  /** Code challenge for the verifier, by S256. */
  readonly challenge: string;
  readonly setCookies: readonly string[];
}

/** Pending sign-ins. Each is kept in a sealed cookie of its browser, so no other browser can complete it. */
export interface Transactions {
  begin(cookies: Cookies, what: Pick<Transaction, 'returnTo' | 'before'>): Begun;
  /** Completes a sign-in, once. `undefined` for a state of another browser, and for one that is used or expired. */
  take(cookies: Cookies, state: string): { readonly transaction: Transaction; readonly setCookie: string } | undefined;
}

const random = () => randomBytes(32).toString('base64url');

/**
 * @param jar how cookies are set
 * @param audience OAuth client and endpoint: a sign-in of a relay with other ones cannot be completed here
 */
export function createTransactions(jar: CookieJar, seal: Seal, audience: string, clock: RelayClock): Transactions {
  const prefix = `${jar.name('genesys-sign-in')}-`;
  const nameOf = (state: string) => `${prefix}${sha256(state).slice(0, 16)}`;
  const placeOf = (name: string) => `${audience} ${name}`;
  // A cookie that was copied before the browser deleted it must not be used again.
  const used = createLru<true>(10_000);

  function open(cookies: Cookies, name: string): (Transaction & { readonly state: string; at: number }) | undefined {
    const value = cookies.get(name);
    const text = value === undefined ? undefined : seal.open(placeOf(name), Buffer.from(value, 'base64url'));
    const { state, verifier, returnTo, before, at } = (text === undefined ? undefined : parseObject(text)) ?? {};
    if (typeof state !== 'string' || typeof verifier !== 'string' || typeof returnTo !== 'string') return undefined;
    if (typeof at !== 'number' || Math.abs(clock.now() - at) > LIFE_MS) return undefined;
    return { state, verifier, returnTo, before: typeof before === 'string' ? before : undefined, at };
  }

  /** The cookies to delete so that a new one has room: expired ones first, then the oldest. */
  function surplus(cookies: Cookies): readonly string[] {
    const all = [...cookies.keys()]
      .filter((name) => name.startsWith(prefix))
      .map((name) => ({ name, at: open(cookies, name)?.at ?? -Infinity }))
      .sort((one, other) => other.at - one.at);
    return all.filter(({ at }, index) => at === -Infinity || index >= MAX_OPEN - 1).map(({ name }) => name);
  }

  return {
    begin(cookies, { returnTo, before }) {
      const state = random();
      const verifier = random();
      const name = nameOf(state);
      const text = JSON.stringify({ state, verifier, returnTo, before, at: clock.now() });
      const sealed = seal.seal(placeOf(name), text).toString('base64url');
      return {
        state,
        challenge: createHash('sha256').update(verifier).digest('base64url'),
        setCookies: [
          ...surplus(cookies).map((old) => jar.clear(old, 'Lax')),
          jar.set(name, sealed, 'Lax', LIFE_MS / 1000)
        ]
      };
    },

    take(cookies, state) {
      const name = nameOf(state);
      const found = open(cookies, name);
      if (found?.state !== state || used.has(state)) return undefined;
      used.set(state, true);
      const { verifier, returnTo, before } = found;
      return { transaction: { verifier, returnTo, before }, setCookie: jar.clear(name, 'Lax') };
    }
  };
}
