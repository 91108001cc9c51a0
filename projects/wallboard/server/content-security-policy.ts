/**
 * The page's Content Security Policy. `connect-src` is the line that every app with the library needs: its own server, where
 * the relay is. In token mode also the Genesys Cloud API, which the browser then calls itself.
 *
 * @param nonce of this answer; Angular puts it on the `<style>` elements it adds
 * @param connectTo origins beside the page's own that it may talk to
 */
export function contentSecurityPolicy(nonce: string, connectTo: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    ['connect-src', "'self'", ...new Set(connectTo)].join(' '),
    "base-uri 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types angular'
  ].join('; ');
}
