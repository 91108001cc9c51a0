import { LRUCache } from 'lru-cache';
import type { ClientConfig, GenesysConfig } from '../config/config.ts';
import type { TokenServed } from '../runtime/observer.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { sha256 } from '../runtime/sha256.ts';
import type { SharedToken } from '../store/stored-token.ts';
import type { TokenStore } from '../store/token-store.ts';
import { cacheKey } from './cache-key.ts';
import { type Entry, type SourceToken, entryOf, grantCovers, laterOf, putOff } from './entry.ts';
import { createFetchToken } from './fetch-token.ts';
import { MIN_CACHED_MS } from './lifetime.ts';
import { createRefusals } from './refusals.ts';
import { isLive, obtainOnce } from './share.ts';
import type { Upstream } from './upstream.ts';
import { UpstreamError } from './upstream-error.ts';

export type { SourceToken } from './entry.ts';

/** Where tokens come from. Another grant, or a token per user, fits behind the same functions. */
export interface TokenSource {
  /** The live token that `get` would give, if there is one; renews it behind the caller when that is due. */
  ready(client: ClientConfig, scopes: readonly string[], slot?: number): SourceToken | undefined;
  /**
   * A token for exactly these scopes: the live one, or one flight for all who wait.
   *
   * @param client OAuth client the token belongs to
   * @param scopes canonical
   * @param slot which token of the client's pool; default: the first
   * @throws UpstreamError when there is no live token and none to be had
   */
  get(client: ClientConfig, scopes: readonly string[], slot?: number): Promise<SourceToken>;
  /**
   * A caller says that the API refused this token. If it is the live one, the API is asked (at most once a second for each
   * token, and all who report meanwhile wait for the same answer); the token is given up only if it really is dead.
   *
   * @param hash lower-case hex SHA-256 of the token
   * @param mayVerify asked once, only if the API would be asked now because of this report
   */
  report(client: ClientConfig, scopes: readonly string[], hash: string, mayVerify: () => boolean): Promise<void>;
  /** Secrets have changed: what was refused may be tried again at once. */
  secretsChanged(): void;
  /** The tokens that are kept, for a source that takes over. */
  kept(): readonly (readonly [string, Entry])[];
  close(): void;
}

/** What a token is for. */
interface Wanted {
  readonly client: ClientConfig;
  readonly scopes: readonly string[];
}

interface Flight {
  readonly promise: Promise<Entry>;
  readonly behind: boolean;
}

const VERIFY_INTERVAL_MS = 1000;
const SWEEP_MS = 60_000;
/** Tokens that are kept. The largest pool of a client, for all sets of scopes of one caller, has 1000. */
const MAX_TOKENS = 10_000;

/**
 * Builds the token cache of one process: single flight for each key, renewal ahead of expiry and behind the callers.
 *
 * @param store where several processes share their tokens; without one each obtains its own
 * @param previous a source this one takes over from, with its live tokens
 */
