import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import express from 'express';
import { type RelayHandler, createRelayHandler } from '../index.ts';
import { type ApiServer, startApiServer } from '../testing/api-server.ts';
import { ask, basic } from '../testing/ask.ts';
import { KEY, SECRET_ENV } from '../testing/config.ts';
import { proxyConfig } from '../testing/proxy-setup.ts';

describe('an API call whose body Express has read', () => {
  let api: ApiServer;
  let relay: RelayHandler;
  let server: Server;
  beforeEach(async () => {
    process.env[SECRET_ENV] = 'CANARY-secret';
    api = await startApiServer();
    relay = await createRelayHandler(proxyConfig(api));
    const app = express().use(express.raw(), express.json(), relay.handler);
    server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    await relay.close();
    server.closeAllConnections();
    server.close();
    await api.close();
  });

  const send = (body: Buffer, headers: Record<string, string>) =>
    ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v2/analytics/queues/observations/query`, {
      headers: { authorization: basic('reports', KEY.key), ...headers },
      body
    });

  it('keeps the bytes of express.raw()', async () => {
    const bytes = Buffer.from([0x00, 0xff, 0xfe, 0x80, 0x41]);
    expect((await send(bytes, { 'content-type': 'application/octet-stream' })).status).toBe(200);
    expect(api.calls.map(({ body }) => body)).toEqual([bytes]);
  });

  it('has no content-encoding, because Express has decompressed the body', async () => {
    const body = gzipSync('{"filter":1}');
    const answer = await send(body, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    expect(answer.status).toBe(200);
    expect(api.calls[0]?.body.toString()).toBe('{"filter":1}');
    expect(api.calls[0]?.headers['content-encoding']).toBeUndefined();
  });
});
