import { connect } from 'node:net';
import { type Answer, ApiClient, type Body, basic, closeAll, send, start, tokenOf } from '../../test/harness.ts';
import { SANDBOX_CLIENT } from '../index.ts';

const QUEUES = '/api/v2/routing/queues';

afterEach(closeAll);

describe('the bearer check', () => {
  it('asks for a token where there is none, and refuses any that does not live', async () => {
    const { sandbox } = await start();
    const call = (authorization?: string): ReturnType<typeof send> =>
      send(sandbox.apiOrigin + QUEUES, authorization === undefined ? {} : { headers: { authorization } });
    const { id, secret } = SANDBOX_CLIENT;
    for (const none of [undefined, '', 'Bearer', basic(id, secret)]) {
      const { status, body } = await call(none);
      expect([status, body.code]).toEqual([401, 'authentication.required']);
    }
    for (const dead of ['Bearer x', `Bearer ${'a'.repeat(86)}`, 'Bearer a b']) {
      const { status, body, headers } = await call(dead);
      expect(status).toBe(401);
      expect(body).toEqual({
        message: 'Invalid login credentials.',
        code: 'bad.credentials',
        status: 401,
        contextId: headers.get('inin-correlation-id'),
        details: [],
        errors: []
      });
    }
  });

  it('sees a token die by DELETE, by revokeToken and by revokeTokens', async () => {
    const { sandbox } = await start();
    const [one, two, three] = await Promise.all([1, 2, 3].map(() => tokenOf(sandbox)));
    const status = async (token = ''): Promise<number> =>
      (await new ApiClient(sandbox.apiOrigin, token).get('/api/v2/tokens/me', 'HEAD')).status;
    expect(await Promise.all([one, two, three].map(status))).toEqual([200, 200, 200]);
    const gone = await new ApiClient(sandbox.apiOrigin, one ?? '').get('/api/v2/tokens/me', 'DELETE');
    expect([gone.status, gone.text]).toEqual([200, '']);
    expect(await Promise.all([one, two, three].map(status))).toEqual([401, 200, 200]);
    sandbox.revokeToken(two ?? '');
    expect(await Promise.all([one, two, three].map(status))).toEqual([401, 401, 200]);
    sandbox.revokeTokens();
    expect(await Promise.all([one, two, three].map(status))).toEqual([401, 401, 401]);
  });

  it('holds 403 ready for clients whose roles lack the permission', async () => {
    const client = { id: 'narrow', secret: 's', permissions: ['analytics:queueObservation:view'] };
    const { sandbox } = await start({ clients: [client] });
    const api = await ApiClient.of(sandbox, client);
    const list = await api.get(QUEUES);
    expect([list.status, list.body.code]).toEqual([403, 'missing.any.permissions']);
    expect(list.body.message).toBe(
      'Unable to perform the requested action. You must have at least one of the following permissions assigned: [routing:queue:view]'
    );
    expect((await api.get(`${QUEUES}/x`)).body.code).toBe('missing.permissions');
    expect((await api.post('/api/v2/analytics/conversations/aggregates/query', {})).status).toBe(403);
    expect((await api.post('/api/v2/analytics/queues/observations/query', {})).status).toBe(400);
    expect((await api.get('/api/v2/organizations/me')).status).toBe(200);
  });

  it('takes 300 requests a minute for each token, then says when to come back', async () => {
    const { sandbox, clock } = await start();
    const [api, other] = [await ApiClient.of(sandbox), await ApiClient.of(sandbox)];
    const burst = await Promise.all(Array.from({ length: 300 }, () => api.get('/api/v2/date')));
    expect(new Set(burst.map(({ status }) => status))).toEqual(new Set([200]));
    clock.pass(18_000);
    const { status, headers, body } = await api.get('/api/v2/date');
    expect([status, headers.get('retry-after')]).toEqual([429, '42']);
    expect(body).toEqual({
      message: 'Rate limit exceeded the maximum. Retry the request in [42] seconds',
      code: 'too.many.requests.retry.after',
      status: 429,
      contextId: headers.get('inin-correlation-id'),
      details: [],
      errors: [],
      limit: { key: 'client.credentials.token.rate.per.minute', namespace: 'platform.api', value: 300 }
    });
    expect((await other.get('/api/v2/date')).status).toBe(200);
    clock.pass(42_000);
    expect((await api.get('/api/v2/date')).status).toBe(200);
  });

  it('counts to another limit, or not at all, if so told', async () => {
    const few = await start({ rateLimit: { requestsPerMinute: 1 } });
    const api = await ApiClient.of(few.sandbox);
    expect([(await api.get('/api/v2/date')).status, (await api.get('/api/v2/date')).status]).toEqual([200, 429]);
    const free = await start({ rateLimit: { requestsPerMinute: false } });
    const unlimited = await ApiClient.of(free.sandbox);
    const answers = await Promise.all(Array.from({ length: 320 }, () => unlimited.get('/api/v2/date')));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  });
});

