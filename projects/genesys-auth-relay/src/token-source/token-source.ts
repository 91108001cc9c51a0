import type { ClientConfig, GenesysConfig } from '../config/config.ts';
import { createLru } from '../runtime/lru.ts';
import type { TokenServed } from '../runtime/observer.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { sha256 } from '../runtime/sha256.ts';
import type { SharedToken } from '../store/stored-token.ts';
import type { TokenStore } from '../store/token-store.ts';
import { cacheKey } from './cache-key.ts';
import { type Entry, type SourceToken, entryOf, grantCovers, preferredEntry, delayRenewal } from './entry.ts';
import { createFetchToken } from './fetch-token.ts';
import { MIN_CACHED_MS } from './lifetime.ts';
import { createRefusals } from './refusals.ts';
import { isLive, obtainOnce } from './obtain-once.ts';
import type { Upstream } from './upstream.ts';
import { UpstreamError } from './upstream-error.ts';

export type { SourceToken } from './entry.ts';

/** Provides the tokens of the relay's OAuth clients. */
export interface TokenSource {
  /** Serves the live token that `get` would return, if there is one. Starts its renewal in the background when that is due. */
  serveLive(client: ClientConfig, scopes: readonly string[], slot?: number): SourceToken | undefined;
  /**
   * A token for exactly these scopes: the live one, or that of one request for all waiting callers.
   *
   * @param client OAuth client the token belongs to
   * @param scopes canonical
   * @param slot which token of the client's pool; default: the first
   * @throws UpstreamError when there is no live token and none can be obtained
   */
  get(client: ClientConfig, scopes: readonly string[], slot?: number): Promise<SourceToken>;
  /** Whether this is the live token that `serveLive` would return. */
  isLive(client: ClientConfig, scopes: readonly string[], hash: string, slot?: number): boolean;
  /**
   * Handles the report that the API refused a token. If it is the live one, the relay asks the API about it, at most once a second
   * for each token; concurrent reports wait for the same answer. The token is dropped only if the API refuses it again.
   *
   * @param hash lower-case hex SHA-256 of the token
   * @param takeVerification takes one verification from the caller's limit, and returns whether one was left. It is called once,
   *   and only if this report would cause a request to the API
   */
  report(client: ClientConfig, scopes: readonly string[], hash: string, takeVerification: () => boolean): Promise<void>;
  /** Reports that secrets have changed: refused requests may be tried again at once. */
  secretsChanged(): void;
  /** The cached tokens, for a source that replaces this one. */
  kept(): readonly (readonly [string, Entry])[];
  close(): void;
}

/** What a token is for. */
interface TokenPurpose {
  readonly client: ClientConfig;
  readonly scopes: readonly string[];
}

interface Flight {
  readonly promise: Promise<Entry>;
  readonly inBackground: boolean;
}

const VERIFY_INTERVAL_MS = 1000;
const SWEEP_MS = 60_000;
/** Maximum number of cached tokens. The largest pool of a client, for all sets of scopes of one caller, has 1000. */
const MAX_TOKENS = 10_000;

/**
 * Builds the token cache of one process: single flight for each key, and renewal in the background before tokens expire.
 *
 * @param store the store in which several processes share tokens; without it each process obtains its own
 * @param previous the source that this one replaces, whose live tokens it keeps
 */
