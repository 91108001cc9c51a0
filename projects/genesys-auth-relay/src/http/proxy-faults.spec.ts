import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { type Ask, ask } from '../testing/ask.ts';
import { type ProxySetup, setUpProxy } from '../testing/proxy-setup.ts';
import { openRaw } from '../testing/raw.ts';
import { until } from '../testing/until.ts';

const CALLER = { 'x-genesys-auth': '1' };
const get: Ask = { method: 'GET', headers: CALLER };
const QUEUES = '/api/v2/routing/queues';

describe('when the API refuses the token', () => {
  let world: ProxySetup;
  beforeEach(async () => {
    world = await setUpProxy();
  });
  afterEach(() => world.close());

  it('the call is sent again with a new one, body and all', async () => {
    await ask(world.at(QUEUES), get);
    world.api.kill();
    const body = JSON.stringify({ filter: 'x'.repeat(60_000) });
    const answer = await ask(world.at('/api/v2/analytics/queues/observations/query'), {
      method: 'POST',
      headers: CALLER,
      body
    });
    expect(answer.status).toBe(200);
    expect(world.api.tokens).toHaveLength(2);
    expect(world.api.calls.slice(1).map((call) => [call.headers.authorization, call.body.toString()])).toEqual(
      world.api.tokens.map((token) => [`Bearer ${token}`, body])
    );
  });

  it('F2 two hundred calls at once ask for one new token', async () => {
    await ask(world.at(QUEUES), get);
    world.api.kill();
    const answers = await Promise.all(Array.from({ length: 200 }, () => ask(world.at(QUEUES), get)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 200 }, () => 200));
    expect(world.api.tokens).toHaveLength(2);
  });

  it('a body too long to be kept is not sent again, but the token is renewed', async () => {
    await ask(world.at(QUEUES), get);
    world.api.kill();
    const send = () =>
      ask(world.at('/api/v2/analytics/queues/observations/query'), {
        method: 'POST',
        headers: CALLER,
        body: Buffer.alloc(100_000)
      });
    expect(await send()).toMatchObject({ status: 401, body: { code: 'bad.credentials' } });
    expect((await send()).status).toBe(200);
  });

  it('its refusal of the address of the relay is a problem of the relay, also when the token has expired meanwhile', async () => {
    world.api.answerWith((_call, response) => {
      world.clock.advance(3_600_000);
      response.writeHead(401, { 'content-type': 'application/json' }).end('{"code":"ip.not.authorized"}');
    });
    const answer = await ask(world.at('/api/v2/analytics/queues/observations/query'), {
      method: 'POST',
      headers: CALLER,
      // It is too long to be sent again.
      body: Buffer.alloc(100_000)
    });
    expect(answer).toMatchObject({ status: 502, body: { code: 'api_refused' } });
  });

  // A 401 would tell the caller to sign in again, which changes nothing.
  it.each([
    // The answer itself says that the token is not at fault.
    ['the address of the relay', 'ip.not.authorized', /address of the relay/, 0],
    ['something else', 'authentication.required', /OAuth client/, 1]
  ])('its 401 is a problem of the relay if the token is live: %s', async (_what, code, hint, verifications) => {
    const refusal = { message: 'CANARY', code, status: 401 };
    world.api.answerWith((_call, response) => {
      const headers = { 'content-type': 'application/json', 'set-cookie': 'a=1', 'inin-correlation-id': 'abc-123' };
      response.writeHead(401, headers).end(JSON.stringify(refusal));
    });
    const answer = await ask(world.at(QUEUES), get);
    expect(answer).toMatchObject({
      status: 502,
      headers: { 'content-type': 'application/problem+json', 'inin-correlation-id': 'abc-123' },
      body: { code: 'api_refused', detail: expect.stringContaining(code), hint: expect.stringMatching(hint) }
    });
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.text).not.toContain('CANARY');
    expect(world.api.calls).toHaveLength(1);
    expect(world.api.tokens).toHaveLength(1);
    expect(world.api.verifications).toBe(verifications);
  });

  it.each([
    [
      'is compressed',
      'application/json',
      gzipSync(JSON.stringify({ code: 'bad.credentials' })),
      'gzip',
      /bad\.credentials/
    ],
    ['is a page', 'text/html', Buffer.from('<h1>CANARY</h1>'), 'identity', /HTTP status 401/],
    ['has an odd code', 'application/json', Buffer.from('{"code":"CANARY <b>"}'), 'identity', /HTTP status 401/]
  ])(
    'its 401 to a new token is a problem of the relay, also when it %s',
    async (_what, type, body, encoding, detail) => {
      await ask(world.at(QUEUES), get);
      world.api.kill();
      world.api.answerWith((_call, response) => {
        response.writeHead(401, { 'content-type': type, 'content-encoding': encoding }).end(body);
      });
      const answer = await ask(world.at(QUEUES), get);
      expect(answer).toMatchObject({
        status: 502,
        body: { code: 'api_refused', detail: expect.stringMatching(detail) }
      });
      expect(answer.text).not.toContain('CANARY');
      expect(world.api.tokens).toHaveLength(2);
    }
  );

  it('its 401 does not count as a token that was served', async () => {
    await world.close();
    const served: string[] = [];
    world = await setUpProxy({ runtime: { observer: { tokenServed: (how) => served.push(how) } } });
    world.api.answerWith((_call, response) => response.writeHead(401).end());
    expect(await ask(world.at(QUEUES), get)).toMatchObject({ body: { code: 'api_refused' } });
    // One for the call, and one to see whether the token was replaced.
    expect(served).toEqual(['waited', 'fresh']);
  });

  it('its 401 to HEAD is a problem of the relay as well', async () => {
    world.api.answerWith((_call, response) => response.writeHead(401).end());
    expect((await ask(world.at(QUEUES), { ...get, method: 'HEAD' })).status).toBe(502);
  });
});

