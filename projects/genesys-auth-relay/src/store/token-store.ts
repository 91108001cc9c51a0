import { randomUUID } from 'node:crypto';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { sha256 } from '../runtime/sha256.ts';
import { createBreaker } from './breaker.ts';
import type { RedisClient } from './redis-client.ts';
import { CLAIM, DELETE_VALUE, PUT } from './scripts.ts';
import type { Seal } from './seal.ts';
import { type SharedToken, ageOf, readEntry, writeEntry } from './stored-token.ts';

/** The result of a request for the lease, the right to fetch a token for all relays. */
export interface Claim {
  /** The name of this request. */
  readonly name: string;
  /** The holder of the lease: the name of this request if it is ours. */
  readonly holder: string;
  /** The token in the store, if it could be opened and has not expired. */
  readonly token: SharedToken | undefined;
}

/** The store in which relays share tokens. No call throws: without the store, each relay obtains its own tokens. */
export interface TokenStore {
  /**
   * Requests the lease to fetch the token, and reads the token in the store.
   *
   * @param takeFrom a holder that has taken too long, whose lease is taken over if it still has it
   * @returns `undefined` when the store does not answer
   */
  claim(key: string, takeFrom?: string): Promise<Claim | undefined>;
  /** Stores a token, and releases the lease if it is ours. */
  put(key: string, claim: Claim, token: SharedToken): Promise<void>;
  /** Releases the lease without a token. */
  release(key: string, claim: Claim): Promise<void>;
  /** Deletes a token that the API refuses, if it is still the one in the store. */
  drop(key: string, hash: string): Promise<void>;
  close(): Promise<void>;
}

/** Dependencies of a store. */
export interface TokenStoreOptions {
  readonly prefix: string;
  /** Lifetime of a lease in milliseconds: longer than any token request (T4). */
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
  if (!Buffer.isBuffer(holder) || !Number.isSafeInteger(now)) throw new TypeError('unexpected answer of the script');
  return { holder: holder.toString(), sealed: Buffer.isBuffer(sealed) ? sealed : null, now };
}

/** Answers of a server that runs but cannot serve. */
const ANSWERS: ReadonlySet<string> = new Set(['READONLY', 'LOADING', 'MASTERDOWN']);

/** Describes why a store does not work, and the fix if it is known. */
function failing(trouble: string | undefined): string {
  if (trouble === undefined) return 'does not answer';
  if (ANSWERS.has(trouble)) return `answers ${trouble} and is not used; the relay reconnects`;
  return /CERT|VERIFY|SIGNATURE|ISSUER|ALTNAME/.test(trouble)
    ? `is not used, because its certificate is not trusted (${trouble}): set its certificate authority in store.redis.ca`
    : `does not answer (${trouble})`;
}

/** A store in Redis or Valkey. */
export function createTokenStore(client: RedisClient, options: TokenStoreOptions, runtime: RelayRuntime): TokenStore {
  const { clock, log, observer } = runtime;
  const { prefix, leaseMs, seal } = options;
  const breaker = createBreaker(clock, (state) => {
    observer.storeEvent?.(state);
    if (state === 'degraded')
      log.warn(
        { event: 'store_gone' },
        `the shared store ${failing(client.trouble())}; the relay continues without it`
      );
    if (state === 'recovered') log.info({ event: 'store_back' }, 'the shared store answers again');
  });
  // The braces keep both keys on one node of a cluster.
  const keysOf = (key: string) => [`${prefix}{${key}}:token`, `${prefix}{${key}}:lease`] as const;
  /** Difference between the store's clock and ours at the last answer. Its error makes tokens seem older, never younger. */
  let ahead: number | undefined;
  let lastRejectLog = -Infinity;

  function rejected(): void {
    observer.storeEvent?.('store_reject');
    const now = clock.monotonic();
    if (now < lastRejectLog + 60_000) return;
    lastRejectLog = now;
    log.warn(
      { event: 'store_reject' },
      'an entry of the shared store cannot be opened with the keys of this relay, or was moved; it is not used'
    );
  }

  /** Opens an entry of the store. Its start is on the store's clock. */
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
