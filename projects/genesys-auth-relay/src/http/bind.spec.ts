import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ask } from '../testing/ask.ts';
import { closeServer, listen, listenAlso } from './bind.ts';

describe('a server that listens', () => {
  let server: Server;
  beforeEach(() => {
    server = createServer((_request, response) => response.end('here'));
  });
  afterEach(() => closeServer(server));
  const get = async (url: string) => (await ask(`${url}/`, { method: 'GET' })).text;

  it.each(['127.0.0.1', '0.0.0.0', 'localhost'])('can be reached at its URL: %s', async (host) => {
    expect(await get(await listen(server, { host, port: 0 }))).toBe('here');
  });

  it('listens on every address that the machine has, and gives all of them back', async () => {
    await listen(server, { host: '127.0.0.1', port: 0 });
    const bound = server.address() as AddressInfo;
    await listenAlso(server, bound, ['127.0.0.1', '127.0.0.2', '192.0.2.1']);
    const urls = ['127.0.0.1', '127.0.0.2'].map((address) => `http://${address}:${bound.port}`);
    for (const url of urls) expect(await get(url)).toBe('here');
    await closeServer(server);
    for (const url of urls) await expect(get(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('closes when it never listened', async () => {
    await expect(closeServer(createServer())).resolves.toBeUndefined();
  });
});
