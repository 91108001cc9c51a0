import { once } from 'node:events';
import { type ServerResponse, createServer } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { Copier, Passer } from './sinks.ts';

const CHUNK = Buffer.alloc(65_536, 'x');

describe('an answer on its way to a caller', () => {
  let response: ServerResponse;
  let caller: Socket;
  const server = createServer();

  beforeEach(async () => {
    if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening');
    const asked = once(server, 'request');
    caller = connect((server.address() as AddressInfo).port, '127.0.0.1');
    caller.pause().write('GET / HTTP/1.1\r\nHost: relay\r\n\r\n');
    const [, given] = (await asked) as [unknown, ServerResponse];
    response = given;
  });
  afterEach(() => {
    caller.destroy();
  });
  afterAll(() => {
    server.close();
  });

  it('waits in a bounded space when the caller does not read, and goes on when it does', async () => {
    const passer = new Passer(response, NaN);
    response.writeHead(200);
    let most = 0;
    // Until the buffers of the system are full as well.
    while (passer.write(CHUNK)) {
      most = Math.max(most, response.writableLength);
      await turn();
    }
    expect(most).toBeLessThanOrEqual(2 * CHUNK.length);
    expect(response.writableLength).toBeLessThan(4 * CHUNK.length);
    const drained = new Promise<void>((resolve) => {
      passer.onDrain(resolve);
    });
    caller.resume();
    await drained;
    expect(passer.write(CHUNK)).toBe(true);
  });

  it('does not wait for its caller as long as others may share it', async () => {
    const copier = new Copier(new Passer(response, NaN), 512 * CHUNK.length);
    response.writeHead(200);
    // More than the system holds.
    for (let index = 0; index < 512; index++) {
      expect(copier.write(CHUNK)).toBe(true);
      if (index % 64 === 0) await turn();
    }
    expect(copier.cut).toBe(false);
    expect(copier.write(CHUNK)).toBe(false);
  });

  it('ends with its last byte where its length is known', () => {
    const passer = new Passer(response, 2 * CHUNK.length);
    response.writeHead(200, { 'content-length': 2 * CHUNK.length });
    passer.write(CHUNK);
    expect(response.writableEnded).toBe(false);
    passer.write(CHUNK);
    expect(response.writableEnded).toBe(true);
    passer.end();
  });

  it('is taken from the API to its end when the caller has gone, for whoever watches to cut it', async () => {
    const passer = new Passer(response, NaN);
    response.writeHead(200);
    const closed = once(response, 'close');
    response.flushHeaders();
    caller.destroy();
    await closed;
    for (let index = 0; index < 10; index++) expect(passer.write(CHUNK)).toBe(true);
    expect(response.writableLength).toBe(0);
  });
});
