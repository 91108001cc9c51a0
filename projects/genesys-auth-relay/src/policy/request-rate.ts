import type { RelayConfig } from '../config/config.ts';

/**
 * How many requests a caller may send in a minute: the highest limit of its roles. A role without a limit has that of `limits`.
 */
export function createRequestRate({ roles, limits }: Pick<RelayConfig, 'roles' | 'limits'>) {
  const usual = limits.requestsPerMinute;
  const isPlain = [...roles.values()].every(({ requestsPerMinute }) => requestsPerMinute === undefined);
  return (held: readonly string[]): number => {
    if (isPlain) return usual;
    const rates = held.flatMap((name) => roles.get(name) ?? []).map((role) => role.requestsPerMinute ?? usual);
    return rates.length === 0 ? usual : Math.max(...rates);
  };
}
