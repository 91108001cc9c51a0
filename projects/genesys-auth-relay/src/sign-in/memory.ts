import { randomBytes } from 'node:crypto';
import type { Caller } from '../identify/caller.ts';
import type { ApiToken } from '../proxy/token-provider.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { createLiveSessions } from './live.ts';
import { type MemorySessions, type SeenSession, createMemorySessions } from './session-store.ts';

/** The state of sign-in that outlives a reload: sessions in memory, the sealing key of this process, and tokens of callers. */
export interface SignInMemory {
  readonly sessions: MemorySessions;
  readonly key: Buffer;
  readonly live: ReturnType<typeof createLiveSessions>;
  /** The session that each caller was identified by. A request may outlive the configuration that identified its caller. */
  readonly seen: WeakMap<Caller, SeenSession>;
  /** The Genesys Cloud token that each caller has sent. A request may outlive the configuration that identified its caller. */
  readonly genesysTokens: WeakMap<Caller, ApiToken>;
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
    onEnd
  };
}
