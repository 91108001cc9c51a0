/** Ten areas of the API, one rule each. The requests that match, match the last. */
export const AREAS = [
  'alerting',
  'analytics',
  'architect',
  'audits',
  'groups',
  'journey',
  'outbound',
  'presence',
  'quality',
  'routing'
];
export const ORIGIN = 'https://api.mypurecloud.com';
export const rules = AREAS.map((area) => `${ORIGIN}/api/v2/${area}/`);
export const hitUrl = `${ORIGIN}/api/v2/routing/queues?pageSize=25`;
export const missUrl = 'https://files.example.com/api/v2/routing/queues?pageSize=25';

/** A JSON Web Token that lives for hours; no library looks at its signature. */
const part = (value) =>
  globalThis.btoa(JSON.stringify(value)).replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_');
const nowSeconds = Math.floor(Date.now() / 1000);
export const LIFETIME_SECONDS = 36_000;
export const claims = {
  iss: 'https://login.example.com/',
  aud: 'client',
  sub: 'user',
  oid: '00000000-0000-0000-0000-000000000001',
  tid: '00000000-0000-0000-0000-000000000002',
  preferred_username: 'user@example.com',
  nonce: 'n',
  iat: nowSeconds,
  exp: nowSeconds + LIFETIME_SECONDS
};
export const TOKEN = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.c2ln`;
export const CLIENT_INFO = part({ uid: claims.oid, utid: claims.tid });
export const tokenResponse = {
  access_token: TOKEN,
  token_type: 'Bearer',
  expires_in: LIFETIME_SECONDS,
  scope: 'routing'
};