export function createCachedTokenSource(
  genesys: GenesysConfig,
  upstream: Upstream,
  runtime: RelayRuntime,
  store?: TokenStore,
  previous?: TokenSource
): TokenSource {
  const { clock, random, log, observer } = runtime;
  const entries = createLru<Entry>(MAX_TOKENS);
  // The key of a token includes everything that it depends on, so only tokens that still fit are found. A token that lacks scopes is
  // requested again, because the reload may have corrected that.
  for (const [key, entry] of previous?.kept() ?? []) if (entry.covers) entries.set(key, { ...entry });
  const flights = new Map<string, Flight>();
  const checks = new Map<string, Promise<void>>();
  /** Tokens that the API has refused, with the number of times. A server may issue a dead token again. */
  const dead = createLru<number>(1000);
  /** When a token may be verified again. By token, because a server may issue one token for several sets of scopes. */
  const verifyAt = createLru<number>(1000);
  const refusals = createRefusals(clock);
  const fetchToken = createFetchToken(genesys, upstream, runtime);

  const liveEntryOf = (key: string): Entry | undefined => {
    const entry = entries.get(key);
    if (entry === undefined || clock.monotonic() < entry.lifetime.issueUntil) return entry;
    entries.delete(key);
    return undefined;
  };

  function keep(key: string, fresh: Entry): Entry {
    const now = clock.monotonic();
    const returned = dead.get(fresh.hash) ?? 0;
    if (returned > 0) verifyAt.set(fresh.hash, now + Math.min(60_000, 5000 * 2 ** (returned - 1)));
    const entry = preferredEntry(fresh, liveEntryOf(key), now);
    if (entry.lifetime.expires - entry.lifetime.start >= MIN_CACHED_MS) entries.set(key, entry);
    return entry;
  }

  function obtain(
    key: string,
    purpose: TokenPurpose,
    inBackground: boolean,
    timeLimitMs: number
  ): Promise<SharedToken> {
    const current = liveEntryOf(key);
    const now = clock.monotonic();
    // A renewal in the background has time until its token may no longer be issued.
    const deadline = inBackground && current !== undefined ? current.lifetime.issueUntil : now + timeLimitMs;
    const ask = () =>
      inBackground
        ? fetchToken(purpose, genesys.timeoutMs, 'once')
        : fetchToken(purpose, Math.max(1, deadline - clock.monotonic()), 'withRetries');
    if (store === undefined) return ask();
    const wants = (token: SharedToken) => {
      if (!isLive(token, clock.monotonic()) || dead.has(sha256(token.token))) return false;
      // Another relay may have got it from a server that was misconfigured then.
      if (!grantCovers(token.scopes, purpose.scopes)) return false;
      const ends = token.start + token.lifetimeSeconds * 1000;
      return current === undefined || (token.token !== current.token && ends > current.lifetime.expires);
    };
    return obtainOnce(store, { key, wants, deadline, requestMs: fetchToken.typicalMs() }, ask, runtime);
  }

  async function obtainAndKeep(
    key: string,
    purpose: TokenPurpose,
    inBackground: boolean,
    timeLimitMs: number
  ): Promise<Entry> {
    const { client, scopes } = purpose;
    try {
      const token = await obtain(key, purpose, inBackground, timeLimitMs);
      refusals.clear(client.id, key);
      const entry = keep(key, entryOf(token, scopes, random()));
      const lifetimeSeconds = Math.round((entry.lifetime.expires - entry.lifetime.start) / 1000);
      log.info(
        { event: inBackground ? 'token_renewed' : 'token_obtained', client: client.name, scopes, lifetimeSeconds },
        'token obtained'
      );
      return entry;
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      refusals.remember(client.id, key, error);
      log.warn(
        { event: 'token_request_failed', client: client.name, code: error.problem.code, scopes, behind: inBackground },
        error.message
      );
      throw error;
    } finally {
      flights.delete(key);
    }
  }

  /** @param timeLimitMs milliseconds until a waiting caller needs the token */
  function startFlight(
    key: string,
    purpose: TokenPurpose,
    inBackground: boolean,
    timeLimitMs = genesys.timeoutMs
  ): Flight {
    const flight = { promise: obtainAndKeep(key, purpose, inBackground, timeLimitMs), inBackground };
    flights.set(key, flight);
    return flight;
  }

  function renewInBackground(key: string, purpose: TokenPurpose, entry: Entry): void {
    startFlight(key, purpose, true).promise.catch((error: unknown) => {
      const askedMs = error instanceof UpstreamError ? (error.retryAfterMs ?? 0) : 0;
      delayRenewal(entry, clock.monotonic(), random(), askedMs);
    });
  }

  const timer = setInterval(() => {
    const now = clock.monotonic();
    // Over a copy, and without `get`, which moves an entry ahead of the iteration, so that it would never end.
    for (const [key, { lifetime }] of [...entries.entries()]) if (now >= lifetime.issueUntil) entries.delete(key);
  }, SWEEP_MS);
  timer.unref();

  /** Returns the live token. Starts its renewal in the background when that is due. */
  function serveLive(key: string, purpose: TokenPurpose): Entry | undefined {
    const entry = liveEntryOf(key);
    if (entry === undefined) return undefined;
    const due = clock.monotonic() >= entry.renewAt;
    if (due && !flights.has(key) && refusals.allow(purpose.client.id, key)) renewInBackground(key, purpose, entry);
    observer.tokenServed?.(due || flights.has(key) ? 'behind' : 'fresh', 0);
    return entry;
  }

  async function waitForToken(key: string, purpose: TokenPurpose): Promise<Entry> {
    const deadline = clock.monotonic() + genesys.timeoutMs;
    for (;;) {
      const entry = liveEntryOf(key);
      if (entry !== undefined) return entry;
      const flight = flights.get(key);
      if (flight === undefined) {
        refusals.check(purpose.client.id, key);
        return startFlight(key, purpose, false, deadline - clock.monotonic()).promise;
      }
      try {
        return await flight.promise;
      } catch (error) {
        // A renewal in the background makes one attempt. A caller without a token gets all attempts in its remaining time.
        if (!flight.inBackground || !(error instanceof UpstreamError) || error.kind !== 'transient') throw error;
        if (clock.monotonic() >= deadline) throw error;
      }
    }
  }

  return {
    serveLive: (client, scopes, slot) => serveLive(cacheKey(genesys, client, scopes, slot), { client, scopes }),
    isLive: (client, scopes, hash, slot) => liveEntryOf(cacheKey(genesys, client, scopes, slot))?.hash === hash,
    async get(client, scopes, slot) {
      const key = cacheKey(genesys, client, scopes, slot);
      const purpose = { client, scopes };
      const liveEntry = serveLive(key, purpose);
      if (liveEntry !== undefined) return liveEntry;
      const start = clock.monotonic();
      const served = (how: TokenServed) => observer.tokenServed?.(how, clock.monotonic() - start);
      try {
        const entry = await waitForToken(key, purpose);
        served('waited');
        return entry;
      } catch (error) {
        served('failed');
        throw error;
      }
    },

    async report(client, scopes, hash, takeVerification) {
      const slots = Array.from({ length: client.pool }, (_, slot) =>
        liveEntryOf(cacheKey(genesys, client, scopes, slot))
      );
      const entry = slots.find((other) => other?.hash === hash);
      if (entry === undefined) return;
      const running = checks.get(hash);
      if (running !== undefined) return running;
      const now = clock.monotonic();
      if (now < (verifyAt.get(hash) ?? -Infinity) || !takeVerification()) return;
      verifyAt.set(hash, now + VERIFY_INTERVAL_MS);
      const check = (async () => {
        const refused = await upstream.isDead(entry.token);
        observer.tokenVerified?.(refused);
        log.info({ event: 'token_verified', refused }, refused ? 'the API refuses the token' : 'the token is live');
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
