import { randomBytes } from 'node:crypto';
import type { LRUCache } from 'lru-cache';
import { type RateLimit, createRateLimit } from '../guard/rate.ts';
import type { Caller } from '../identify/caller.ts';
import type { ApiToken } from '../proxy/token-provider.ts';
import { createLru } from '../runtime/lru.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { type ExchangeTurns, createExchangeTurns } from './exchange-turns.ts';
import { createLiveSessions } from './live.ts';
import { type MemorySessions, type SeenSession, createMemorySessions } from './session-store.ts';

/** Limits in a minute: failed checks of one address, first checks of all tokens, and further checks of one token. */
const FAILED_CHECKS_PER_MINUTE = 60;
const FIRST_CHECKS_PER_MINUTE = 120;
const MORE_CHECKS_PER_MINUTE = 10;
const MAX_TOKENS = 10_000;

/** Never used: each request brings the number of the configuration. */
const DEFAULT_PER_MINUTE = 60;

/** The limits of sign-in. A reload must not refill them. */
export interface SignInLimits {
  /** Requests of sign-in, by address. */
  readonly addresses: RateLimit;
  readonly exchanges: ExchangeTurns;
  /** Failed checks of Genesys Cloud tokens, by address. */
  readonly failedChecks: RateLimit;
  /** Checks of Genesys Cloud tokens that were not accepted before, of all callers together. */
  readonly firstChecks: RateLimit;
  /** Checks of Genesys Cloud tokens that were accepted before, by hash. */
  readonly moreChecks: RateLimit;
}

/**
 * The state of sign-in that outlives a reload: sessions in memory, the sealing key of this process, tokens of callers, and what is used
 * of the limits.
 */
export interface SignInMemory {
  readonly sessions: MemorySessions;
  readonly key: Buffer;
  readonly live: ReturnType<typeof createLiveSessions>;
  /** The session that each caller was identified by. A request may outlive the configuration that identified its caller. */
  readonly seen: WeakMap<Caller, SeenSession>;
  /** The Genesys Cloud token that each caller has sent. A request may outlive the configuration that identified its caller. */
  readonly genesysTokens: WeakMap<Caller, ApiToken>;
  /** Hashes of the Genesys Cloud tokens that were accepted. */
  readonly acceptedTokens: LRUCache<string, true>;
  readonly limits: SignInLimits;
  /** Listeners that get the name of each session that has ended. */
  readonly onEnd: Set<(name: string) => void>;
}

/** Builds the memory of sign-in. */
export function createSignInMemory({ clock }: Pick<RelayRuntime, 'clock'>): SignInMemory {
  const onEnd = new Set<(name: string) => void>();
  const live = createLiveSessions((name) => {
    for (const listener of onEnd) listener(name);
  });
  return {
    sessions: createMemorySessions(clock),
    key: randomBytes(32),
    live,
    seen: new WeakMap(),
    genesysTokens: new WeakMap(),
    acceptedTokens: createLru(MAX_TOKENS),
    limits: {
      addresses: createRateLimit(DEFAULT_PER_MINUTE, clock),
      exchanges: createExchangeTurns(clock),
      failedChecks: createRateLimit(FAILED_CHECKS_PER_MINUTE, clock),
      firstChecks: createRateLimit(FIRST_CHECKS_PER_MINUTE, clock),
      moreChecks: createRateLimit(MORE_CHECKS_PER_MINUTE, clock)
    },
    onEnd
  };
}
