import { askToken, basic, closeAll, send, start } from '../../test/harness.ts';
import { SANDBOX_CLIENT, type SandboxClient } from '../index.ts';

const { id, secret } = SANDBOX_CLIENT;
const grant = { grant_type: 'client_credentials' };

afterEach(closeAll);

describe('a token for a known client', () => {
  it('is answered with exactly what Genesys answers, however the credentials are sent', async () => {
    const { sandbox } = await start();
    const answers = await Promise.all([
      askToken(sandbox.tokenEndpoint, grant, { authorization: basic(id, secret) }),
      askToken(sandbox.tokenEndpoint, { ...grant, client_id: id, client_secret: secret }),
      askToken(sandbox.tokenEndpoint, { ...grant, client_id: id, client_secret: secret, scope: 'analytics made:up' }),
      askToken(sandbox.tokenEndpoint, { ...grant, client_id: id }, { authorization: basic(id, secret) }),
      askToken(sandbox.tokenEndpoint, grant, { authorization: basic(id, secret).replace('Basic', 'basic') })
    ]);
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expect(answer.text).toMatch(/^\{"access_token":"[\w-]{86}","token_type":"bearer","expires_in":86399\}$/);
      expect(answer.headers.get('content-type')).toBe('application/json');
      expect(answer.headers.get('cache-control')).toBe('no-cache, no-store, must-revalidate');
      expect(answer.headers.get('inin-correlation-id')).toMatch(/^[\da-f-]{36}$/);
    }
    expect(new Set(answers.map((answer) => answer.body.access_token)).size).toBe(5);
  });

  it('is to be had at both hosts, with and without the paths the official SDKs may put before', async () => {
    const { sandbox } = await start();
    for (const origin of [sandbox.loginOrigin, sandbox.apiOrigin])
      for (const path of ['/oauth/token', '/login/oauth/token']) {
        const answer = await askToken(origin + path, grant, { authorization: basic(id, secret) });
        expect(answer.status).toBe(200);
      }
    expect(sandbox.tokenRequestCount()).toBe(4);
    expect(sandbox.liveTokenCount()).toBe(4);
  });

  it('lives as long as the client says', async () => {
    const client = { id: 'short', secret: 's', accessTokenValiditySeconds: 300 };
    const { sandbox, clock } = await start({ clients: [client] });
    const answer = await askToken(sandbox.tokenEndpoint, grant, { authorization: basic('short', 's') });
    expect(answer.body.expires_in).toBe(299);
    const headers = { authorization: `Bearer ${answer.body.access_token}` };
    clock.pass(299_999);
    expect((await send(`${sandbox.apiOrigin}/api/v2/date`, { headers })).status).toBe(200);
    clock.pass(1);
    expect((await send(`${sandbox.apiOrigin}/api/v2/date`, { headers })).body.code).toBe('bad.credentials');
    expect(sandbox.liveTokenCount()).toBe(0);
  });

  it('comes to 200 who ask at once, a different one to each', async () => {
    const { sandbox } = await start();
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => askToken(sandbox.tokenEndpoint, grant, { authorization: basic(id, secret) }))
    );
    expect(new Set(answers.map((answer) => answer.body.access_token)).size).toBe(200);
    expect(sandbox.tokenRequestCount()).toBe(200);
  });
});

