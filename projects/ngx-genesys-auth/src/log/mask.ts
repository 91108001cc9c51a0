const SAFE = [
  // words of a path, operations and versions: routing, queues, v2, api-docs, observations.json
  /^[A-Za-z][A-Za-z_-]*\d{0,3}(?:\.(?:json|xml|html|txt|csv|svg|png))?$/,
  // UUIDs, which say nothing about a person
  /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i,
  // short numbers
  /^\d{1,5}$/
];
const LONGEST = 40;

/**
 * Makes a path fit to be logged, and shown on a shared screen: segments stay as they are only if they are plain words, UUIDs or
 * short numbers. Everything else may be an e-mail address, a telephone number, a name or a secret, and is replaced by what
 * it looks like. The segment after `channels` is replaced as well: whoever knows the id of a notification channel can listen.
 *
 * @param path without query and fragment
 */
export function maskPath(path: string): string {
  return path
    .split('/')
    .map((segment, index, all) => (all[index - 1] === 'channels' && segment !== '' ? '‹id›' : maskSegment(segment)))
    .join('/');
}

function maskSegment(segment: string): string {
  if (segment === '' || (segment.length <= LONGEST && SAFE.some((safe) => safe.test(segment)))) return segment;
  if (/@|%40/i.test(segment)) return '‹e-mail›';
  if (/^(?:\+|%2b|tel:|tel%3a)?[\d\s().-]{6,}$/i.test(segment.replace(/%20/g, ' '))) return '‹number›';
  return '‹hidden›';
}
