import { connect } from 'node:net';
import { type Setup, setUp } from '../testing/setup.ts';

describe('a request that Node would answer by itself', () => {
  let world: Setup;
  let host: string;
  beforeAll(async () => {
    world = await setUp();
    host = `localhost:${new URL(world.relay.url).port}`;
  });
  afterAll(() => world.close());

  const send = (text: string) =>
    new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(world.relay.url).port), '127.0.0.1');
      let answer = '';
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
      socket.on('close', () => {
        resolve(answer);
      });
      socket.write(text);
    });
  const lines = (target: string, ...headers: string[]) =>
    send([`POST ${target} HTTP/1.1`, 'X-Genesys-Auth: 1', 'Connection: close', ...headers, '', ''].join('\r\n'));

  it('is a problem as any other, without Host or with two', async () => {
    for (const hosts of [[], [`Host: ${host}`, `Host: ${host}`]]) {
      const answer = await lines('/token', ...hosts);
      expect(answer).toMatch(/^HTTP\/1.1 400 /);
      expect(answer).toMatch(/cache-control: no-store/i);
      expect(answer).toMatch(/"code":"invalid_request"/);
    }
  });

  it('is answered whatever it expects', async () => {
    expect(await lines('/token', `Host: ${host}`, 'Expect: tea')).toMatch(/^HTTP\/1.1 200 /);
  });

  it('13.2.5 is a problem when it takes the relay for a proxy', async () => {
    const answer = await send(`CONNECT login.example:443 HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 405 Method Not Allowed\r\n/);
    expect(answer).toMatch(/cache-control: no-store/i);
    expect(answer).toMatch(/"code":"method_not_allowed"/);
  });

  it('13.2.5 goes where a whole URL says, whatever Host says', async () => {
    expect(await lines(`http://${host}/token`, `Host: ${host}`)).toMatch(/^HTTP\/1.1 200 /);
    for (const other of ['http://evil.example', `http://user@${host}`, `HTTP://evil.example`]) {
      expect(await lines(`${other}/token`, `Host: ${host}`)).toMatch(/"code":"loopback_refused".*"error":/s);
    }
  });
});