describe('a secret with characters that clients disagree on', () => {
  const secrets = ['a+b/c=d%e&f:g h', '100%25+', 'über-Straße-日本-🙂', '%2B', 'a=b&client_id=x', '+', ' ', "~!*'()"];

  it.each(secrets)('%j is taken raw, form-encoded and in the body', async (odd) => {
    const client: SandboxClient = { id: 'odd client+1/2', secret: odd };
    const { sandbox } = await start({ clients: [client] });
    const encode = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1);
    const encoded = basic(encode(client.id), encode(odd));
    for (const authorization of [basic(client.id, odd), encoded]) {
      const answer = await askToken(sandbox.tokenEndpoint, grant, { authorization });
      expect(answer.status).toBe(200);
    }
    const body = await askToken(sandbox.tokenEndpoint, { ...grant, client_id: client.id, client_secret: odd });
    expect(body.status).toBe(200);
    const wrong = await askToken(sandbox.tokenEndpoint, grant, { authorization: basic(client.id, `${odd}x`) });
    expect(wrong.status).toBe(401);
  });

  it('is taken in Latin-1, as Python requests sends it', async () => {
    const { sandbox } = await start({ clients: [{ id: 'py', secret: 'schön' }] });
    const authorization = `Basic ${Buffer.from('py:schön', 'latin1').toString('base64')}`;
    expect((await askToken(sandbox.tokenEndpoint, grant, { authorization })).status).toBe(200);
  });
});

