import { RelayProblem } from '../reply/problem.ts';

/** The part of a request target that is sent to the API. */
export interface ApiTarget {
  /** Path from `/api/v2/` on. */
  readonly path: string;
  /** Path and query as they are sent. */
  readonly full: string;
}

// RFC 3986 pchar without ";", which some servers cut off a segment together with what follows ("..;").
const PATH = /^\/api\/v2\/[A-Za-z0-9._~!$&'()*+,=:@%/-]*$/;
// Empty and dot segments, half an escape, and escapes of "%", ".", "/", "\", ";", "?", "#" and control characters: a server
// that decodes once more, or in another order, would see a different path from the one that was checked.
const TRICK = /\/\/|\/\.{1,2}(?:\/|$)|%(?![0-9a-f]{2})|%(?:2[35ef]|3[bf]|5c|7f|[01][0-9a-f])/i;
const QUERY = /^[\x21\x22\x24-\x7e]*$/;

const refuse = (what: string): never => {
  throw new RelayProblem('path_not_allowed', `The path of the request is not forwarded: ${what}.`, {
    hint: 'Send the path as the API documents it, from /api/v2/ on, encoded once.'
  });
};

function isUtf8(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/**
 * Takes the target for the API out of a request target (F10, B11). It is compared and cut as text, never parsed as a URL: the
 * connection pool is bound to one origin, so no path can choose a host, and the path that was checked is the path that is sent.
 *
 * @param url request target as received
 * @param prefix path the relay is mounted at
 * @throws RelayProblem `path_not_allowed`
 */
export function apiTarget(url: string, prefix: string): ApiTarget {
  if (!url.startsWith(`${prefix}/api/v2/`)) return refuse('it does not start with /api/v2/ literally');
  const full = url.slice(prefix.length);
  const start = full.indexOf('?');
  const path = start === -1 ? full : full.slice(0, start);
  if (!PATH.test(path)) return refuse('it holds a character that does not belong there');
  if (TRICK.test(path))
    return refuse('it holds an empty segment, a dot segment or an escape that may hide another path');
  if (path.includes('%') && !isUtf8(path)) return refuse('it is not UTF-8');
  if (start !== -1 && !QUERY.test(full.slice(start + 1)))
    return refuse('its query holds a character that is not encoded');
  return { path, full };
}
