import { randomUUID } from 'node:crypto';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { sha256 } from '../runtime/sha256.ts';
import { createBreaker } from './breaker.ts';
import type { RedisClient } from './redis-client.ts';
import { CLAIM, DELETE_VALUE, PUT } from './scripts.ts';
import type { Seal } from './seal.ts';
import { type SharedToken, ageOf, readEntry, writeEntry } from './stored-token.ts';

/** What a relay finds when it asks for the right to fetch a token for all. */
export interface Claim {
  /** The name of this claim. */
  readonly name: string;
  /** Who has the right: the name of this claim if it is ours. */
  readonly holder: string;
  /** The token that is there, if it opened and is not over. */
  readonly token: SharedToken | undefined;
}

/** Where relays share their tokens. No call throws: when the store is gone, each relay goes on by itself. */
export interface TokenStore {
  /**
   * Asks for the right to fetch the token, and reads the one that is there.
   *
   * @param takeFrom a holder that has taken too long, whose right passes to us if it still has it
   * @returns `undefined` when the store does not answer
   */
  claim(key: string, takeFrom?: string): Promise<Claim | undefined>;
  /** Shares a token, and gives the right back if it is ours. */
  put(key: string, claim: Claim, token: SharedToken): Promise<void>;
  /** Gives the right back without a token. */
  release(key: string, claim: Claim): Promise<void>;
  /** Deletes a token the API refuses, if it is still the one that is there. */
  drop(key: string, hash: string): Promise<void>;
  close(): Promise<void>;
}

/** What a store is made with. */
export interface TokenStoreOptions {
  readonly prefix: string;
  /** Life of a lease in milliseconds: longer than any request for a token (T4). */
  readonly leaseMs: number;
  readonly seal: Seal;
}

interface Reading {
  readonly holder: string;
  readonly sealed: Buffer | null;
  /** The store's clock, in milliseconds. */
  readonly now: number;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function readingOf(answer: unknown): Reading {
  const [holder, sealed, time] = listOf(answer);
  const [seconds, micros] = listOf(time).map((part) => Number(String(part)));
  const now = (seconds ?? NaN) * 1000 + Math.floor((micros ?? NaN) / 1000);
  if (!Buffer.isBuffer(holder) || !Number.isSafeInteger(now)) throw new TypeError('not the answer of the script');
  return { holder: holder.toString(), sealed: Buffer.isBuffer(sealed) ? sealed : null, now };
}

/** What a server answers that is there and cannot serve. */
const ANSWERS: ReadonlySet<string> = new Set(['READONLY', 'LOADING', 'MASTERDOWN']);

/** What is the matter with a store, with what to do where that can be said. */
function failing(trouble: string | undefined): string {
  if (trouble === undefined) return 'does not answer';
  if (ANSWERS.has(trouble)) return `answers ${trouble} and is not used; the relay connects again`;
  return /CERT|VERIFY|SIGNATURE|ISSUER|ALTNAME/.test(trouble)
    ? `is not used, as its certificate is not trusted (${trouble}): give its certificate authority in store.redis.ca`
    : `does not answer (${trouble})`;
}

/** A store in Redis or Valkey. */
export function createTokenStore(client: RedisClient, options: TokenStoreOptions, runtime: RelayRuntime): TokenStore {
  const { clock, log, observer } = runtime;
  const { prefix, leaseMs, seal } = options;
  const breaker = createBreaker(clock, (state) => {
    observer.storeEvent?.(state);
    if (state === 'degraded')
      log.warn({ event: 'store_gone' }, `the shared store ${failing(client.trouble())}; the relay goes on by itself`);
    if (state === 'recovered') log.info({ event: 'store_back' }, 'the shared store answers again');
  });
  // The braces keep both keys on one node of a cluster.
  const keysOf = (key: string) => [`${prefix}{${key}}:token`, `${prefix}{${key}}:lease`] as const;
  /** The store's clock less ours, as seen in the last answer; it errs to the side of a token that seems older. */
  let ahead: number | undefined;
  let lastRejectLog = -Infinity;

  function rejected(): void {
    observer.storeEvent?.('store_reject');
    const now = clock.monotonic();
    if (now < lastRejectLog + 60_000) return;
    lastRejectLog = now;
    log.warn(
      { event: 'store_reject' },
      'an entry of the shared store does not open with the keys of this relay, or was moved; it is not used'
    );
  }

  /** The entry as it was written, its start on the store's clock. */
  function unsealed(place: string, sealed: Buffer): SharedToken | undefined {
    const text = seal.open(place, sealed);
    return text === undefined ? undefined : readEntry(text);
  }

  function usable(place: string, { sealed, now }: Reading, sent: number): SharedToken | undefined {
    if (sealed === null) return undefined;
    const entry = unsealed(place, sealed);
    const age = entry && ageOf(entry, now);
    if (entry === undefined || age === undefined) {
      rejected();
      return undefined;
    }
    return age < entry.lifetimeSeconds * 1000 ? { ...entry, start: sent - age } : undefined;
  }

  async function read(key: string, script: (name: string) => Promise<unknown>): Promise<Claim | undefined> {
    const name = randomUUID();
    const sent = clock.monotonic();
    const reading = await breaker.run(async () => readingOf(await script(name)));
    if (reading === undefined) return undefined;
    ahead = reading.now - clock.monotonic();
    return { name, holder: reading.holder, token: usable(keysOf(key)[0], reading, sent) };
  }

  return {
    claim: (key, takeFrom = '') =>
      read(key, (name) => client.evalBuffer(CLAIM, keysOf(key), [name, String(leaseMs), takeFrom])),

    async put(key, { name }, token) {
      if (ahead === undefined) return;
      const [place] = keysOf(key);
      const start = token.start + ahead;
      const left = Math.floor(token.start + token.lifetimeSeconds * 1000 - clock.monotonic());
      if (left <= 0) return;
      const sealed = seal.seal(place, writeEntry(token, start));
      const done = await breaker.run(() => client.evalBuffer(PUT, keysOf(key), [name, sealed, String(left)]));
      if (done !== undefined) observer.storeEvent?.('written');
    },

    async release(key, { name }) {
      await breaker.run(() => client.evalBuffer(DELETE_VALUE, [keysOf(key)[1]], [name]));
    },

    async drop(key, hash) {
      const [place] = keysOf(key);
      await breaker.run(async () => {
        const sealed = await client.getBuffer(place);
        if (sealed === null) return;
        const entry = unsealed(place, sealed);
        if (entry === undefined || sha256(entry.token) !== hash) return;
        await client.evalBuffer(DELETE_VALUE, [place], [sealed]);
      });
    },

    close: () => {
      breaker.close();
      return client.close();
    }
  };
}
