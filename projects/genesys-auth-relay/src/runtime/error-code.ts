/**
 * The code of a system error, such as `ENOENT` or `ECONNREFUSED`. It is found by shape, not by class, because an error may
 * come from another realm.
 */
export function errorCode(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code) ? code : undefined;
}
