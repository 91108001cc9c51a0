import type { ProblemCode } from 'genesys-auth-protocol';
import { LRUCache } from 'lru-cache';
import type { ClientConfig, GenesysConfig } from '../config/config.ts';
import type { TokenServed } from '../runtime/observer.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { sha256 } from '../runtime/sha256.ts';
import { cacheKey } from './cache-key.ts';
import { type Lifetime, MIN_CACHED_MS, lifetimeOf } from './lifetime.ts';
import { createRefusals } from './refusals.ts';
import { withRetry } from './retry.ts';
import type { Granted } from './token-answer.ts';
import type { Upstream } from './upstream.ts';
import { UpstreamError } from './upstream-error.ts';

/** A token of the relay. */
export interface SourceToken {
  readonly token: string;
  /** Lower-case hex SHA-256 of the token. */
  readonly hash: string;
  /** Granted scopes, sorted. */
  readonly scopes: readonly string[];
  readonly lifetime: Lifetime;
}

/** Where tokens come from. Another grant, or a token per user, fits behind the same two functions. */
export interface TokenSource {
  /**
   * A token for exactly these scopes: the live one, or one flight for all who wait.
   *
   * @param client OAuth client the token belongs to
   * @param scopes canonical
   * @throws UpstreamError when there is no live token and none to be had
   */
  get(client: ClientConfig, scopes: readonly string[]): Promise<SourceToken>;
  /**
   * A caller says that the API refused this token. If it is the live one, the API is asked (at most once a second for each
   * token, and all who report meanwhile wait for the same answer); the token is given up only if it really is dead.
   *
   * @param hash lower-case hex SHA-256 of the token
   * @param mayVerify asked once, only if the API would be asked now because of this report
   */
  report(client: ClientConfig, scopes: readonly string[], hash: string, mayVerify: () => boolean): Promise<void>;
  close(): void;
}

interface Entry extends SourceToken {
  /** When a renewal behind the callers is due. */
  renewAt: number;
  /** Renewals that failed in a row. */
  failures: number;
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
/** Milliseconds between two renewals that fail, at least. */
const SHORTEST_RETRY_MS = 100;
const SWEEP_MS = 60_000;

/** Builds the token cache of one process: single flight for each key, renewal ahead of expiry and behind the callers. */
export function createTokenSource(genesys: GenesysConfig, upstream: Upstream, runtime: RelayRuntime): TokenSource {
  const { clock, random, log, observer } = runtime;
  const entries = new LRUCache<string, Entry>({ max: 1000 });
  const flights = new Map<string, Flight>();
  const checks = new Map<string, Promise<void>>();
  /** Tokens the API refused, with how often they came back: a server may issue the same dead token again. */
  const dead = new LRUCache<string, number>({ max: 1000 });
  /** By token, not by entry, as a server may issue one token for several sets of scopes: when it may be verified again. */
  const verifyAt = new LRUCache<string, number>({ max: 1000 });
  const refusals = createRefusals(clock);

  const live = (key: string): Entry | undefined => {
    const entry = entries.get(key);
    if (entry === undefined || clock.monotonic() < entry.lifetime.hard) return entry;
    entries.delete(key);
    return undefined;
  };

  function entryOf(granted: Granted, asked: readonly string[], start: number): Entry {
    const hash = sha256(granted.token);
    const lifetime = lifetimeOf(start, granted.lifetimeSeconds, random());
    // A server that was not asked for scopes may say that it granted none; that is no answer to a question.
    const named = genesys.sendScope || granted.scopes?.length !== 0 ? granted.scopes : undefined;
    const returned = dead.get(hash) ?? 0;
    if (returned > 0) verifyAt.set(hash, clock.monotonic() + Math.min(60_000, 5000 * 2 ** (returned - 1)));
    return {
      token: granted.token,
      hash,
      scopes: named ?? asked,
      lifetime,
      renewAt: lifetime.refreshAt,
      failures: 0
    };
  }

  function keep(key: string, fresh: Entry): Entry {
    const now = clock.monotonic();
    const previous = live(key);
    let entry = fresh;
    if (previous !== undefined && fresh.lifetime.expires <= previous.lifetime.expires) {
      // The server hands out the same token until late in its life: asking again soon would bring the same (F3).
      entry = { ...previous, failures: 0, renewAt: now + Math.max(1000, (previous.lifetime.hard - now) / 2) };
    }
    if (entry.lifetime.expires - entry.lifetime.start >= MIN_CACHED_MS) entries.set(key, entry);
    return entry;
  }

  async function fetchToken(key: string, { client, scopes }: Wanted, behind: boolean): Promise<Entry> {
    let start = 0;
    const attempt = async (leftMs: number) => {
      start = clock.monotonic();
      const ended = (outcome: 'ok' | ProblemCode) =>
        observer.tokenRequest?.(outcome, (clock.monotonic() - start) / 1000);
      try {
        const granted = await upstream.requestToken(client, scopes, leftMs);
        ended('ok');
        return granted;
      } catch (error) {
        ended(error instanceof UpstreamError ? error.problem.code : 'internal_error');
        throw error;
      }
    };
    try {
      const granted = await (behind ? attempt(genesys.timeoutMs) : withRetry(attempt, genesys.timeoutMs, runtime));
      refusals.clear(client.id, key);
      const entry = keep(key, entryOf(granted, scopes, start));
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
        { event: 'token_request_failed', code: error.problem.code, client: client.name, scopes, behind },
        error.message
      );
      throw error;
    } finally {
      flights.delete(key);
    }
  }

