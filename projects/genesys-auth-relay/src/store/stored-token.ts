import { isScopeToken } from 'genesys-scopes';
import { parseObject } from '../runtime/parse-object.ts';

/** Longest accepted lifetime in seconds: the maximum of Genesys Cloud. */
export const MAX_LIFETIME_SECONDS = 172_800;

/** Milliseconds by which the store's clock may seem to go back between two readings (F5). */
const CLOCK_TOLERANCE_MS = 60_000;

/** A token that relays share. */
export interface SharedToken {
  readonly token: string;
  /** Granted scopes, sorted. */
  readonly scopes: readonly string[];
  readonly lifetimeSeconds: number;
  /** When its token request started, in milliseconds; on the monotonic clock of this process unless noted otherwise. */
  readonly start: number;
}

/** The content that is sealed. Its start is on the store's clock, which all relays share. */
export function writeEntry({ token, scopes, lifetimeSeconds }: SharedToken, startInStore: number): string {
  return JSON.stringify({ token, scopes, lifetimeSeconds, start: Math.floor(startInStore) });
}

/** Reads sealed content. Its start is on the store's clock, in milliseconds. `undefined` when it is not valid. */
export function readEntry(text: string): SharedToken | undefined {
  const { token, scopes, lifetimeSeconds, start } = parseObject(text) ?? {};
  if (typeof token !== 'string' || !/^[\x21-\x7E]+$/.test(token)) return undefined;
  if (!Array.isArray(scopes)) return undefined;
  const names: unknown[] = scopes;
  if (!names.every((name) => typeof name === 'string' && isScopeToken(name))) return undefined;
  if (typeof lifetimeSeconds !== 'number' || !(lifetimeSeconds > 0 && lifetimeSeconds <= MAX_LIFETIME_SECONDS)) {
    return undefined;
  }
  if (typeof start !== 'number' || !Number.isSafeInteger(start)) return undefined;
  return { token, scopes: names.map(String), lifetimeSeconds, start };
}

/**
 * The age of an entry in milliseconds; `undefined` when its start is more than a minute in the future, because such a token would
 * seem to be valid after it has expired.
 *
 * @param nowInStore the store's clock, in milliseconds
 */
export function ageOf({ start }: SharedToken, nowInStore: number): number | undefined {
  const age = nowInStore - start;
  return age < -CLOCK_TOLERANCE_MS ? undefined : Math.max(0, age);
}