describe('who the caller is', () => {
  it('is returned by tokens/me, with the capital letters of Genesys', async () => {
    const { sandbox } = await start({ organization: { id: 'o-1', name: 'Acme' } });
    const api = await ApiClient.of(sandbox);
    const { body } = await api.get('/api/v2/tokens/me');
    expect(body).toMatchObject({
      organization: { id: 'o-1', name: 'Acme' },
      homeOrganization: { id: 'o-1', name: 'Acme' },
      authorizedScope: [],
      OAuthClient: { id: SANDBOX_CLIENT.id, authorizedGrantType: 'CLIENT-CREDENTIALS', state: 'active' }
    });
    expect(JSON.stringify(body)).not.toContain(SANDBOX_CLIENT.secret);
    expect((await api.get('/api/v2/organizations/me')).body).toMatchObject({
      id: 'o-1',
      name: 'Acme',
      state: 'active'
    });
  });

  it('has no user: users/me is refused as at Genesys', async () => {
    const { sandbox } = await start();
    const { status, body } = await (await ApiClient.of(sandbox)).get('/api/v2/users/me');
    expect([status, body.code]).toEqual([400, 'not.a.user']);
    expect(body.message).toBe(
      'This request requires a user context. Client credentials cannot be used for requests to this resource.'
    );
  });
});