describe('when the API limits the rate', () => {
  let world: ProxySetup;
  beforeEach(async () => {
    world = await setUpProxy({ proxy: { queueWaitMs: 1000 } });
  });
  afterEach(() => world.close());
  const limited = (limit: object) => {
    world.api.answerWith((_call, response) => {
      response
        .writeHead(429, { 'content-type': 'application/json', 'retry-after': '42' })
        .end(JSON.stringify({ code: 'too.many.requests.retry.after', status: 429, ...limit }));
    });
  };

  it('its 429 is forwarded, and Retry-After is obeyed for all calls with that token', async () => {
    limited({ limit: { key: 'client.credentials.token.rate.per.minute', value: 300 } });
    expect(await ask(world.at(QUEUES), get)).toMatchObject({
      status: 429,
      headers: { 'retry-after': '42' },
      body: { code: 'too.many.requests.retry.after' }
    });
    expect(await ask(world.at('/api/v2/routing/skills'), get)).toMatchObject({
      status: 429,
      headers: { 'retry-after': '42' },
      body: { code: 'api_budget_spent' }
    });
    expect(world.api.calls).toHaveLength(1);
    world.clock.advance(42_000);
    await ask(world.at(QUEUES), get);
    expect(world.api.calls).toHaveLength(2);
  });

  it.each([
    ['the token', { limit: { key: 'client.credentials.token.rate.per.minute' } }],
    ['one operation', { limit: { key: 'queue.query.rate', namespace: 'routing' } }]
  ])('its Retry-After stops %s for a minute at most', async (_what, limit) => {
    world.api.answerWith((_call, response) => {
      response
        .writeHead(429, { 'content-type': 'application/json', 'retry-after': '86400' })
        .end(JSON.stringify(limit));
    });
    expect(await ask(world.at(QUEUES), get)).toMatchObject({ status: 429, headers: { 'retry-after': '86400' } });
    world.clock.advance(58_000);
    expect(await ask(world.at(QUEUES), get)).toMatchObject({
      headers: { 'retry-after': '2' },
      body: { code: 'api_budget_spent' }
    });
    world.clock.advance(2000);
    await ask(world.at(QUEUES), get);
    expect(world.api.calls).toHaveLength(2);
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync]
  ])(
    'a limit of one operation stops that one alone, also when its answer is compressed (%s)',
    async (name, compress) => {
      world.api.answerWith((_call, response) => {
        response
          .writeHead(429, { 'content-type': 'application/json', 'content-encoding': name, 'retry-after': '42' })
          .end(compress(JSON.stringify({ status: 429, limit: { key: 'queue.rate.per.minute' } })));
      });
      await ask(world.at(QUEUES), get);
      await ask(world.at('/api/v2/routing/skills'), get);
      expect(world.api.calls.map(({ url }) => url)).toEqual([QUEUES, '/api/v2/routing/skills']);
    }
  );

  it('a compressed answer that is too long or broken stops the token', async () => {
    world.api.answerWith((_call, response) => {
      response
        .writeHead(429, { 'content-encoding': 'gzip', 'retry-after': '42' })
        .end(gzipSync(JSON.stringify({ limit: { key: 'queue.rate.per.minute' }, padding: 'x'.repeat(1_000_000) })));
    });
    await ask(world.at(QUEUES), get);
    expect((await ask(world.at('/api/v2/routing/skills'), get)).body['code']).toBe('api_budget_spent');
  });

  it('a limit of one operation stops that one alone', async () => {
    limited({ limit: { key: 'queue.query.rate', namespace: 'routing' } });
    await ask(world.at(QUEUES), get);
    expect(await ask(world.at(`${QUEUES}?x=1`), get)).toMatchObject({
      status: 429,
      body: { code: 'api_budget_spent' }
    });
    await ask(world.at('/api/v2/routing/skills'), get);
    expect(world.api.calls.map(({ url }) => url)).toEqual([QUEUES, '/api/v2/routing/skills']);
  });
});

