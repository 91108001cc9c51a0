/** Levenshtein distance of two short names. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/**
 * The candidate that the author most likely meant: the nearest by edit distance, if it is close enough.
 *
 * @example nearestName('lisen', ['listen', 'limits']) // 'listen'
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase().slice(0, 64);
  let best: { candidate: string; far: number } | undefined;
  for (const candidate of candidates) {
    const lower = candidate.toLowerCase();
    const longer = Math.max(wanted.length, lower.length);
    const far = lower.startsWith(wanted) || wanted.startsWith(lower) ? 1 : distance(wanted, lower);
    if (far <= Math.max(2, Math.floor(longer / 3)) && (best === undefined || far < best.far)) best = { candidate, far };
  }
  return best?.candidate;
}
