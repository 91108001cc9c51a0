import { type Server, createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import express from 'express';
import Fastify from 'fastify';
import pino from 'pino';
import { genesysAuthRelay } from '../fastify.ts';
import { createRelayHandler, startRelay } from '../index.ts';
import { HOSTILE_TARGETS } from '../testing/hostile-targets.ts';
import { type ApiServer, startApiServer } from '../testing/api-server.ts';
import { ask, basic } from '../testing/ask.ts';
import { KEY, SECRET_ENV } from '../testing/config.ts';
import { proxyConfig } from '../testing/proxy-setup.ts';

interface Host {
  readonly port: number;
  readonly close: () => Promise<unknown>;
}

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};
const closing = (server: Server) =>
  new Promise((resolve) => {
    server.closeAllConnections();
    server.close(resolve);
  });

const lines: string[] = [];
const log = pino({ level: 'trace', base: null }, { write: (line: string) => void lines.push(line) });
const runtime = { log };

const HOSTS: Readonly<Record<string, (api: ApiServer) => Promise<Host>>> = {
  'the server of the relay itself': async (api) => {
    const relay = await startRelay(proxyConfig(api), runtime);
    return { port: Number(new URL(relay.url).port), close: relay.close };
  },
  'a plugin of Fastify': async (api) => {
    const app = Fastify({ logger: false });
    await app.register(genesysAuthRelay, { prefix: '/genesys', config: proxyConfig(api), runtime });
    await app.listen({ host: '127.0.0.1', port: 0 });
    return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
  },
  'node:http': async (api) => {
    const relay = await createRelayHandler(proxyConfig(api), { basePath: '/genesys', runtime });
    const server = createServer(relay.handler);
    return {
      port: await listen(server),
      close: async () => {
        await relay.close();
        await closing(server);
      }
    };
  },
  'Express with a body parser before': async (api) => {
    const relay = await createRelayHandler(proxyConfig(api), { runtime });
    const app = express();
    app.use(express.json());
    app.use('/genesys', relay.handler);
    const server = createServer(app);
    return {
      port: await listen(server),
      close: async () => {
        await relay.close();
        await closing(server);
      }
    };
  }
};

describe.each(Object.entries(HOSTS))('proxy mode behind %s', (name, open) => {
  const prefix = name.startsWith('the server') ? '' : '/genesys';
  let api: ApiServer;
  let host: Host;
  beforeAll(async () => {
    process.env[SECRET_ENV] = 'CANARY-secret';
    lines.length = 0;
    api = await startApiServer();
    host = await open(api);
  });
  afterAll(async () => {
    await host.close();
    await api.close();
  });
  const at = (path: string) => `http://127.0.0.1:${host.port}${prefix}${path}`;
  const headers = { authorization: basic('reports', KEY.key) };

  const raw = (text: string) =>
    new Promise<string>((resolve) => {
      const socket = connect(host.port, '127.0.0.1');
      let answer = '';
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        resolve(answer);
      });
      socket.write(text, 'utf8');
    });

  it('reads and writes', async () => {
    expect(await ask(at('/api/v2/routing/queues?pageSize=1'), { method: 'GET', headers })).toMatchObject({
      status: 200,
      body: { ok: true },
      headers: { 'cache-control': 'no-store' }
    });
    const body = JSON.stringify({ filter: { type: 'or' }, metrics: ['oWaiting'] });
    const answer = await ask(at('/api/v2/analytics/queues/observations/query'), {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body
    });
    expect(answer.status).toBe(200);
    expect(answer.headers['x-powered-by']).toBeUndefined();
    expect(api.calls.map(({ url }) => url)).toEqual([
      '/api/v2/routing/queues?pageSize=1',
      '/api/v2/analytics/queues/observations/query'
    ]);
    expect(JSON.parse(api.calls[1]!.body.toString())).toEqual(JSON.parse(body));
  });

  it('B11 F10 lets no hostile target through', async () => {
    const before = api.calls.length;
    for (const [what, target] of HOSTILE_TARGETS) {
      const text = `GET ${target.replace('/genesys', prefix)} HTTP/1.1\r\nHost: 127.0.0.1:${host.port}\r\nAuthorization: ${headers.authorization}\r\nConnection: close\r\n\r\n`;
      const answer = await raw(text);
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
      // Refused by the relay, or by Node itself, which may just hang up.
      expect([what, status < 400]).toEqual([what, false]);
      expect(answer).not.toContain('CANARY');
    }
    expect(api.calls).toHaveLength(before);
  });

  it('4.2.1 lets no second request ride along', async () => {
    const before = api.calls.length;
    const head = `POST ${prefix}/api/v2/analytics/queues/observations/query HTTP/1.1\r\nHost: 127.0.0.1:${host.port}\r\nAuthorization: ${headers.authorization}\r\nConnection: close\r\n`;
    const smuggled = `DELETE /api/v2/routing/queues/7 HTTP/1.1\r\nHost: x\r\n\r\n`;
    for (const framing of [
      `Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
      `Content-Length: 0\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
      `Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${smuggled}`,
      `Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${smuggled}`
    ]) {
      const answer = await raw(head + framing);
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    }
    expect(api.calls).toHaveLength(before);
  });

  it('10.1.1 F9 reveals token and secret in no answer and no log', async () => {
    const texts: string[] = [];
    api.answerWith((_call, response) => {
      response.writeHead(500, { 'content-type': 'text/plain' }).end('broken');
    });
    for (const [method, path] of [
      ['GET', '/api/v2/routing/queues'],
      ['GET', '/api/v2/tokens/me'],
      ['DELETE', '/api/v2/tokens/me'],
      ['GET', '/api/v2/nothing'],
      ['GET', '/api/v2/..%2fx'],
      ['POST', '/token'],
      ['GET', '/session'],
      ['OPTIONS', '/api/v2/routing/queues'],
      ['TRACE', '/api/v2/routing/queues']
    ] as const) {
      texts.push(JSON.stringify(await ask(at(path), { method, headers })));
    }
    api.kill();
    texts.push(JSON.stringify(await ask(at('/api/v2/routing/queues'), { method: 'GET', headers })));
    expect(api.tokens.length).toBeGreaterThanOrEqual(2);
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.join('')).toContain('"operation":"GET /api/v2/routing/queues"');
    for (const text of [...texts, ...lines]) {
      expect(text).not.toContain('CANARY');
      expect(text).not.toContain(KEY.key);
    }
  });
});
