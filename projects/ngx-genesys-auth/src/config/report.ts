import { nearestScope } from 'genesys-scopes';
import { configIssue } from '../errors';

/** Notes one mistake. */
export type Report = (key: string, message: string, fix: string) => void;

/** Reports each key that nobody reads: a misspelt option must not be ignored in silence. */
export function checkKeys(value: object, known: readonly string[], prefix: string, report: Report): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const nearest = nearestScope(key, known);
    report(
      prefix + key,
      'there is no such option.',
      nearest ? `Write "${nearest}".` : `Remove it; the options are ${known.join(', ')}.`
    );
  }
}

/** Longest time that a timer takes, in milliseconds; one that is set to more ends at once. */
const MOST = 2_147_483_647;

/** Reads an optional number of at least `least`. */
export function readNumber(key: string, value: unknown, fallback: number, least: number, report: Report): number {
  if (value === undefined) return fallback;
  if (typeof value === 'number' && value >= least && value <= MOST) return value;
  const { message, fix } = configIssue(key, 'notANumber', { least, most: MOST });
  report(key, message, fix);
  return fallback;
}
