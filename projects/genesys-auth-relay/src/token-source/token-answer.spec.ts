import { gzipSync } from 'node:zlib';
import { ask, fromHere } from '../testing/ask.ts';
import { type Setup, setUp } from '../testing/setup.ts';
import { replyWith } from '../testing/token-server.ts';

describe('the answer of the token endpoint', () => {
  let world: Setup;
  beforeEach(async () => {
    world = await setUp();
  });
  afterEach(() => world.close());

  const token = (body: object = { scopes: ['analytics'] }) => ask(`${world.relay.url}/token`, fromHere(body));

  it.each(['bearer', 'Bearer', 'BEARER'])('O6 may call the token %s', async (type) => {
    world.server.answerWith({ token_type: type });
    expect((await token()).body['token_type']).toBe('Bearer');
  });

  it.each([
    ['O6 another token type', { token_type: 'mac' }],
    ['O6 no token type', { token_type: undefined }],
    ['no token', { access_token: undefined }],
    ['an empty token', { access_token: '' }],
    ['a token that is a number', { access_token: 42 }],
    ['a token that would split a header', { access_token: 'a\r\nSet-Cookie: x=1' }],
    ['a token outside ASCII', { access_token: 'tökén' }],
    ['a scope that is not text', { scope: { analytics: true } }]
  ])('with %s is refused', async (_what, change) => {
    world.server.answerWith(change);
    expect(await token()).toMatchObject({
      status: 502,
      body: { code: 'upstream_invalid_response', hint: expect.any(String) }
    });
  });

  it.each([
    ['O11 HTML', 200, '<html><body>Sign in to the hotel network</body></html>'],
    ['O11 nothing', 200, ''],
    ['a JSON list', 200, '["token"]'],
    ['JSON null', 200, 'null'],
    ['half of JSON', 200, '{"access_token":"abc"']
  ])('%s is upstream_invalid_response, and none of it goes further', async (_what, status, body) => {
    world.server.answerWith(replyWith(status, body, { 'content-type': 'text/html' }));
    const answer = await token();
    expect(answer).toMatchObject({ status: 502, body: { code: 'upstream_invalid_response' } });
    expect(answer.text).not.toContain('hotel');
  });

  it('O10 may be compressed, although the relay does not ask for it', async () => {
    const body = JSON.stringify({ access_token: 'token', token_type: 'bearer', expires_in: 3600 });
    world.server.answerWith((response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(gzipSync(body));
    });
    expect(await token()).toMatchObject({ status: 200, body: { access_token: 'token' } });
    world.server.answerWith((response) => {
      response.writeHead(401, { 'content-encoding': 'gzip' }).end(gzipSync('{"error":"unauthorized_client"}'));
    });
    expect((await token({ scopes: ['routing'] })).body['code']).toBe('upstream_unauthorized_client');
  });

  it('O10 is refused when it is longer than 64 KB once it is decompressed', async () => {
    const body = JSON.stringify({ access_token: 'token', token_type: 'bearer', padding: 'x'.repeat(1_000_000) });
    world.server.answerWith((response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body));
    });
    expect((await token()).body['code']).toBe('upstream_invalid_response');
  });

  it('O10 may be 16 KB of token, and have members nobody knows', async () => {
    const long = 'a'.repeat(16_384);
    world.server.answerWith({
      access_token: long,
      refresh_token: 'r',
      id_token: 'i',
      expires_at: 1,
      nested: { a: [1] }
    });
    const answer = await token();
    expect(answer.body['access_token']).toBe(long);
    expect(Object.keys(answer.body).sort()).toEqual(['access_token', 'expires_in', 'scope', 'token_type']);
    expect(answer.text).not.toContain('refresh');
  });

  it('names the caller of the token only on request, by the opaque name that /session returns, too', async () => {
    const { body } = await token({ scopes: ['analytics'], caller: true });
    const headers = { 'x-genesys-auth': '1' };
    const session = await ask(`${world.relay.url}/session`, { method: 'GET', headers });
    expect(body['caller']).toMatch(/^[0-9a-f]{64}$/);
    expect(session.body['caller']).toBe(body['caller']);
    for (const other of [false, 'true', 1]) {
      expect((await token({ scopes: ['analytics'], caller: other })).body).not.toHaveProperty('caller');
    }
  });

  it('O10 is read up to 64 KB only', async () => {
    world.server.answerWith({ access_token: 'abc', filler: 'f'.repeat(70_000) });
    expect(await token()).toMatchObject({
      status: 502,
      body: { code: 'upstream_invalid_response', detail: expect.stringMatching(/64 KB/) }
    });
  });

  it.each([
    [503, 502, 'upstream_error'],
    [429, 503, 'upstream_rate_limited'],
    [401, 502, 'upstream_invalid_client']
  ])('with status %i means the same when a long page comes with it', async (status, answered, code) => {
    world.server.answerWith(replyWith(status, 'x'.repeat(100_000), { 'retry-after': '20' }));
    expect(await token()).toMatchObject({ status: answered, body: { code } });
  });

  it.each([
    ['missing', undefined, 300],
    ['zero', 0, 300],
    ['negative', -5, 300],
    ['text', 'soon', 300],
    ['NaN as text', 'NaN', 300],
    ['null', null, 300],
    ['a number as text', '3600', 3600],
    ['endless', 1e12, 172_800],
    ['usual', 86_399, 86_399],
    ['short', 60, 60]
  ])('O7 T1 with expires_in %s counts as a sensible lifetime', async (_what, expires, life) => {
    world.server.answerWith({ expires_in: expires });
    const { body } = await token();
    const hard = life - Math.min(Math.max(5, 0.02 * life), 0.1 * life);
    expect(body['expires_in']).toBeLessThanOrEqual(hard);
    expect(body['expires_in']).toBeGreaterThanOrEqual(Math.floor(hard - Math.min(30, 0.1 * hard)));
  });

  it('O7 a token of one second is handed out, but not kept', async () => {
    world.server.answerWith({ expires_in: 1 });
    expect((await token()).body['expires_in']).toBe(1);
    await token();
    expect(world.server.received).toHaveLength(2);
  });

  it('O8 without scope grants what was asked for', async () => {
    expect((await token({ scopes: ['routing', 'analytics'] })).body['scope']).toBe('analytics routing');
  });

  it('O8 with a narrower scope that still has what is required grants just that', async () => {
    world.server.answerWith({ scope: 'analytics' });
    const { body } = await token({ scopes: ['analytics:readonly'], optionalScopes: ['routing'] });
    expect(body['scope']).toBe('analytics');
  });

  it('O8 without a required scope is upstream_invalid_scope that names it', async () => {
    world.server.answerWith({ scope: 'routing' });
    expect(await token({ scopes: ['analytics', 'routing'] })).toMatchObject({
      status: 502,
      body: { code: 'upstream_invalid_scope', scopes: ['analytics'], detail: expect.stringContaining('analytics') }
    });
  });

  it('O8 with a scope that only other callers of this relay may have is refused', async () => {
    world.server.answerWith({ scope: 'analytics admin:platform' });
    expect(await token()).toMatchObject({
      status: 502,
      body: { code: 'upstream_invalid_scope', scopes: ['admin:platform'] }
    });
  });

  it('O8 with a scope the relay knows nothing of is passed on as granted', async () => {
    world.server.answerWith({ scope: 'profile analytics email' });
    expect((await token()).body['scope']).toBe('analytics email profile');
  });

  it.each([
    [
      400,
      { error: 'invalid_client', error_description: 'client not found', description: 'client not found' },
      'upstream_invalid_client',
      /client\.id.*region/
    ],
    [401, { error: 'invalid_client', error_description: 'authentication failed' }, 'upstream_invalid_client', /secret/],
    [401, '', 'upstream_invalid_client', /secret/],
    [401, '<h1>no</h1>', 'upstream_invalid_client', /secret/],
    [400, { error: 'unauthorized_client' }, 'upstream_unauthorized_client', /grant type/],
    [400, { error: 'unsupported_grant_type' }, 'upstream_refused', /client credentials/],
    [400, { error: 'invalid_scope', error_description: 'CANARY' }, 'upstream_invalid_scope', /scope/],
    [
      400,
      { error: 'invalid_request', error_description: 'requested grant type is not allowed for this client' },
      'upstream_unauthorized_client',
      /grant type/
    ],
    [400, { error: 'invalid_request', error_description: 'CANARY' }, 'upstream_refused', /./],
    [400, { error: 'CANARY_code' }, 'upstream_refused', /./],
    [400, 'CANARY text', 'upstream_refused', /./],
    [200, { error: 'invalid_client' }, 'upstream_invalid_client', /secret/],
    [403, '', 'upstream_refused', /./],
    [404, '<html>CANARY</html>', 'upstream_refused', /tokenEndpoint/]
  ])('O11 O12 %s %j becomes %4$s', async (status, body, code, hint) => {
    world.server.answerWith(replyWith(status, body));
    const answer = await token();
    expect(answer).toMatchObject({
      status: 502,
      body: { code, error: 'server_error', hint: expect.stringMatching(hint) }
    });
    expect(answer.text).not.toContain('CANARY');
    expect(world.server.received).toHaveLength(1);
  });

  // RFC 6749: a success has no member `error` (section 5.1), a refusal has one (section 5.2).
  it.each([
    ['invalid_client', 'upstream_invalid_client'],
    ['invalid_scope', 'upstream_invalid_scope'],
    ['CANARY_code', 'upstream_refused']
  ])('O11 200 with a token and the error %s is a refusal, and the token is not handed out', async (error, code) => {
    world.server.answerWith({ access_token: 'CANARY-token', error, error_description: 'CANARY' });
    const answer = await token();
    expect(answer).toMatchObject({ status: 502, body: { code } });
    expect(answer.text).not.toContain('CANARY');
    expect(world.server.received).toHaveLength(1);
  });

  it.each([[null], ['']])('O10 200 with a token and the member error %j is a success', async (error) => {
    world.server.answerWith({ access_token: 'token', error });
    expect(await token()).toMatchObject({ status: 200, body: { access_token: 'token' } });
  });

  it('tries without the optional scopes when the whole is refused for their sake', async () => {
    world.server.answerWith((response) => {
      const wanted = world.server.received.at(-1)!.form.get('scope');
      const body =
        wanted === 'analytics'
          ? { access_token: 'abc', token_type: 'Bearer', expires_in: 60 }
          : { error: 'invalid_scope' };
      response.writeHead('error' in body ? 400 : 200).end(JSON.stringify(body));
    });
    expect(await token({ scopes: ['analytics'], optionalScopes: ['routing'] })).toMatchObject({
      status: 200,
      body: { scope: 'analytics' }
    });
  });
});
