import { isCovered } from 'genesys-scopes';
import type { BoardConfig } from '../boot/board-config';

/** A scope of the board's configuration and what became of it. */
export interface ScopeLine {
  readonly name: string;
  /** `unknown`: the relay has not been asked yet. */
  readonly state: 'granted' | 'missing' | 'unknown';
  readonly optional: boolean;
}

/**
 * Every scope the board asked for, required ones first.
 *
 * @param granted what the relay granted; empty as long as it has not been asked
 */
export function scopeLines(
  config: Pick<BoardConfig, 'scopes' | 'optionalScopes'>,
  granted: ReadonlySet<string>
): readonly ScopeLine[] {
  const line = (optional: boolean) => (name: string) => ({ name, optional, state: stateOf(name, granted) });
  return [...config.scopes.map(line(false)), ...config.optionalScopes.map(line(true))];
}

function stateOf(name: string, granted: ReadonlySet<string>): ScopeLine['state'] {
  if (granted.size === 0) return 'unknown';
  return isCovered(name, granted) ? 'granted' : 'missing';
}
