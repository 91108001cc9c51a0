// Headers of 16 kB, each as costly as its parser can be made to work, and what they are compared with: the same request with a
// header of the same size that nobody reads.

/** Bytes of a value. With the other headers of a request it stays below the 16 kB that Node reads. */
const SIZE = 15_500;

const filled = (part) => part.repeat(Math.floor(SIZE / part.length));
const between = (before, part, after) =>
  before + part.repeat(Math.floor((SIZE - before.length - after.length) / part.length)) + after;
const encoded = (value) => Buffer.from(value).toString('base64url');

/**
 * @param identity an identity provider that the relay trusts: its issuer, and JWTs of users
 * @returns {Record<string, [how: string, name: string, value: string]>}
 */
export function kindsOf({ origin, users }) {
  // The relay knows the key that its header names, so the signature is checked.
  const [header, , signature] = users[0].split('.');
  const padded = encoded(JSON.stringify({ iss: origin, exp: 9e9, pad: 'x'.repeat(11_000) }));
  const short = encoded(JSON.stringify({ iss: origin, exp: 9e9, pad: 'x'.repeat(10_000) }));
  const nestedClaims = encoded(`{"iss":"${origin}","a":${'['.repeat(5500)}${']'.repeat(5500)}}`);
  // The longest header of a JWT that the relay parses.
  const nestedHeader = encoded(`{"alg":"ES256","typ":"at+jwt","kid":"bench","a":${'['.repeat(350)}${']'.repeat(350)}}`);
  return {
    'Authorization: Bearer, spaces inside': ['GET', 'Authorization', between('Bearer a', ' ', 'b')],
    'Authorization: Bearer, tabs inside': ['GET', 'Authorization', between('Bearer a', '\t', 'b')],
    'Authorization: Bearer, spaces before': ['GET', 'Authorization', between('Bearer', ' ', 'b')],
    'Authorization: Bearer, many words': ['GET', 'Authorization', between('Bearer', ' a', '')],
    'Authorization: Bearer, one long token': ['GET', 'Authorization', between('Bearer ', 'a', '')],
    'Authorization: Bearer, many parts': ['GET', 'Authorization', between('Bearer ', 'a.', 'a')],
    'Authorization: Bearer, nested header of a JWT': [
      'GET',
      'Authorization',
      `Bearer ${nestedHeader}.${short}.${signature}`
    ],
    'Authorization: Bearer, nested claims of a JWT': ['GET', 'Authorization', `Bearer ${header}.${nestedClaims}.a`],
    'Authorization: Bearer, forged JWT': ['GET', 'Authorization', `Bearer ${header}.${padded}.${signature}`],
    'Authorization: Basic, spaces inside': ['GET', 'Authorization', between('Basic a', ' ', 'b')],
    'Authorization: Basic, tabs inside': ['GET', 'Authorization', between('Basic a', '\t', 'b')],
    'Authorization: Basic, no colon': ['GET', 'Authorization', between('Basic ', 'YWFh', '')],
    'Authorization: Basic, colons': ['GET', 'Authorization', between('Basic ', 'Ojo6', '')],
    'Authorization: no known scheme': ['GET', 'Authorization', filled('a')],
    'Authorization: schemes in a row': ['GET', 'Authorization', filled('Bearer ')],
    'Cookie: many': ['GET', 'Cookie', filled('a=b; ')],
    'X-Forwarded-For: many addresses': ['GET', 'X-Forwarded-For', filled('10.0.0.1, ')],
    'X-Forwarded-Host: many labels': ['GET', 'X-Forwarded-Host', filled('a.')],
    'X-Forwarded-Proto: many': ['GET', 'X-Forwarded-Proto', filled('https,')],
    'X-Forwarded-User: a long name': ['GET', 'X-Forwarded-User', between('a', ' ', 'b')],
    'Forwarded: many': ['GET', 'Forwarded', filled('for=10.0.0.1;by=a,')],
    'X-Relay-Proof: wrong': ['GET', 'X-Relay-Proof', filled('a')],
    'Origin: many labels': ['GET', 'Origin', between('https://', 'a.', 'a')],
    'Origin: spaces inside': ['GET', 'Origin', between('https://a', ' ', 'b')],
    'X-Genesys-Auth: many': ['GET', 'X-Genesys-Auth', filled('1, ')],
    'Sec-Fetch-Site: many': ['GET', 'Sec-Fetch-Site', filled('cross-site, ')],
    'traceparent: long': ['GET', 'traceparent', between('00-', '0', '-01')],
    'Accept: many': ['GET', 'Accept', filled('a/b;q=0.1,')],
    'Accept-Encoding: many': ['GET', 'Accept-Encoding', filled('gzip;q=0.1,')],
    'Connection: many': ['GET', 'Connection', between('keep-alive', ', a', '')],
    'Content-Type: many parameters': ['POST', 'Content-Type', between('application/json', ';a=b', '')],
    'Access-Control-Request-Headers: many': ['OPTIONS', 'Access-Control-Request-Headers', filled('x-a, ')],
    'Sec-WebSocket-Protocol: many': ['UPGRADE', 'Sec-WebSocket-Protocol', filled('a, ')],
    'Sec-WebSocket-Protocol: spaces': ['UPGRADE', 'Sec-WebSocket-Protocol', between('a', ' ', 'b')],
    'Sec-WebSocket-Protocol: tickets': ['UPGRADE', 'Sec-WebSocket-Protocol', filled(`ticket.${'a'.repeat(43)}, `)],
    'Sec-WebSocket-Extensions: many': ['UPGRADE', 'Sec-WebSocket-Extensions', filled('permessage-deflate; a=b, ')],
    'Sec-WebSocket-Key: long': ['UPGRADE', 'Sec-WebSocket-Key', filled('a')],
    'Authorization at an upgrade, spaces inside': ['UPGRADE', 'Authorization', between('Bearer a', ' ', 'b')],
    'Cookie at an upgrade: many': ['UPGRADE', 'Cookie', filled('a=b; ')],
    'Origin at an upgrade: many labels': ['UPGRADE', 'Origin', between('https://', 'a.', 'a')]
  };
}

/** The header that nobody reads. */
export const HARMLESS = ['X-Padding', filled('a')];

/**
 * A short JWT with a wrong signature, and a harmless header that brings the request to the size of the others. Whoever checks
 * signatures pays for this one, so it is what long JWTs are compared with.
 */
export function shortForgery({ origin, users }) {
  const [header, , signature] = users[0].split('.');
  const jwt = `${header}.${encoded(JSON.stringify({ iss: origin, exp: 9e9 }))}.${signature}`;
  const padding = 'a'.repeat(SIZE - 'Bearer '.length - jwt.length);
  return ['GET', 'Authorization', `Bearer ${jwt}\r\nX-Padding: ${padding}`];
}

const FIRST_LINES = {
  GET: ['GET /session HTTP/1.1'],
  POST: ['POST /token HTTP/1.1', 'Content-Length: 2'],
  OPTIONS: ['OPTIONS /session HTTP/1.1', 'Origin: https://app.example.com', 'Access-Control-Request-Method: GET'],
  UPGRADE: ['GET /notifications HTTP/1.1', 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13']
};

/** The bytes of a request. */
export function requestOf(how, name, value) {
  const lines = [...FIRST_LINES[how], 'Host: relay.example.com', `${name}: ${value}`];
  if (how === 'UPGRADE' && name !== 'Sec-WebSocket-Key') lines.push('Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==');
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${how === 'POST' ? '{}' : ''}`, 'latin1');
}
