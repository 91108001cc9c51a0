import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRelayHandler } from '../index.ts';
import { startApiServer } from '../testing/api-server.ts';
import { ask, basic } from '../testing/ask.ts';
import { KEY, SECRET_ENV } from '../testing/config.ts';
import { proxyConfig } from '../testing/proxy-setup.ts';

describe('an API call that the relay refuses after its host has answered', () => {
  it('is counted with the problem of the relay', async () => {
    process.env[SECRET_ENV] = 'CANARY-secret';
    const api = await startApiServer();
    const codes: (string | undefined)[] = [];
    const observer = { requestAnswered: ({ code }: { readonly code?: string | undefined }) => codes.push(code) };
    const { handler, close } = await createRelayHandler(proxyConfig(api), { runtime: { observer } });
    const server = createServer((request, response) => {
      handler(request, response);
      response.writeHead(503, { 'content-length': '100' }).write('too late');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v2/nothing`;
    const headers = { authorization: basic('reports', KEY.key) };
    await expect(ask(url, { method: 'GET', headers })).rejects.toThrow();
    expect(codes).toEqual(['operation_unknown']);
    await close();
    server.close();
    await api.close();
  });
});
