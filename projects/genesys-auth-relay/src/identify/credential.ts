import type { RequestHead } from '../guard/request-head.ts';
import type { TokenRequestBody } from '../guard/token-request-body.ts';
import { RelayProblem } from '../reply/problem.ts';

/** The credential of a request. `unreadable` differs from `none`: it never falls back to another identity. */
export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'basic' | 'body'; readonly id: string; readonly key: string }
  | { readonly kind: 'unreadable'; readonly why: string };

const twice = () =>
  new RelayProblem('invalid_request', 'The request has credentials in more than one place.', {
    hint: 'Use one: the Authorization header, or client_id and client_secret in the body (RFC 6749 section 2.3).'
  });

function readBasic(encoded: string): Credential {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(encoded))
    return { kind: 'unreadable', why: 'The Basic credential is not base64.' };
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon === -1) return { kind: 'unreadable', why: 'The Basic credential has no colon between id and key.' };
  return { kind: 'basic', id: pair.slice(0, colon), key: pair.slice(colon + 1) };
}

/** Parses the header without a regular expression over the whole value, because a caller may send 16 kB. */
function readHeader(head: RequestHead): Credential {
  const header = head.headers['authorization']?.trim();
  if (header === undefined) return { kind: 'none' };
  if (head.count('authorization') !== 1) throw twice();
  const space = header.indexOf(' ');
  const scheme = space === -1 ? header : header.slice(0, space);
  const value = space === -1 ? '' : header.slice(space).replace(/^ +/, '');
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return /^[\x21-\x7E]+$/.test(value)
        ? { kind: 'bearer', token: value }
        : { kind: 'unreadable', why: 'The Bearer credential is not a token.' };
    case 'basic':
      return readBasic(value);
    default:
      return { kind: 'unreadable', why: 'The Authorization header is neither Bearer nor Basic.' };
  }
}

/**
 * Reads the one credential of a request.
 *
 * @throws RelayProblem `invalid_request` when there are several, or one is incomplete
 */
export function readCredential(
  head: RequestHead,
  body: Pick<TokenRequestBody, 'clientId' | 'clientSecret'>
): Credential {
  const header = readHeader(head);
  const { clientId, clientSecret } = body;
  if (clientSecret !== undefined) {
    if (header.kind !== 'none') throw twice();
    if (clientId !== undefined) return { kind: 'body', id: clientId, key: clientSecret };
    throw new RelayProblem('invalid_request', 'client_secret is present without client_id.', {
      hint: 'Also send the id of the API key as client_id.'
    });
  }
  if (clientId === undefined) return header;
  if (header.kind === 'none') return { kind: 'unreadable', why: 'client_id is present without client_secret.' };
  // Many OAuth clients use Basic and repeat the id in the body, which names the client but does not authenticate it.
  if (header.kind === 'basic' && header.id !== clientId) throw twice();
  return header;
}
