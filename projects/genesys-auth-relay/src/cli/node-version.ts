/**
 * Whether a version of Node.js is in a range such as `^20.19.0 || >=24.0.0`.
 *
 * @param range what `engines.node` of a package has: versions with `^` or `>=`, separated by `||`
 */
export function isInRange(version: string, range: string): boolean {
  const parts = (text: string): readonly number[] => text.split('.').map(Number);
  const [major = 0, minor = 0, patch = 0] = parts(version);
  return range.split('||').some((one) => {
    const [, sign, text = ''] = /^\s*(\^|>=)([\d.]+)\s*$/.exec(one) ?? [];
    const [ownMajor = 0, ownMinor = 0, ownPatch = 0] = parts(text);
    if (major !== ownMajor) return sign === '>=' && major > ownMajor;
    return minor === ownMinor ? patch >= ownPatch : minor > ownMinor;
  });
}