export function createTokenSource(
  genesys: GenesysConfig,
  upstream: Upstream,
  runtime: RelayRuntime,
  store?: TokenStore,
  previous?: TokenSource
): TokenSource {
  const { clock, random, log, observer } = runtime;
  const entries = new LRUCache<string, Entry>({ max: MAX_TOKENS });
  // The key of a token says all that it depends on, so those that still make sense are found again. One that lacks
  // scopes is asked for again: the reload may be what puts it right.
  for (const [key, entry] of previous?.kept() ?? []) if (entry.covers) entries.set(key, { ...entry });
  const flights = new Map<string, Flight>();
  const checks = new Map<string, Promise<void>>();
  /** Tokens the API refused, with how often they came back: a server may issue the same dead token again. */
  const dead = new LRUCache<string, number>({ max: 1000 });
  /** By token, not by entry, as a server may issue one token for several sets of scopes: when it may be verified again. */
  const verifyAt = new LRUCache<string, number>({ max: 1000 });
  const refusals = createRefusals(clock);
  const fetchToken = createFetchToken(genesys, upstream, runtime);

  const live = (key: string): Entry | undefined => {
    const entry = entries.get(key);
    if (entry === undefined || clock.monotonic() < entry.lifetime.hard) return entry;
    entries.delete(key);
    return undefined;
  };

  function keep(key: string, fresh: Entry): Entry {
    const now = clock.monotonic();
    const returned = dead.get(fresh.hash) ?? 0;
    if (returned > 0) verifyAt.set(fresh.hash, now + Math.min(60_000, 5000 * 2 ** (returned - 1)));
    const entry = laterOf(fresh, live(key), now);
    if (entry.lifetime.expires - entry.lifetime.start >= MIN_CACHED_MS) entries.set(key, entry);
    return entry;
  }

  function obtain(key: string, wanted: Wanted, behind: boolean, budgetMs: number): Promise<SharedToken> {
    const current = live(key);
    const now = clock.monotonic();
    // A renewal behind has time until its token may not be handed out any more.
    const deadline = behind && current !== undefined ? current.lifetime.hard : now + budgetMs;
    const ask = () =>
      behind
        ? fetchToken(wanted, genesys.timeoutMs, 'one')
        : fetchToken(wanted, Math.max(1, deadline - clock.monotonic()), 'all');
    if (store === undefined) return ask();
    const wants = (token: SharedToken) => {
      if (!isLive(token, clock.monotonic()) || dead.has(sha256(token.token))) return false;
      // Another relay may have it from a server that was wrong then.
      if (!grantCovers(token.scopes, wanted.scopes)) return false;
      const ends = token.start + token.lifetimeSeconds * 1000;
      return current === undefined || (token.token !== current.token && ends > current.lifetime.expires);
    };
    return obtainOnce(store, { key, wants, deadline, requestMs: fetchToken.typicalMs() }, ask, runtime);
  }

  async function run(key: string, wanted: Wanted, behind: boolean, budgetMs: number): Promise<Entry> {
    const { client, scopes } = wanted;
    try {
      const token = await obtain(key, wanted, behind, budgetMs);
      refusals.clear(client.id, key);
      const entry = keep(key, entryOf(token, scopes, random()));
      const lifetimeSeconds = Math.round((entry.lifetime.expires - entry.lifetime.start) / 1000);
      log.info(
        { event: behind ? 'token_renewed' : 'token_obtained', client: client.name, scopes, lifetimeSeconds },
        'token obtained'
      );
      return entry;
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      refusals.note(client.id, key, error);
      log.warn(
        { event: 'token_request_failed', client: client.name, code: error.problem.code, scopes, behind },
        error.message
      );
      throw error;
    } finally {
      flights.delete(key);
    }
  }

  /** @param budgetMs milliseconds until it must have a token, where a caller waits for it */
  function launch(key: string, wanted: Wanted, behind: boolean, budgetMs = genesys.timeoutMs): Flight {
    const flight = { promise: run(key, wanted, behind, budgetMs), behind };
    flights.set(key, flight);
    return flight;
  }

  function renewBehind(key: string, wanted: Wanted, entry: Entry): void {
    launch(key, wanted, true).promise.catch((error: unknown) => {
      const askedMs = error instanceof UpstreamError ? (error.retryAfterMs ?? 0) : 0;
      putOff(entry, clock.monotonic(), random(), askedMs);
    });
  }

  const timer = setInterval(() => {
    const now = clock.monotonic();
    // Over a copy, and without `get`: that moves an entry to where the iteration is still to come, and it never ends.
    for (const [key, { lifetime }] of [...entries.entries()]) if (now >= lifetime.hard) entries.delete(key);
  }, SWEEP_MS);
  timer.unref();

  /** The live token, at once; renews it behind the caller when that is due. */
  function atHand(key: string, wanted: Wanted): Entry | undefined {
    const entry = live(key);
    if (entry === undefined) return undefined;
    const due = clock.monotonic() >= entry.renewAt;
    if (due && !flights.has(key) && refusals.allow(wanted.client.id, key)) renewBehind(key, wanted, entry);
    observer.tokenServed?.(due || flights.has(key) ? 'behind' : 'fresh', 0);
    return entry;
  }

  async function wait(key: string, wanted: Wanted): Promise<Entry> {
    const deadline = clock.monotonic() + genesys.timeoutMs;
    for (;;) {
      const entry = live(key);
      if (entry !== undefined) return entry;
      const flight = flights.get(key);
      if (flight === undefined) {
        refusals.check(wanted.client.id, key);
        return launch(key, wanted, false, deadline - clock.monotonic()).promise;
      }
      try {
        return await flight.promise;
      } catch (error) {
        // A renewal behind makes one try only. A caller without a token gets all tries, in the time that it has left.
        if (!flight.behind || !(error instanceof UpstreamError) || error.kind !== 'transient') throw error;
        if (clock.monotonic() >= deadline) throw error;
      }
    }
  }

  return {
    ready: (client, scopes, slot) => atHand(cacheKey(genesys, client, scopes, slot), { client, scopes }),
    async get(client, scopes, slot) {
      const key = cacheKey(genesys, client, scopes, slot);
      const wanted = { client, scopes };
      const ready = atHand(key, wanted);
      if (ready !== undefined) return ready;
      const start = clock.monotonic();
      const served = (how: TokenServed) => observer.tokenServed?.(how, clock.monotonic() - start);
      try {
        const entry = await wait(key, wanted);
        served('waited');
        return entry;
      } catch (error) {
        served('failed');
        throw error;
      }
    },

    async report(client, scopes, hash, mayVerify) {
      const slots = Array.from({ length: client.pool }, (_, slot) => live(cacheKey(genesys, client, scopes, slot)));
      const entry = slots.find((other) => other?.hash === hash);
      if (entry === undefined) return;
      const running = checks.get(hash);
      if (running !== undefined) return running;
      const now = clock.monotonic();
      if (now < (verifyAt.get(hash) ?? -Infinity) || !mayVerify()) return;
      verifyAt.set(hash, now + VERIFY_INTERVAL_MS);
      const check = (async () => {
        const refused = await upstream.isDead(entry.token);
        observer.tokenVerified?.(refused);
        log.info({ event: 'token_verified', refused }, refused ? 'the API refuses the token' : 'the token is alive');
        if (!refused) return;
        dead.set(hash, (dead.get(hash) ?? 0) + 1);
        const keys = [...entries.entries()].flatMap(([key, other]) => (other.hash === hash ? [key] : []));
        for (const key of keys) entries.delete(key);
        if (store !== undefined) await Promise.all(keys.map((key) => store.drop(key, hash)));
      })().finally(() => checks.delete(hash));
      checks.set(hash, check);
      return check;
    },

    secretsChanged() {
      refusals.forget();
    },

    kept: () => [...entries.entries()],

    close() {
      clearInterval(timer);
      entries.clear();
    }
  };
}
