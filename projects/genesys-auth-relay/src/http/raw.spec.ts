import { connect } from 'node:net';
import { sendRaw } from '../testing/raw.ts';
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
    // An authority has no methods at the relay (RFC 9110 section 10.2.1).
    expect(answer).toMatch(/^allow:\s*$/im);
    expect(answer).toMatch(/cache-control: no-store/i);
    expect(answer).toMatch(/"code":"method_not_allowed"/);
    expect(answer).toContain(
      '"hint":"Remove the relay from the proxy settings of the client, for example HTTPS_PROXY."'
    );
  });

  it('13.2.5 goes where a whole URL says, whatever Host says', async () => {
    expect(await lines(`http://${host}/token`, `Host: ${host}`)).toMatch(/^HTTP\/1.1 200 /);
    for (const other of ['http://evil.example', `http://user@${host}`, `HTTP://evil.example`]) {
      expect(await lines(`${other}/token`, `Host: ${host}`)).toMatch(/"code":"loopback_refused".*"error":/s);
    }
  });
});

it('3.4.1 Strict-Transport-Security is the same on answers that are written to the bare connection', async () => {
  for (const [includeSubDomains, expected] of [
    [true, 'max-age=31536000; includeSubDomains'],
    [false, 'max-age=31536000']
  ] as const) {
    const world = await setUp({ config: { hsts: { includeSubDomains } } });
    const host = `Host: localhost:${new URL(world.relay.url).port}`;
    try {
      for (const [request, status] of [
        ['GET / HTTP/9\r\n\r\n', 400],
        [`GET /session HTTP/1.1\r\n${host}\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
        [`CONNECT a:443 HTTP/1.1\r\n${host}\r\n\r\n`, 405]
      ] as const) {
        const answer = await sendRaw(world.relay.url, request);
        expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
        expect(/^strict-transport-security: (.*)$/im.exec(answer)?.[1]?.trim()).toBe(expected);
      }
    } finally {
      await world.close();
    }
  }
});