describe('the list of queues', () => {
  it('comes in pages with relative links', async () => {
    const { sandbox } = await start();
    const api = await ApiClient.of(sandbox);
    const names: string[] = [];
    let next: string | undefined = `${QUEUES}?pageSize=3`;
    const pages: Body[] = [];
    while (next !== undefined) {
      const { body }: Answer = await api.get(next);
      pages.push(body);
      names.push(...body.entities.map((queue) => queue.name));
      next = body.nextUri;
    }
    expect(names).toHaveLength(8);
    expect(names).toEqual([...names].sort());
    expect(pages.map(({ entities, ...rest }) => [entities.length, rest])).toEqual([
      [3, expect.objectContaining({ nextUri: `${QUEUES}?pageSize=3&pageNumber=2` })],
      [
        3,
        {
          pageSize: 3,
          pageNumber: 2,
          total: 8,
          pageCount: 3,
          firstUri: `${QUEUES}?pageSize=3&pageNumber=1`,
          selfUri: `${QUEUES}?pageSize=3&pageNumber=2`,
          nextUri: `${QUEUES}?pageSize=3&pageNumber=3`,
          previousUri: `${QUEUES}?pageSize=3&pageNumber=1`,
          lastUri: `${QUEUES}?pageSize=3&pageNumber=3`
        }
      ],
      [2, expect.not.objectContaining({ nextUri: expect.anything() })]
    ]);
    const { body: whole } = await api.get(QUEUES);
    expect(whole).toMatchObject({ pageSize: 25, pageNumber: 1, total: 8, pageCount: 1 });
    expect(whole).not.toHaveProperty('previousUri');
    expect((await api.get(`${QUEUES}?pageNumber=9`)).body).toMatchObject({ entities: [], total: 8 });
  });

  it('is filtered by name, id and division, and sorted both ways', async () => {
    const { sandbox } = await start();
    const api = await ApiClient.of(sandbox);
    const names = async (query: string): Promise<string[]> =>
      (await api.get(`${QUEUES}?${query}`)).body.entities.map((queue) => queue.name);
    expect((await names('sortOrder=desc'))[0]).toBe('Web Messaging');
    expect(await names('name=cl')).toEqual(['Claims']);
    expect(await names('name=*SERVICE')).toEqual(['Customer Service']);
    expect(await names('name=zzz')).toEqual([]);
    const first = (await api.get(`${QUEUES}?name=Email`)).body.entities[0]!;
    expect(await names(`id=${first.id}`)).toEqual(['Email Desk']);
    expect(await names(`divisionId=${first.division.id}`)).toEqual(['Email Desk', 'Web Messaging']);
    const one = await api.get(first.selfUri);
    expect(one.body).toEqual(first);
    expect((await api.get(`${QUEUES}/${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}`)).body.code).toBe('not.found');
  });

  it.each([
    ['pageSize=0', 'invalid.query.param.value'],
    ['pageSize=501', 'invalid.query.param.value'],
    ['pageSize=ten', 'invalid.query.param.value'],
    ['pageSize=1.5', 'invalid.query.param.value'],
    ['pageNumber=0', 'invalid.page.number'],
    ['pageNumber=-1', 'invalid.page.number'],
    ['sortOrder=up', 'invalid.query.param.value'],
    ['divisionId=x', 'invalid.id']
  ])('refuses %s', async (query, code) => {
    const { sandbox } = await start();
    const { status, body } = await (await ApiClient.of(sandbox)).get(`${QUEUES}?${query}`);
    expect([status, body.code]).toEqual([400, code]);
  });
});

