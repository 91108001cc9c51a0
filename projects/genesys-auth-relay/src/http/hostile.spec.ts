import pino from 'pino';
import { ask, fromHere } from '../testing/ask.ts';
import { openRaw, sendRaw } from '../testing/raw.ts';
import { type Setup, setUp } from '../testing/setup.ts';

const answersIn = (text: string): readonly string[] => text.match(/HTTP\/1\.1 \d{3}/g) ?? [];

describe('a hostile connection', () => {
  let world: Setup;
  let host: string;
  const lines: string[] = [];
  beforeAll(async () => {
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    world = await setUp({ runtime: { log }, config: { admin: { host: '127.0.0.1', port: 0 } } });
    host = `localhost:${new URL(world.relay.url).port}`;
  });
  beforeEach(() => {
    lines.length = 0;
  });
  afterAll(() => world.close());
  const send = (text: string) => sendRaw(world.relay.url, text);
  const post = (headers: string, body = '') =>
    send(`POST /token HTTP/1.1\r\nHost: ${host}\r\nX-Genesys-Auth: 1\r\n${headers}\r\n\r\n${body}`);

  const SMUGGLED = `GET /session HTTP/1.1\r\nHost: localhost\r\nX-Genesys-Auth: 1\r\n\r\n`;
  it.each([
    ['length and chunks', 'Content-Length: 4\r\nTransfer-Encoding: chunked', `0\r\n\r\n${SMUGGLED}`],
    ['chunks and length', 'Transfer-Encoding: chunked\r\nContent-Length: 100', `0\r\n\r\n${SMUGGLED}`],
    ['two lengths', 'Content-Length: 0\r\nContent-Length: 100', SMUGGLED],
    ['two lengths in one', 'Content-Length: 0, 100', SMUGGLED],
    ['a length with a sign', 'Content-Length: +0', SMUGGLED],
    ['a negative length', 'Content-Length: -1', SMUGGLED],
    ['a length in hex', 'Content-Length: 0x0', SMUGGLED],
    ['an unknown transfer coding', 'Transfer-Encoding: xchunked', `0\r\n\r\n${SMUGGLED}`],
    ['chunks that are not last', 'Transfer-Encoding: chunked, identity', `0\r\n\r\n${SMUGGLED}`],
    ['chunks twice', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', `0\r\n\r\n${SMUGGLED}`],
    ['chunks behind a vertical tab', 'Transfer-Encoding:\u000bchunked', `0\r\n\r\n${SMUGGLED}`],
    ['a space before the colon', 'Transfer-Encoding : chunked', `0\r\n\r\n${SMUGGLED}`],
    ['a folded header', 'X-A: b\r\n Transfer-Encoding: chunked', `0\r\n\r\n${SMUGGLED}`],
    ['an invalid chunk size', 'Transfer-Encoding: chunked', `0x1\r\na\r\n0\r\n\r\n${SMUGGLED}`],
    ['a chunk size beyond all bounds', 'Transfer-Encoding: chunked', `FFFFFFFFFFFFFFFFF\r\na\r\n0\r\n\r\n${SMUGGLED}`],
    ['a chunk that ends early', 'Transfer-Encoding: chunked', `5\r\nab\r\n0\r\n\r\n${SMUGGLED}`],
    ['a bare LF in a header', 'X-A: b\nTransfer-Encoding: chunked', `0\r\n\r\n${SMUGGLED}`],
    ['a bare CR in a header', 'X-A: b\rX-C: d', SMUGGLED],
    ['a NUL in a header', 'X-A: b\u0000c', SMUGGLED]
  ])('4.2.1 4.2.4 smuggles no request by %s', async (_what, headers, body) => {
    const answer = await post(headers, body);
    expect(answersIn(answer)).toEqual(['HTTP/1.1 400']);
    expect(answer).toMatch(/content-type: application\/problem\+json/i);
    expect(answer).toMatch(/connection: close/i);
    expect(answer).not.toContain('"subject"');
  });

  it('4.2.2 gets one length with each answer, and no transfer coding in addition', async () => {
    for (const sent of ['POST /token', 'GET /session', 'GET /nope', 'OPTIONS /token']) {
      const text = `${sent} HTTP/1.1\r\nHost: ${host}\r\nX-Genesys-Auth: 1\r\nConnection: close\r\n\r\n`;
      const [head = '', body = ''] = (await send(text)).split('\r\n\r\n');
      const lengths = head.match(/^content-length: (\d+)\r?$/gim) ?? [];
      if (head.includes(' 204 ')) expect([lengths, body]).toEqual([[], '']);
      else expect(lengths).toEqual([expect.stringMatching(new RegExp(`^content-length: ${body.length}\\r?$`, 'i'))]);
      expect(head).not.toMatch(/^transfer-encoding/im);
    }
  });

  it.each([
    ['headers of 1 MB', `X-A: ${'a'.repeat(1_000_000)}`],
    ['headers of 20 KB', `X-A: ${'a'.repeat(20_000)}`],
    ['many small headers', Array.from({ length: 6000 }, (_, index) => `a${index}:`).join('\r\n')]
  ])('4.2.5 is answered 431 for %s', async (_what, headers) => {
    const answer = await post(headers);
    expect(answersIn(answer)).toEqual(['HTTP/1.1 431']);
    expect(answer).toMatch(/"code":"headers_too_large"/);
    expect(answer).toMatch(/cache-control: no-store/i);
  });

  it('4.2.5 sees all of its headers looked at, also the last of many', async () => {
    const many = Array.from({ length: 2500 }, (_, index) => `${index}:`).join('\r\n');
    const answer = await post(`${many}\r\nVia: proxy\r\nConnection: close`);
    expect(answer).toMatch(/"code":"loopback_refused"/);
  });

  it('4.2.5 is answered 414 for a long URL', async () => {
    const answer = await ask(`${world.relay.url}/token?x=${'y'.repeat(9000)}`, fromHere());
    expect(answer).toMatchObject({ status: 414, body: { code: 'uri_too_long', error: 'invalid_request' } });
  });

  it.each([
    ['HTTP/2 without TLS', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003'],
    ['no HTTP', 'hello\r\n\r\n'],
    ['an invented version', `GET /session HTTP/9.9\r\nHost: localhost\r\n\r\n`],
    ['a method of control characters', 'G\u0001T / HTTP/1.1\r\n\r\n'],
    ['nothing but line ends', `${'\r\n'.repeat(50)}x\r\n\r\n`]
  ])('is answered once and cut off when it speaks %s', async (_what, text) => {
    const answer = await send(text);
    expect(answersIn(answer)).toEqual(['HTTP/1.1 400']);
    expect((await ask(`${world.relay.url}/token`, fromHere())).status).toBe(200);
  });

  it('4.2.4 cannot inject a header or a body into an answer', async () => {
    const paths = ['/%0d%0aSet-Cookie:%20x=1', '/nope%0a%0a<script>', '/token?a=%0d%0aX-Evil:1'];
    for (const path of paths) {
      const answer = await ask(`${world.relay.url}${path}`, { method: 'GET' });
      expect([400, 404, 405]).toContain(answer.status);
      expect(answer.headers).not.toHaveProperty('set-cookie');
      expect(answer.headers).not.toHaveProperty('x-evil');
      expect(answer.text).not.toMatch(/<script|Set-Cookie/);
    }
  });

  it('16.4.1 16.3.1 leaves one well-formed line for each refusal, whatever it sends', async () => {
    const texts = ['\u001b[31mred', 'a\\nb', '\u009b31m', '{"level":60}', '%0a%7b%7d', 'x\u2028y'];
    for (const text of texts) {
      const bytes = Buffer.from(text).toString('latin1');
      await post(`Authorization: Bearer ${bytes}\r\nUser-Agent: ${bytes}\r\nOrigin: ${bytes}\r\nConnection: close`);
      await send(`GET /${bytes} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    }
    const refused = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(refused).toHaveLength(texts.length * 2);
    for (const [index, line] of lines.entries()) {
      expect(line).toMatch(/^[\x20-\x7e]+\n$/);
      expect(line).not.toMatch(/31m|level.*level/);
      expect(refused[index]).toMatchObject({ event: 'request', status: expect.any(Number), code: expect.any(String) });
    }
  });

  it('is counted and logged when it never becomes a request', async () => {
    await send('hello\r\n\r\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ event: 'request', route: 'none', status: 400, code: 'invalid_request' })
    ]);
    const metrics = (await ask(`${world.relay.adminUrl}/metrics`, { method: 'GET' })).text;
    expect(metrics).toMatch(/request_duration_seconds_count\{route="none",status="400"\} [1-9]/);
  });
});

describe('4.2.5 a connection that takes its time', () => {
  it('is cut off with 408, in its headers and in its body, and stands in the way of no one else', async () => {
    const world = await setUp({ config: { limits: { headersTimeoutMs: 400, requestTimeoutMs: 800 } } });
    const host = `localhost:${new URL(world.relay.url).port}`;
    const slow = Array.from({ length: 40 }, (_, index) => {
      const connection = openRaw(world.relay.url);
      const inBody = index % 2 === 0;
      const head = `POST /token HTTP/1.1\r\nHost: ${host}\r\nX-Genesys-Auth: 1\r\n`;
      const body = 'Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{';
      connection.socket.write(inBody ? head + body : head);
      // A byte now and then keeps a connection from being idle.
      const drip = setInterval(() => connection.socket.write(inBody ? ' ' : 'X'), 50);
      return connection.answer.finally(() => {
        clearInterval(drip);
      });
    });
    expect((await ask(`${world.relay.url}/token`, fromHere())).status).toBe(200);
    for (const answer of await Promise.all(slow)) {
      expect(answersIn(answer)).toEqual(['HTTP/1.1 408']);
      expect(answer).toMatch(/"code":"request_timeout"/);
    }
    expect((await ask(`${world.relay.url}/token`, fromHere())).status).toBe(200);
    await world.close();
  });
});