  function launch(key: string, wanted: Wanted, behind: boolean): Flight {
    const flight = { promise: fetchToken(key, wanted, behind), behind };
    flights.set(key, flight);
    return flight;
  }

  function renewBehind(key: string, wanted: Wanted, entry: Entry): void {
    launch(key, wanted, true).promise.catch((error: unknown) => {
      entry.failures += 1;
      const now = clock.monotonic();
      const widest = Math.min(30_000, 1000 * 2 ** entry.failures);
      // Near the end of a token the tries come closer, so that nobody has to wait for the one that succeeds.
      const left = Math.max(SHORTEST_RETRY_MS, (entry.lifetime.hard - now) / 4);
      const asked = error instanceof UpstreamError ? (error.retryAfterMs ?? 0) : 0;
      entry.renewAt = now + Math.max(Math.min(1000 + (widest - 1000) * random(), left), asked);
    });
  }

  function mayAsk(key: string, client: ClientConfig): boolean {
    try {
      refusals.check(client.id, key);
      return true;
    } catch {
      return false;
    }
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
    if (due && !flights.has(key) && mayAsk(key, wanted.client)) renewBehind(key, wanted, entry);
    observer.tokenServed?.(due || flights.has(key) ? 'behind' : 'fresh', 0);
    return entry;
  }

  async function wait(key: string, wanted: Wanted): Promise<Entry> {
    for (;;) {
      const entry = live(key);
      if (entry !== undefined) return entry;
      const flight = flights.get(key);
      if (flight === undefined) {
        refusals.check(wanted.client.id, key);
        return launch(key, wanted, false).promise;
      }
      try {
        return await flight.promise;
      } catch (error) {
        // A renewal behind makes one try only. Whoever now has no token at all deserves the full number of tries.
        if (!flight.behind || !(error instanceof UpstreamError) || error.kind !== 'transient') throw error;
      }
    }
  }

  return {
    async get(client, scopes) {
      const key = cacheKey(genesys, client, scopes);
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
      const entry = live(cacheKey(genesys, client, scopes));
      if (entry?.hash !== hash) return;
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
        for (const [key, other] of entries.entries()) if (other.hash === hash) entries.delete(key);
      })().finally(() => checks.delete(hash));
      checks.set(hash, check);
      return check;
    },

    close() {
      clearInterval(timer);
      entries.clear();
    }
  };
}
