import { SIGN_IN_RESULT_PARAMETER, type SignInResult, formatSignInResult } from 'genesys-auth-protocol';

/** Maximum length of the URL to return to, which is kept in a cookie. */
const MAX_BYTES = 1024;
/** Printable ASCII without a backslash, which browsers read as a slash. */
const PLAIN = /^[\x21-\x5b\x5d-\x7e]+$/;
/** A path, but not the start of a host: `//host`. */
const PATH = /^\/(?!\/)/;
/** An absolute URL whose scheme is followed by two slashes: browsers repair `https:host`. */
const ABSOLUTE = /^https?:\/\/[^/]/;

/** Decides to which page users return after sign-in. */
export interface ReturnTo {
  /** The whole URL of a page that the caller names; `undefined` if users may not return there. */
  resolve(text: string): string | undefined;
}

/**
 * A path is resolved against the app. An absolute URL must have the origin of the app or of a listed page. Nothing is corrected:
 * a URL that a browser could read in another way is refused.
 */
export function createReturnTo(appUrl: string, origins: readonly string[]): ReturnTo {
  const known = new Set([new URL(appUrl).origin, ...origins]);
  return {
    resolve(text) {
      if (text.length > MAX_BYTES || !PLAIN.test(text)) return undefined;
      const isPath = PATH.test(text);
      if (!isPath && !ABSOLUTE.test(text)) return undefined;
      if (!URL.canParse(text, appUrl)) return undefined;
      const url = new URL(text, appUrl);
      const isKnown = known.has(url.origin) && url.username === '' && url.password === '';
      return isKnown ? url.href : undefined;
    }
  };
}

/** Adds the result of sign-in to the query of a page, before its fragment. The rest of the URL is unchanged. */
export function withResult(page: string, result: SignInResult): string {
  const hash = page.indexOf('#');
  const [address, fragment] = hash === -1 ? [page, ''] : [page.slice(0, hash), page.slice(hash)];
  const [path = '', query = ''] = splitOnce(address, '?');
  const parameters = query.split('&').filter((one) => one !== '' && one.split('=', 1)[0] !== SIGN_IN_RESULT_PARAMETER);
  parameters.push(`${SIGN_IN_RESULT_PARAMETER}=${formatSignInResult(result)}`);
  return `${path}?${parameters.join('&')}${fragment}`;
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
