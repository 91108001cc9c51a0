/**
 * Number of insertions, deletions, substitutions and swaps of adjacent characters between two strings (Damerau, optimal string
 * alignment), as far as it is at most `limit`; any larger number means "more than that".
 *
 * Recursion over the first difference instead of a matrix: with the small limits of a spelling check it is shorter and
 * looks at a few characters only.
 */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let same = 0;
  while (same < a.length && a.charCodeAt(same) === b.charCodeAt(same)) same++;
  const restA = a.slice(same);
  const restB = b.slice(same);
  if (restA === '' || restB === '') return restA.length + restB.length;
  if (limit === 0) return 1;
  const after = (skipA: number, skipB: number): number =>
    1 + editDistance(restA.slice(skipA), restB.slice(skipB), limit - 1);
  return Math.min(
    after(1, 1),
    after(1, 0),
    after(0, 1),
    restA.charCodeAt(0) === restB.charCodeAt(1) && restA.charCodeAt(1) === restB.charCodeAt(0) ? after(2, 2) : limit + 1
  );
}
