import { GENESYS_SCOPES, isGenesysScope } from './catalogue/names.ts';
import { READONLY_SUFFIX } from './coverage.ts';
import { editDistance } from './edit-distance.ts';

// The longest name of Genesys has 36 characters. A much longer text is not a misspelling of one.
const LONGEST_COMPARED = 100;

// What people write where Genesys writes `:readonly`, or nothing.
const READ_ENDING = /(?:[:.](?:read|ro|view)|[-:._ ]?read[-:._ ]?only)$/;
const WRITE_ENDING = /[:.](?:write|rw|read-?write|all|full|\*)$/;

interface Spelling {
  /** The name without its ending, letters and digits only: separators and case are the commonest slips. */
  readonly base: string;
  readonly readonly: boolean;
}

function spellingOf(name: string): Spelling {
  const lower = name.toLowerCase();
  let stem = lower.replace(READ_ENDING, '');
  let readonly = stem !== lower;
  if (!readonly) {
    stem = lower.replace(WRITE_ENDING, '');
    const last = Math.max(lower.lastIndexOf(':'), lower.lastIndexOf('.'));
    if (last > 0 && editDistance(lower.slice(last + 1), 'readonly', 2) <= 2) {
      stem = lower.slice(0, last);
      readonly = true;
    }
  }
  return { base: stem.replace(/[^a-z0-9]/g, ''), readonly };
}

// Candidates are the same few lists over and over, and a hostile request may ask for thousands of names.
const known = new Map<string, Spelling>();
const MOST_KNOWN = 2000;

function spellingOfCandidate(candidate: string): Spelling {
  const spelling = known.get(candidate) ?? spellingOf(candidate);
  if (known.size < MOST_KNOWN) known.set(candidate, spelling);
  return spelling;
}

// Short names often differ from each other by one letter (`tax` and `fax`), long names do not.
const toleranceOf = ({ length }: string): number => (length < 4 ? 0 : length < 9 ? 1 : length < 18 ? 2 : 3);

/** Distance in the sense of a typing slip; a second slip counts only if the word starts right (`vacations`, `locations`). */
function slips(a: string, b: string): number {
  const tolerance = a.charCodeAt(0) === b.charCodeAt(0) ? toleranceOf(a) : Math.min(1, toleranceOf(a));
  const distance = editDistance(a, b, tolerance);
  return distance > tolerance ? Infinity : distance;
}

/**
 * The candidate that a name was probably meant to be: by edit distance (Damerau), by case and separators
 * (`User_Recordings`), and by other words for the ending (`analytics:read`, `analytics.read-only`, `routing:*`).
 * A name that is itself a candidate is its own nearest.
 *
 * @param name what somebody wrote
 * @param candidates the names it may have been meant as; the names of Genesys Cloud by default
 * @returns the nearest candidate, or `undefined` if none is near
 * @example nearestScope('anaytics') // 'analytics'
 * @example nearestScope('analytics:read-only') // 'analytics:readonly'
 */
export function nearestScope(name: string, candidates: Iterable<string> = GENESYS_SCOPES): string | undefined {
  if (name.length > LONGEST_COMPARED) return undefined;
  // Several names glued together, as by a comma or an unescaped plus sign: the first one is reported.
  const [first = name] = name.split(/[,;|+]|%20/);
  const written = spellingOf(first);
  let nearest: string | undefined;
  let least = Infinity;
  for (const candidate of candidates) {
    if (candidate === name) return candidate;
    if (written.base === '' || candidate.length > LONGEST_COMPARED) continue;
    const meant = spellingOfCandidate(candidate);
    // Half a slip for the wrong ending: `audits` means `audits:readonly` where there is no other.
    const distance = slips(written.base, meant.base) + (written.readonly === meant.readonly ? 0 : 0.5);
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

/** The scope of a Genesys area that a name inside it was probably after: the read-only one for a name that reads. */
export function scopeOfArea(area: string, name: string): string {
  const wantsReading = name.length <= LONGEST_COMPARED && spellingOf(name).readonly;
  const readonly = area + READONLY_SUFFIX;
  const both = wantsReading ? [readonly, area] : [area, readonly];
  return both.find(isGenesysScope) ?? area;
}