describe('16.5.2 when the answer of the API is not HTTP', () => {
  it.each([
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['an invalid status', 'HTTP/1.1 2x0 OK\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x'],
    ['a header without a name', 'HTTP/1.1 200 OK\r\n: x\r\n\r\n']
  ])('(%s) the API is named, and not the relay', async (_what, bytes) => {
    const odd = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.end(bytes);
      });
    });
    await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve));
    const apiOrigin = `http://127.0.0.1:${(odd.address() as AddressInfo).port}`;
    const world = await setUpProxy({ genesys: { apiOrigin } });
    try {
      expect(await ask(world.at(QUEUES), get)).toMatchObject({ status: 503, body: { code: 'api_unreachable' } });
    } finally {
      await world.close();
      odd.close();
    }
  });
});

describe('the budget of the API', () => {
  let world: ProxySetup;
  afterEach(() => world.close());

  it('B16 is not spent by calls that get no token', async () => {
    world = await setUpProxy({ proxy: { requestsPerMinute: 10 } });
    world.api.issueTokens({ status: 503 });
    for (let call = 0; call < 15; call++) {
      expect(await ask(world.at(QUEUES), get)).toMatchObject({ status: 502, body: { code: 'upstream_error' } });
      world.clock.advance(100);
    }
    world.api.issueTokens({});
    world.clock.advance(6000);
    for (let call = 0; call < 5; call++) expect(await ask(world.at(QUEUES), get)).toMatchObject({ status: 200 });
    expect(world.api.calls).toHaveLength(5);
  });

  it('is waited for with a token that may end meanwhile: then the call takes another', async () => {
    world = await setUpProxy({ proxy: { requestsPerMinute: 1, queueWaitMs: 60_000 } });
    world.api.issueTokens({ seconds: 30 });
    expect(await ask(world.at(QUEUES), get)).toMatchObject({ status: 200 });
    expect(await ask(world.at(QUEUES), get)).toMatchObject({ status: 200 });
    const [first, second] = world.api.tokens;
    expect(world.api.calls.map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${first}`,
      `Bearer ${second}`
    ]);
  });
});

describe('a caller that disconnects while the token is obtained', () => {
  it('takes nothing from the budget', async () => {
    const statuses: number[] = [];
    const world = await setUpProxy({
      proxy: { requestsPerMinute: 1, queueWaitMs: 0 },
      runtime: { observer: { requestAnswered: ({ status }) => statuses.push(status) } }
    });
    let issue = (): void => undefined;
    world.api.issueTokens({ after: new Promise((resolve) => (issue = resolve)) });
    const sent = request(world.at(QUEUES), { headers: CALLER, agent: false }).on('error', () => undefined);
    sent.end();
    await until(() => world.api.tokenRequests.length === 1);
    sent.destroy();
    // The relay has seen the end of the connection when it answers the next request.
    await ask(world.at('/session'), get);
    issue();
    await until(() => statuses.includes(499));
    expect((await ask(world.at(QUEUES), get)).status).toBe(200);
    await world.close();
  });
});

describe('F15 F16 when somebody breaks off', () => {
  let world: ProxySetup;
  afterEach(() => world.close());

  function start(path: string, method = 'GET') {
    const sent = request(world.at(path), { method, headers: CALLER, agent: false });
    const gone = new Promise<void>((resolve) => {
      sent.on('error', () => {
        resolve();
      });
      sent.on('close', () => {
        resolve();
      });
    });
    return { sent, gone };
  }

  it('a caller that disconnects before the answer ends the API call', async () => {
    world = await setUpProxy();
    let began = false;
    let ended = false;
    world.api.answerWith((_call, response) => {
      began = true;
      response.on('close', () => {
        ended = true;
      });
    });
    const { sent, gone } = start(QUEUES);
    sent.end();
    await until(() => began);
    sent.destroy();
    await gone;
    await until(() => ended);
    world.api.answerWith((_call, response) => {
      response.end('{}');
    });
    expect((await ask(world.at(QUEUES), get)).status).toBe(200);
  });

  it('two hundred broken downloads leave no connection open', async () => {
    world = await setUpProxy({
      proxy: { connections: 8, requestsPerMinute: 10_000 },
      config: { limits: { requestsPerMinute: 10_000 } }
    });
    const chunk = Buffer.alloc(65_536);
    let open = 0;
    world.api.answerWith((_call, response) => {
      open += 1;
      response.on('close', () => {
        open -= 1;
      });
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    });
    for (let round = 0; round < 10; round++) {
      await Promise.all(
        Array.from({ length: 20 }, async () => {
          const { sent, gone } = start(QUEUES);
          sent.on('response', (response) => {
            response.on('error', () => undefined);
            response.once('data', () => {
              sent.destroy();
            });
          });
          sent.end();
          await gone;
        })
      );
    }
    await until(() => open === 0);
    expect(await world.api.connections()).toBeLessThanOrEqual(9);
  });

  it('a caller that disconnects while its answer waits for an earlier one ends both calls', async () => {
    world = await setUpProxy();
    const open = new Set<string>();
    world.api.answerWith(({ url }, response) => {
      open.add(url);
      response.on('close', () => {
        open.delete(url);
      });
      if (url === QUEUES) return;
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more);
      more();
    });
    const { socket, answer } = openRaw(world.relay.url);
    for (const path of [QUEUES, '/api/v2/routing/skills']) {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${new URL(world.relay.url).host}\r\nX-Genesys-Auth: 1\r\n\r\n`);
    }
    await until(() => open.size === 2);
    socket.destroy();
    await answer;
    await until(() => open.size === 0);
  });

  it('a caller that disconnects while it sends its body ends the call', async () => {
    world = await setUpProxy();
    const { sent, gone } = start('/api/v2/analytics/queues/observations/query', 'POST');
    sent.write(Buffer.alloc(100_000));
    await until(async () => (await world.api.connections()) > 0);
    sent.destroy();
    await gone;
    await until(async () => (await world.api.connections()) <= 1);
    expect(world.api.calls).toHaveLength(0);
    expect((await ask(world.at(QUEUES), get)).status).toBe(200);
  });

  it('an API that breaks off in the middle cuts the answer, so that it does not look whole', async () => {
    world = await setUpProxy();
    world.api.answerWith((_call, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"half":', () => response.destroy());
    });
    const { sent, gone } = start(QUEUES);
    const whole = new Promise((resolve) => {
      sent.on('response', (response) => {
        response.on('error', () => undefined).resume();
        response.on('close', () => {
          resolve(response.complete);
        });
      });
    });
    sent.end();
    await gone;
    expect(await whole).toBe(false);
  });

  it.each([401, 429])('an API that breaks off in the body of a %s cannot be reached', async (status) => {
    world = await setUpProxy();
    world.api.answerWith((_call, response) => {
      response.writeHead(status, { 'content-length': '10' });
      response.write('{', () => response.destroy());
    });
    expect(await ask(world.at(QUEUES), get)).toMatchObject({ status: 503, body: { code: 'api_unreachable' } });
  });

  it.each([401, 429])('an API that stops in the body of a %s does not answer in time', async (status) => {
    world = await setUpProxy({ proxy: { timeoutMs: 100 } });
    world.api.answerWith((_call, response) => {
      response.writeHead(status, { 'content-length': '10' }).write('{');
    });
    expect(await ask(world.at(QUEUES), get)).toMatchObject({ status: 504, body: { code: 'api_timeout' } });
  });

  it('a malformed request after a call ends the connection, and writes nothing into the answer of the call', async () => {
    world = await setUpProxy();
    world.api.answerWith((_call, response) => {
      response.writeHead(200, { 'content-length': '10' }).write('begun');
    });
    const { socket, answer } = openRaw(world.relay.url);
    socket.write(`GET ${QUEUES} HTTP/1.1\r\nHost: ${new URL(world.relay.url).host}\r\nX-Genesys-Auth: 1\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.write('not HTTP\r\n\r\n');
    expect((await answer).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200']);
  });

  it('an idle connection that the API has closed costs nothing', async () => {
    world = await setUpProxy();
    let calls = 0;
    world.api.answerWith((_call, response, { socket }) => {
      calls += 1;
      // The second call on a connection finds it closed, as after an idle time-out of the API.
      if (calls === 2) socket.destroy();
      else response.end('{}');
    });
    expect((await ask(world.at(QUEUES), get)).status).toBe(200);
    expect((await ask(world.at(QUEUES), get)).status).toBe(200);
    expect(calls).toBe(3);
    calls = 1;
    // What may have been done already is not done again.
    expect(await ask(world.at(QUEUES), { method: 'POST', headers: CALLER })).toMatchObject({
      status: 503,
      body: { code: 'api_unreachable' }
    });
    expect(calls).toBe(2);
  });

  it('an API that is away or silent is a problem with a hint', async () => {
    world = await setUpProxy({ proxy: { timeoutMs: 100 } });
    world.api.answerWith(() => undefined);
    expect(await ask(world.at(QUEUES), get)).toMatchObject({ status: 504, body: { code: 'api_timeout' } });
    const { tokenEndpoint } = world.api;
    const other = await setUpProxy({ genesys: { tokenEndpoint, apiOrigin: 'http://127.0.0.1:1' } });
    expect(await ask(other.at(QUEUES), get)).toMatchObject({
      status: 503,
      headers: { 'retry-after': '5' },
      body: { code: 'api_unreachable', detail: expect.stringContaining('ECONNREFUSED') as string }
    });
    await other.close();
  });

  it('a token endpoint that refuses is the problem of the token route', async () => {
    world = await setUpProxy();
    const other = await setUpProxy({
      genesys: { tokenEndpoint: `${world.api.apiOrigin}/nothing`, apiOrigin: world.api.apiOrigin }
    });
    expect((await ask(other.at(QUEUES), get)).body['code']).toMatch(/^upstream_/);
    await other.close();
  });
});
