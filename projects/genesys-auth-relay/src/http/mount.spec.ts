import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import express from 'express';
import Fastify, { type FastifyInstance } from 'fastify';
import { genesysAuthRelay } from '../fastify.ts';
import { createRelayHandler } from '../index.ts';
import { startApiServer } from '../testing/api-server.ts';
import { ask, asForm, basic, fromHere } from '../testing/ask.ts';
import { KEY, SECRET_ENV, configFor } from '../testing/config.ts';
import { openPage } from '../testing/hub-client.ts';
import { startNotificationServer } from '../testing/notification-server.ts';
import { proxyConfig } from '../testing/proxy-setup.ts';
import { openRaw } from '../testing/raw.ts';
import { type TokenServer, startTokenServer } from '../testing/token-server.ts';

describe('the relay inside a server that is there already', () => {
  let upstream: TokenServer;
  let cleanup: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    process.env[SECRET_ENV] = 'relay-secret';
    upstream = await startTokenServer();
  });
  afterEach(async () => {
    for (const close of cleanup.reverse()) await close();
    cleanup = [];
  });
  afterAll(() => upstream.close());

  async function listen(server: Server): Promise<string> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanup.push(
      () =>
        new Promise((resolve) => {
          server.closeAllConnections();
          server.close(resolve);
        })
    );
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  async function handlerOf(basePath?: string) {
    const relay = await createRelayHandler(configFor(upstream), basePath === undefined ? {} : { basePath });
    cleanup.push(relay.close);
    return relay.handler;
  }
  const form = asForm(
    { grant_type: 'client_credentials', scope: 'routing' },
    { authorization: basic('reports', KEY.key) }
  );

  it('hangs up where a time limit of the host has answered before it', async () => {
    const handler = await handlerOf();
    let late: Promise<unknown> = Promise.resolve();
    const url = await listen(
      createServer((request, response) => {
        if (request.url !== '/token') return response.end('the host');
        handler(request, response);
        response.writeHead(503, { 'content-length': '100' }).write('too late');
        late = new Promise((resolve) => response.once('close', resolve));
        return undefined;
      })
    );
    const cut = await fetch(`${url}/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'x' }) });
    await expect(cut.text()).rejects.toThrow();
    await late;
    expect((await ask(`${url}/`, { method: 'GET' })).status).toBe(200);
  });

  it('answers under its path in node:http, and leaves the rest to the host', async () => {
    const handler = await handlerOf('/genesys');
    const url = await listen(
      createServer((request, response) => {
        if (request.url?.startsWith('/genesys/') === true) handler(request, response);
        else response.end('the host');
      })
    );
    expect((await ask(`${url}/genesys/token`, form)).status).toBe(200);
    expect((await ask(`${url}/genesys/session`, { method: 'GET', headers: { 'x-genesys-auth': '1' } })).status).toBe(
      200
    );
    expect(await ask(`${url}/genesys/nope`, {})).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await ask(`${url}/genesys/token`, { method: 'GET' })).toMatchObject({
      status: 405,
      body: { error: 'invalid_request' }
    });
    expect((await ask(`${url}/`, { method: 'GET' })).text).toBe('the host');
  });

  it('answers under its path when the URL has it no more, as Express does', async () => {
    const handler = await handlerOf();
    const url = await listen(
      createServer((request, response) => {
        request.url = request.url!.slice('/genesys'.length);
        handler(request, response);
      })
    );
    expect((await ask(`${url}/genesys/token`, fromHere({ scopes: ['routing'] }))).body['scope']).toBe('routing');
  });

  it('serves its routes and the WebSocket of the hub below an Express app, as in the documentation', async () => {
    const genesys = await startNotificationServer();
    const scopes = ['analytics', 'notifications'];
    const config = configFor(genesys, { scopes, roles: { developer: { scopes } }, notifications: {} });
    const relay = await createRelayHandler(config, { upgradeBasePath: '/genesys' });
    cleanup.push(genesys.close, relay.close);
    const app = express();
    app.use('/genesys', relay.handler);
    const server = createServer(app);
    server.on('upgrade', relay.upgrade);
    const url = `${await listen(server)}/genesys`;

    expect((await ask(`${url}/token`, fromHere({ scopes: ['analytics'] }))).body['scope']).toBe('analytics');
    const page = await openPage(url);
    const topic = 'v2.analytics.queues.q1.observations';
    expect(await page.subscribe([topic])).toMatchObject({ topics: [{ topic, state: 'permitted' }] });
    page.close();
  });

  it('4.1.4 C1 removes headers that middleware of the host has set', async () => {
    const handler = await handlerOf();
    const url = await listen(
      createServer((request, response) => {
        response.setHeader('X-Powered-By', 'Express');
        response.setHeader('Access-Control-Allow-Origin', '*');
        handler(request, response);
      })
    );
    for (const [path, expected] of [
      ['/token', 200],
      ['/%zz', 400]
    ] as const) {
      const { status, headers } = await ask(`${url}${path}`, fromHere());
      expect(status).toBe(expected);
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers).not.toHaveProperty('access-control-allow-origin');
    }
  });

  it('takes a body that a parser of the host has read already', async () => {
    const handler = await handlerOf();
    const url = await listen(
      createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const isForm = request.headers['content-type'] !== 'application/json';
          const fields = [...new URLSearchParams(text)].reduce<Record<string, unknown>>(
            (all, [name, value]) => ({ ...all, [name]: name in all ? [all[name], value] : value }),
            {}
          );
          const body: unknown = isForm ? fields : JSON.parse(text);
          handler(Object.assign(request, { body }), response);
        });
      })
    );
    expect((await ask(`${url}/token`, fromHere({ scopes: ['routing'] }))).body['scope']).toBe('routing');
    expect((await ask(`${url}/token`, form)).body['scope']).toBe('routing');
    const twice = { ...form, body: 'grant_type=client_credentials&scope=a&scope=b' };
    expect(await ask(`${url}/token`, twice)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    const long = fromHere({ scopes: ['x'.repeat(20_000)] });
    expect(await ask(`${url}/token`, long)).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
  });

  async function host(register: (app: FastifyInstance) => Promise<unknown>, prefix: string): Promise<string> {
    const app = Fastify({ logger: false });
    await register(app);
    app.get('/', () => 'the host');
    app.post('/echo', (request) => request.body);
    await app.register(
      genesysAuthRelay,
      prefix === '' ? { config: configFor(upstream) } : { prefix, config: configFor(upstream) }
    );
    cleanup.push(() => app.close());
    return app.listen({ port: 0, host: '127.0.0.1' });
  }

  it('is a Fastify plugin that stays inside its prefix', async () => {
    const url = await host(() => Promise.resolve(), '/genesys');
    expect((await ask(`${url}/genesys/token`, form)).status).toBe(200);
    expect(await ask(`${url}/genesys/nope`, {})).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await ask(`${url}/genesys/token?client_secret=x`, {})).toMatchObject({
      body: { code: 'credentials_in_query' }
    });
    expect((await ask(`${url}/`, { method: 'GET' })).headers['cache-control']).toBeUndefined();
    const echo = { body: '{"a":1}', headers: { 'content-type': 'application/json' } };
    expect((await ask(`${url}/echo?token=1`, echo)).body).toEqual({ a: 1 });
    expect((await ask(`${url}/nope`, {})).text).toMatch(/Route POST:\/nope not found/);
  });

  it('is a Fastify plugin without a prefix, too', async () => {
    const url = await host((app) => {
      app.setNotFoundHandler((_request, reply) => reply.code(404).send('nothing of the host'));
      return Promise.resolve();
    }, '');
    expect((await ask(`${url}/token`, form)).status).toBe(200);
    expect((await ask(`${url}/token`, { method: 'PUT' })).status).toBe(405);
    expect((await ask(`${url}/nope`, {})).text).toBe('nothing of the host');
  });

  it('3.4.1 limits Strict-Transport-Security to its host by default', async () => {
    for (const [hsts, expected] of [
      [{}, 'max-age=31536000'],
      [{ includeSubDomains: true }, 'max-age=31536000; includeSubDomains']
    ] as const) {
      const relay = await createRelayHandler(configFor(upstream, { hsts }));
      cleanup.push(relay.close);
      const url = await listen(createServer(relay.handler));
      expect((await ask(`${url}/token`, fromHere())).headers['strict-transport-security']).toBe(expected);
    }
  });

  it('3.4.1 says the same of it on an answer of the API, and never speaks over its host', async () => {
    const api = await startApiServer();
    cleanup.push(() => api.close());
    const path = '/api/v2/routing/queues';
    const call = { method: 'GET', headers: { authorization: basic('reports', KEY.key) } };
    const config = proxyConfig(api, { config: { hsts: { includeSubDomains: true } } });
    const { handler, close } = await createRelayHandler(config);
    cleanup.push(close);
    const said = async (url: string) => {
      const { status, headers } = await ask(url, call);
      expect(status).toBe(200);
      return headers['strict-transport-security'];
    };
    expect(await said(`${await listen(createServer(handler))}${path}`)).toBe('max-age=31536000; includeSubDomains');
    const bare = createServer((request, response) => {
      response.setHeader('Strict-Transport-Security', 'max-age=1');
      handler(request, response);
    });
    expect(await said(`${await listen(bare)}${path}`)).toBe('max-age=1');
    const app = Fastify();
    app.addHook('onRequest', (_request, reply, done) => {
      reply.header('strict-transport-security', 'max-age=2');
      done();
    });
    await app.register(genesysAuthRelay, { prefix: '/genesys', config });
    cleanup.push(() => app.close());
    expect(await said(`${await app.listen({ port: 0, host: '127.0.0.1' })}/genesys${path}`)).toBe('max-age=2');
  });

  it('C1 keeps its own rules if the host uses helmet, an open cors and a rate limit', async () => {
    const url = await host(async (app) => {
      await app.register(helmet);
      await app.register(cors, { origin: true, credentials: true });
      await app.register(rateLimit, { max: 1000 });
    }, '/genesys');
    const origin = 'https://evil.example';
    const answers = [
      await ask(`${url}/genesys/token`, { ...fromHere(), headers: { ...fromHere().headers, origin } }),
      await ask(`${url}/genesys/token`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' }
      })
    ];
    for (const { headers } of answers) {
      expect(headers['access-control-allow-origin']).toBeUndefined();
      expect(headers['access-control-allow-credentials']).toBeUndefined();
    }
    expect(answers[0]).toMatchObject({ status: 403, body: { code: 'origin_not_allowed' } });
    const fine = await ask(`${url}/genesys/token`, fromHere());
    expect(fine.status).toBe(200);
    // The host knows more about its domain than the relay.
    const ofHost = (await ask(`${url}/`, { method: 'GET' })).headers['strict-transport-security'];
    expect(ofHost).toMatch(/includeSubDomains/);
    expect(fine.headers['strict-transport-security']).toBe(ofHost);
    expect(fine.headers['content-security-policy']).toBe("default-src 'none'; frame-ancestors 'none'");
  });

  it('does not wait for a caller that disconnected before the relay got the request', async () => {
    const { handler, close } = await createRelayHandler(configFor(upstream, {}, { timeoutMs: 30_000 }));
    let asked = (): void => undefined;
    const left = new Promise<void>((resolve) => (asked = resolve));
    const url = await listen(
      createServer((request, response) => {
        // As after something of the host's that takes its time.
        request.once('close', () => {
          handler(request, response);
          asked();
        });
      })
    );
    const { socket } = openRaw(url);
    socket.write(`POST /token HTTP/1.1\r\nHost: ${new URL(url).host}\r\nContent-Length: 9\r\n\r\n`, () => {
      socket.destroy();
    });
    await left;
    await close();
  });

  it('finishes the answers in flight before its Fastify host closes their connections', async () => {
    const api = await startApiServer();
    cleanup.push(() => api.close());
    let finish = (): void => undefined;
    const called = new Promise<void>((resolve) => {
      api.answerWith((_call, response) => {
        finish = () => response.end('the answer');
        resolve();
      });
    });
    const app = Fastify({ forceCloseConnections: true });
    await app.register(genesysAuthRelay, { prefix: '/genesys', config: proxyConfig(api) });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    const call = { method: 'GET', headers: { authorization: basic('reports', KEY.key) } };
    const answer = ask(`${url}/genesys/api/v2/routing/queues`, call);
    await called;
    const closed = app.close();
    let isClosed = false;
    void closed.then(() => (isClosed = true));
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(isClosed).toBe(false);
    finish();
    expect(await answer).toMatchObject({ status: 200, text: 'the answer' });
    await closed;
  });

  it('does not start with a configuration that does not hold', async () => {
    const config = configFor(upstream, { scopes: [] });
    await expect(createRelayHandler(config)).rejects.toMatchObject({ code: 'config_invalid' });
    const app = Fastify();
    await expect(app.register(genesysAuthRelay, { config }).ready()).rejects.toMatchObject({ code: 'config_invalid' });
    await app.close();
  });
});
