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

/** `x` covers `x:readonly`, and nothing else covers anything. */
function stateOf(name: string, granted: ReadonlySet<string>): ScopeLine['state'] {
  if (granted.size === 0) return 'unknown';
  const covered = granted.has(name) || (name.endsWith(':readonly') && granted.has(name.slice(0, -':readonly'.length)));
  return covered ? 'granted' : 'missing';
}