describe('a refusal', () => {
  const clients: SandboxClient[] = [
    SANDBOX_CLIENT,
    { id: 'code', secret: 's', grantType: 'CODE' },
    { id: 'off', secret: 's', state: 'disabled' }
  ];
  const said = (error: string, description: string): object => ({
    error,
    description,
    error_description: description
  });
  const good = { authorization: basic(id, secret) };

  it.each([
    ['an unknown client', grant, basic('nobody', 's'), 400, said('invalid_client', 'client not found')],
    ['a wrong secret', grant, basic(id, 'wrong'), 401, said('invalid_client', 'authentication failed')],
    ['an empty secret', grant, basic(id, ''), 401, said('invalid_client', 'authentication failed')],
    [
      'a client of another grant',
      grant,
      basic('code', 's'),
      400,
      said('unauthorized_client', 'client is not authorized to use the client_credential grant type')
    ],
    ['a disabled client', grant, basic('off', 's'), 400, said('invalid_client', 'client is disabled')],
    ['no grant_type', {}, basic(id, secret), 400, said('invalid_request', 'grant_type is required, in the form body')],
    [
      'an unknown grant_type',
      { grant_type: 'magic' },
      basic(id, secret),
      400,
      said('unsupported_grant_type', 'grant_type is not supported')
    ]
  ])('of %s has the status and the body of Genesys', async (_what, form, authorization, status, body) => {
    const { sandbox } = await start({ clients });
    const answer = await askToken(sandbox.tokenEndpoint, { ...form }, { authorization });
    expect([answer.status, answer.body]).toEqual([status, body]);
    expect(sandbox.tokenRequestCount()).toBe(1);
    expect(sandbox.liveTokenCount()).toBe(0);
  });

  it('meets credentials in the query string, and says why', async () => {
    const { sandbox } = await start();
    const query = new URLSearchParams({ ...grant, client_id: id, client_secret: secret }).toString();
    for (const form of [{}, grant, { ...grant, client_id: id, client_secret: secret }]) {
      const answer = await askToken(`${sandbox.tokenEndpoint}?${query}`, form);
      expect(answer.status).toBe(400);
      expect(answer.body.error_description).toContain('query string');
    }
    const one = await askToken(`${sandbox.tokenEndpoint}?client_secret=x`, grant, good);
    expect(one.body.error_description).toContain('client_secret');
    expect(JSON.stringify(sandbox.requests)).not.toContain(secret);
  });

  it('meets credentials that are sent twice', async () => {
    const { sandbox } = await start();
    const twice = await askToken(sandbox.tokenEndpoint, { ...grant, client_id: id, client_secret: secret }, good);
    expect([twice.status, twice.body.error]).toEqual([400, 'invalid_request']);
    expect(twice.body.error_description).toContain('twice');
    const other = await askToken(sandbox.tokenEndpoint, { ...grant, client_id: 'other' }, good);
    expect(other.status).toBe(400);
    const repeated = await send(sandbox.tokenEndpoint, {
      method: 'POST',
      headers: { ...good, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials&grant_type=client_credentials'
    });
    expect(repeated.body.error_description).toBe('grant_type was sent more than once');
  });

  it('meets bodies that are no form', async () => {
    const { sandbox } = await start();
    const post = (body: string, type: string): ReturnType<typeof send> =>
      send(sandbox.tokenEndpoint, { method: 'POST', headers: { ...good, 'content-type': type }, body });
    for (const [body, type] of [
      [JSON.stringify(grant), 'application/json'],
      ['grant_type=client_credentials', 'text/plain'],
      ['<a/>', 'application/xml'],
      ['x', 'not a type']
    ] as const) {
      const answer = await post(body, type);
      expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
      expect(answer.body.error_description).toContain('application/x-www-form-urlencoded');
    }
    const empty = await send(sandbox.tokenEndpoint, { method: 'POST', headers: good });
    expect([empty.status, empty.body.error]).toEqual([400, 'invalid_request']);
    const huge = await post(`grant_type=${'x'.repeat(600_000)}`, 'application/x-www-form-urlencoded');
    expect([huge.status, huge.body.error]).toEqual([413, 'invalid_request']);
  });

  it('meets missing and unreadable credentials', async () => {
    const { sandbox } = await start();
    for (const headers of [
      {},
      { authorization: 'Basic !!!' },
      { authorization: 'Bearer x' },
      { authorization: 'Basic' }
    ]) {
      const answer = await askToken(sandbox.tokenEndpoint, grant, headers);
      expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
    }
    const noColon = `Basic ${Buffer.from('no-colon').toString('base64')}`;
    expect((await askToken(sandbox.tokenEndpoint, grant, { authorization: noColon })).status).toBe(401);
    expect((await askToken(sandbox.tokenEndpoint, { ...grant, client_id: id })).status).toBe(401);
  });

  it('meets every method but POST', async () => {
    const { sandbox } = await start();
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const answer = await send(sandbox.tokenEndpoint, { method, headers: good });
      expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, 'POST']);
    }
    expect(sandbox.tokenRequestCount()).toBe(0);
  });

  it('meets too many token requests, if a limit is set', async () => {
    const { sandbox, clock } = await start({ rateLimit: { tokenRequestsPerMinute: 2 } });
    const ask = (): ReturnType<typeof send> => askToken(sandbox.tokenEndpoint, grant, good);
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
    clock.pass(20_000);
    const third = await ask();
    expect([third.status, third.headers.get('retry-after')]).toEqual([400, null]);
    expect(third.body).toEqual({
      error: 'invalid_request',
      description: 'rate limit exceeded; too many token requests',
      error_description: 'rate limit exceeded; too many token requests'
    });
    clock.pass(40_000);
    expect((await ask()).status).toBe(200);
  });
});

it('limits the token requests of a client to 300 a minute by default', async () => {
  const statuses = async (options: object): Promise<number[]> => {
    const { sandbox } = await start(options);
    const ask = () => askToken(sandbox.tokenEndpoint, grant, { authorization: basic(id, secret) });
    return (await Promise.all(Array.from({ length: 302 }, ask))).map(({ status }) => status);
  };
  expect((await statuses({})).filter((status) => status === 400)).toHaveLength(2);
  expect((await statuses({ rateLimit: { tokenRequestsPerMinute: false } })).every((status) => status === 200)).toBe(
    true
  );
});

it('describes itself by RFC 8414 on the login host only', async () => {
  const { sandbox } = await start();
  const path = '/.well-known/oauth-authorization-server';
  const { body } = await send(sandbox.loginOrigin + path);
  expect(body).toMatchObject({ issuer: sandbox.loginOrigin, token_endpoint: sandbox.tokenEndpoint });
  expect((await send(sandbox.apiOrigin + path)).status).toBe(404);
  expect((await send(`${sandbox.loginOrigin}/api/v2/date`)).status).toBe(404);
});