describe('a request that is not an operation of the API', () => {
  it('gets the error bodies of Genesys', async () => {
    const { sandbox } = await start();
    const api = await ApiClient.of(sandbox);
    expect((await api.get('/api/v2/nothing')).body).toMatchObject({ code: 'not.found', status: 404 });
    expect((await api.get('/')).body).toMatchObject({ code: 'not.found', status: 404 });
    const wrong = await api.post(QUEUES, {});
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect((await api.get('/api/v2/%zz')).body).toMatchObject({ code: 'bad.request', status: 400 });
    const head = await api.get(QUEUES, 'HEAD');
    expect([head.status, head.text]).toEqual([200, '']);
  });

  it('includes malformed, mistyped and oversized bodies', async () => {
    const { sandbox } = await start();
    const api = await ApiClient.of(sandbox);
    const path = '/api/v2/analytics/queues/observations/query';
    for (const body of ['{', 'null', '[]', '7', '"x"', '']) {
      const { status, body: error } = await api.post(path, body);
      expect([body, status, typeof error.code]).toEqual([body, 400, 'string']);
    }
    const huge = await api.post(path, JSON.stringify({ filter: 'x'.repeat(520_000) }));
    expect([huge.status, huge.body.code]).toEqual([413, 'request.entity.too.large']);
    expect(huge.body.message).toContain('512000');
    const authorization = `Bearer ${await tokenOf(sandbox)}`;
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded']) {
      const headers = { authorization, 'content-type': type };
      const answer = await send(sandbox.apiOrigin + path, { method: 'POST', headers, body: 'a=b' });
      expect([answer.status, answer.body.code]).toEqual([415, 'unsupported.media.type']);
    }
  });

  it('includes bytes that are no HTTP at all', async () => {
    const { sandbox } = await start();
    const raw = (text: string): Promise<string> =>
      new Promise((resolve, reject) => {
        let answer = '';
        const socket = connect(Number(new URL(sandbox.apiOrigin).port), '127.0.0.1', () => socket.write(text));
        socket.on('data', (data) => (answer += data.toString()));
        socket.on('close', () => {
          resolve(answer);
        });
        socket.on('error', reject);
      });
    for (const [text, status] of [
      ['nonsense\r\n\r\n', 400],
      [`GET /api/v2/date HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
      ['GET /api/v2/date HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a\rb\r\n\r\n', 400]
    ] as const) {
      const answer = await raw(text);
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(answer).toMatch(/\r\nININ-Correlation-Id: [\da-f-]{36}\r\n/);
      expect(answer.match(/\r\n\r\n/g)).toHaveLength(1);
    }
  });
});

describe('every answer', () => {
  it('has the headers of Genesys, and none of the headers it gave up', async () => {
    const { sandbox } = await start();
    const api = await ApiClient.of(sandbox);
    const answers = await Promise.all([api.get(QUEUES), api.get('/api/v2/nothing'), send(sandbox.apiOrigin + QUEUES)]);
    for (const { headers } of answers) {
      expect(headers.get('inin-correlation-id')).toMatch(/^[\da-f-]{36}$/);
      expect(headers.get('strict-transport-security')).toBe('max-age=600; includeSubDomains');
      expect(headers.get('cache-control')).toBe('no-cache, no-store, must-revalidate');
      expect([headers.get('pragma'), headers.get('expires')]).toEqual(['no-cache', '0']);
      expect(headers.get('content-type')).toBe('application/json');
      expect([...headers.keys()].filter((name) => name.includes('ratelimit'))).toEqual([]);
    }
  });

  it('never repeats a correlation id of the caller', async () => {
    const { sandbox } = await start();
    const headers = { 'inin-correlation-id': 'mine', 'x-request-id': 'mine', 'request-id': 'mine' };
    const answer = await send(`${sandbox.apiOrigin}/api/v2/date`, { headers });
    expect(answer.headers.get('inin-correlation-id')).not.toBe('mine');
  });
});

describe('browsers', () => {
  const preflight = (url: string, origin: string): ReturnType<typeof send> =>
    send(url, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type'
      }
    });

  it('may call the API with a token from any origin, and read the headers that they need', async () => {
    const { sandbox } = await start();
    const asked = await preflight(sandbox.apiOrigin + QUEUES, 'https://app.example');
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(asked.headers.get('access-control-allow-headers')).toBe('authorization,content-type');
    expect(asked.headers.get('access-control-allow-methods')).toContain('POST');
    for (const path of [QUEUES, '/api/v2/nothing', '/api-gw/api/v2/date']) {
      const { headers } = await send(sandbox.apiOrigin + path, { headers: { origin: 'https://app.example' } });
      expect(headers.get('access-control-allow-origin')).toBe('https://app.example');
      expect(headers.get('access-control-expose-headers')).toBe('ININ-Correlation-Id, Retry-After');
      expect(headers.get('vary')).toBe('Origin');
    }
  });

  it('are held to the configured origins', async () => {
    const { sandbox } = await start({ corsOrigins: ['https://app.example'] });
    const allowed = await preflight(sandbox.apiOrigin + QUEUES, 'https://app.example');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example');
    const other = await preflight(sandbox.apiOrigin + QUEUES, 'https://app.example.evil.example');
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    const none = await start({ corsOrigins: false });
    const closed = await preflight(none.sandbox.apiOrigin + QUEUES, 'https://app.example');
    expect(closed.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('and others get an empty answer to an OPTIONS that is not a preflight request', async () => {
    const { sandbox } = await start();
    const answer = await send(sandbox.apiOrigin + QUEUES, { method: 'OPTIONS' });
    expect([answer.status, answer.text]).toEqual([204, '']);
  });

  it('get no CORS from the token endpoint: a secret has no business there', async () => {
    const { sandbox } = await start();
    const asked = await preflight(sandbox.tokenEndpoint, 'https://app.example');
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
  });
});
