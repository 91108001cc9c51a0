import { LRUCache } from 'lru-cache';
import type { Caller } from '../identify/caller.ts';
import type { ApiLimits } from '../proxy/limits.ts';
import type { ApiToken } from '../proxy/token-provider.ts';

/** What the relay knows about Genesys Cloud tokens of callers beyond a reload. */
export interface GenesysTokenMemory {
  /** Tokens of callers, kept as long as the callers. A request may outlive the configuration that identified its caller. */
  readonly tokens: WeakMap<Caller, ApiToken>;
  /** Budgets and pauses by hash of the token and by their settings. A setting that changes starts a new budget. */
  readonly limits: LRUCache<string, ApiLimits>;
}

const MAX_TOKENS = 10_000;

/** Builds an empty memory. */
export const createGenesysTokenMemory = (): GenesysTokenMemory => ({
  tokens: new WeakMap(),
  limits: new LRUCache({ max: MAX_TOKENS })
});
