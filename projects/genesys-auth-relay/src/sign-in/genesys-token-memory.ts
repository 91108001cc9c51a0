import type { Caller } from '../identify/caller.ts';
import type { ApiToken } from '../proxy/token-provider.ts';

/** What the relay knows about Genesys Cloud tokens of callers beyond a reload. */
export interface GenesysTokenMemory {
  /** Tokens of callers, kept as long as the callers. A request may outlive the configuration that identified its caller. */
  readonly tokens: WeakMap<Caller, ApiToken>;
}

/** Builds an empty memory. */
export const createGenesysTokenMemory = (): GenesysTokenMemory => ({ tokens: new WeakMap() });
