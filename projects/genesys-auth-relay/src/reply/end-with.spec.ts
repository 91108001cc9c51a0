import { type Server, createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { endWith } from './end-with.ts';

/** Bodies by path. */
const BODIES: Readonly<Record<string, string>> = {
  '/short': '{"a":1}',
  '/wide': '{"name":"Zoë \u{1F600}"}',
  '/long': 'x'.repeat(300_000),
  '/empty': ''
};

describe('an answer that is ended with its whole body', () => {
  let server: Server;
  let port: number;
  beforeAll(async () => {
    server = createServer((request, response) => {
      const text = BODIES[request.url ?? ''] ?? '';
      const bytes = Buffer.byteLength(text);
      response.writeHead(200, ['content-length', String(bytes)]);
      endWith(response, text, bytes === text.length ? 'latin1' : 'utf8');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each(Object.keys(BODIES))('arrives as it is: %s', async (path) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    expect(await answer.text()).toBe(BODIES[path]);
  });

  it('has no body for HEAD', async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/short`, { method: 'HEAD' });
    expect(answer.headers.get('content-length')).toBe('7');
    expect(await answer.text()).toBe('');
  });

  it('waits for its turn on a connection that carries several at once', async () => {
    const paths = ['/long', '/short', '/wide', '/empty', '/short'];
    const socket = connect(port, '127.0.0.1');
    const requests = paths.map((path, index) => {
      const last = index === paths.length - 1 ? 'connection: close\r\n' : '';
      return `GET ${path} HTTP/1.1\r\nhost: x\r\n${last}\r\n`;
    });
    socket.write(requests.join(''));
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const bodies = text.split(/HTTP\/1\.1 200 OK\r\n/).slice(1);
    expect(bodies.map((part) => part.slice(part.indexOf('\r\n\r\n') + 4))).toEqual(paths.map((path) => BODIES[path]));
  });

  it('is nothing to a caller who has left', async () => {
    const closed = new Promise<void>((resolve) => {
      server.prependOnceListener('request', (request, response) => {
        request.socket.destroy();
        response.once('close', resolve);
      });
    });
    await expect(fetch(`http://127.0.0.1:${port}/short`)).rejects.toThrow();
    await closed;
    expect(await (await fetch(`http://127.0.0.1:${port}/short`)).text()).toBe('{"a":1}');
  });
});
