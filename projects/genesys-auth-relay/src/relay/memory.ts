import type { RelayConfig } from '../config/config.ts';
import { type RateLimit, createRateLimit } from '../guard/rate.ts';
import { type ScopeSets, createScopeSets } from '../guard/scope-sets.ts';
import { type ApiLimits, createApiLimits } from '../proxy/limits.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { type SignInMemory, createSignInMemory } from '../sign-in/memory.ts';

/** How often a minute the relay asks `tokens/me` about refused tokens, by key: a caller, the name of a session, or the hash of a user's token. */
const VERIFICATIONS_PER_MINUTE = 10;

/** What outlives a configuration: a reload must not end a session, and must not refill a limit. */
export interface RelayMemory {
  readonly signIn: SignInMemory;
  readonly apiLimits: ApiLimits;
  /** Requests by caller. */
  readonly callerRequests: RateLimit;
  /** Requests without a valid credential by address, so that they cannot use up the limit of identified callers at the same address. */
  readonly unauthenticatedRequests: RateLimit;
  /** Verifications of refused tokens, by caller, session or token. */
  readonly verifications: RateLimit;
  /** The sets of scopes that callers have requested. */
  readonly scopeSets: ScopeSets;
}

/** Builds an empty memory. */
export function createRelayMemory({ proxy, limits }: RelayConfig, runtime: RelayRuntime): RelayMemory {
  const { clock } = runtime;
  return {
    signIn: createSignInMemory(runtime),
    apiLimits: createApiLimits(proxy, clock),
    callerRequests: createRateLimit(limits.requestsPerMinute, clock),
    unauthenticatedRequests: createRateLimit(limits.requestsPerMinute, clock),
    verifications: createRateLimit(VERIFICATIONS_PER_MINUTE, clock),
    scopeSets: createScopeSets(clock)
  };
}
