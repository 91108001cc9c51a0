import { ask, asForm, basic } from '../testing/ask.ts';
import { KEY, newKey } from '../testing/config.ts';
import { type Setup, setUp } from '../testing/setup.ts';

describe('a caller with an API key', () => {
  const other = newKey();
  let world: Setup;
  beforeAll(async () => {
    world = await setUp({
      config: {
        identities: [
          {
            type: 'apiKey',
            keys: [
              { id: 'reports', sha256: KEY.sha256.toUpperCase(), roles: ['developer'] },
              { id: 'other', sha256: other.sha256, roles: ['developer'] }
            ]
          },
          { type: 'loopback', roles: ['developer'] }
        ]
      }
    });
  });
  afterAll(() => world.close());

  const form = { grant_type: 'client_credentials' };
  const post = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    ask(`${world.relay.url}/token`, asForm({ ...form, ...fields }, headers));
  const session = (headers: Record<string, string | string[]>) =>
    ask(`${world.relay.url}/session`, { method: 'GET', headers });
  const encoded = encodeURIComponent(KEY.key).replace(/[-_]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);

  it.each([
    ['Basic', { authorization: basic('reports', KEY.key) }],
    ['Basic in lower case', { authorization: basic('reports', KEY.key).replace('Basic', 'basic') }],
    ['Basic, form-encoded first', { authorization: basic('reports', encoded) }],
    ['Bearer', { authorization: `Bearer ${KEY.key}` }]
  ])('is known by %s', async (_way, headers) => {
    expect(await session(headers)).toMatchObject({ status: 200, body: { subject: 'reports', identity: 'apiKey' } });
  });

  it('is identified by a form, with or without the id repeated in addition to Basic', async () => {
    expect((await post({ client_id: 'reports', client_secret: KEY.key })).status).toBe(200);
    expect((await post({ client_id: 'reports' }, { authorization: basic('reports', KEY.key) })).status).toBe(200);
  });

  it.each([
    ['a wrong key', { authorization: basic('reports', 'wrong') }],
    ['the key of another id', { authorization: basic('reports', other.key) }],
    ['an unknown id', { authorization: basic('nobody', KEY.key) }],
    ['an empty key', { authorization: basic('reports', '') }],
    ['nothing in Basic', { authorization: 'Basic' }],
    ['Basic without a colon', { authorization: `Basic ${Buffer.from('reports').toString('base64')}` }],
    ['Basic that is not base64', { authorization: 'Basic %%%' }],
    ['the hash in place of the key', { authorization: `Bearer ${KEY.sha256}` }],
    ['an empty Bearer', { authorization: 'Bearer ' }],
    ['a Bearer with a space', { authorization: `Bearer ${KEY.key} x` }],
    ['an empty header', { authorization: '' }],
    ['another scheme', { authorization: 'Digest username="reports"' }]
  ])('is refused with %s, and does not become loopback', async (_what, headers) => {
    const answer = await session({ ...headers, 'x-genesys-auth': '1' });
    expect(answer).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer .*error="invalid_token"/);
    expect(answer.headers['www-authenticate']).not.toMatch(/Basic/);
  });

  it('is refused with a wrong key in a form', async () => {
    expect(await post({ client_id: 'reports', client_secret: 'wrong' })).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' }
    });
    expect(await post({ client_id: 'reports' }, { 'x-genesys-auth': '1' })).toMatchObject({ status: 401 });
  });

  it.each([
    [
      'Basic and the body',
      { client_id: 'reports', client_secret: KEY.key },
      { authorization: basic('reports', KEY.key) }
    ],
    ['Bearer and the body', { client_id: 'reports', client_secret: KEY.key }, { authorization: `Bearer ${KEY.key}` }],
    ['two ids', { client_id: 'other' }, { authorization: basic('reports', KEY.key) }],
    ['a secret without an id', { client_secret: KEY.key }, {}]
  ])('O3 is refused with %s', async (_what, fields, headers) => {
    expect(await post(fields, headers)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });

  it('O3 is refused with two Authorization headers', async () => {
    const raw = { authorization: [`Bearer ${KEY.key}`, `Bearer ${other.key}`] };
    expect((await session(raw)).status).toBe(400);
  });

  it.each([
    ['Origin', { origin: 'https://app.example.com' }],
    ['a null Origin', { origin: 'null' }],
    ['Sec-Fetch-Site', { 'sec-fetch-site': 'same-origin' }],
    ['Sec-Fetch-Mode', { 'sec-fetch-mode': 'cors' }],
    ['Sec-Fetch-Dest', { 'sec-fetch-dest': 'empty' }],
    ['Sec-Fetch-User', { 'sec-fetch-user': '?1' }]
  ])('is refused in a browser, as %s shows, be the key right or wrong', async (_sign, headers) => {
    for (const key of [KEY.key, 'wrong']) {
      for (const authorization of [basic('reports', key), `Bearer ${key}`]) {
        const answer = await session({ authorization, ...headers });
        expect(answer).toMatchObject({ status: 403, body: { code: 'api_key_in_browser' } });
        expect(answer.headers['access-control-allow-origin']).toBeUndefined();
      }
      expect(await post({ client_id: 'reports', client_secret: key }, headers)).toMatchObject({
        body: { code: 'api_key_in_browser' }
      });
    }
  });

  it("may be a server that uses Node's fetch, which sends Sec-Fetch-Mode", async () => {
    const answer = await fetch(`${world.relay.url}/token`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY.key}` }
    });
    expect(answer.status).toBe(200);
  });
});
