import { once } from 'node:events';
import { type ServerResponse, createServer } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { until } from '../testing/until.ts';
import type { ApiAnswer } from './answer.ts';
import { type ApiCall, streamAndKeep, streamAnswer } from './api-call.ts';

const CHUNK = Buffer.alloc(65_536, 'x');
const LIMIT = 512 * CHUNK.length;
const { signal } = new AbortController();

/** An answer of the API with so many chunks, and how many of them were read. */
function answerOf(chunks: number) {
  const read = { chunks: 0 };
  const body = new Readable({
    read() {
      this.push(read.chunks < chunks ? CHUNK : null);
      read.chunks += 1;
    }
  });
  const answer: ApiAnswer = { statusCode: 200, headers: {}, body };
  return { answer, read };
}

/** Waits until nothing more is read. */
async function untilStill(read: { readonly chunks: number }) {
  let before = -1;
  while (before !== read.chunks) {
    before = read.chunks;
    for (let round = 0; round < 50; round++) await turn();
  }
}

describe('an answer on its way to a caller that does not read', () => {
  let call: ApiCall;
  let caller: Socket;
  const server = createServer();

  beforeEach(async () => {
    if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening');
    const asked = once(server, 'request');
    caller = connect((server.address() as AddressInfo).port, '127.0.0.1');
    caller.pause().write('GET / HTTP/1.1\r\nHost: relay\r\n\r\n');
    const [request, response] = (await asked) as [ApiCall['request'], ServerResponse];
    call = { request, response, relayHeaders: () => ({}) } as unknown as ApiCall;
  });
  afterEach(() => {
    caller.destroy();
  });
  afterAll(() => {
    server.close();
  });

  it('stops reading from the API, and continues when the caller reads', async () => {
    const { answer, read } = answerOf(1024);
    const streamed = streamAnswer(call, answer, signal);
    await untilStill(read);
    expect(read.chunks).toBeLessThan(512);
    expect(call.response.writableLength).toBeLessThan(4 * CHUNK.length);
    caller.resume();
    await streamed;
    expect(read.chunks).toBe(1025);
  });

  it('is read to its end when other callers may share it', async () => {
    const { answer } = answerOf(512);
    const kept = await streamAndKeep(call, answer, LIMIT, signal);
    expect(kept?.body.length).toBe(LIMIT);
  });

  it('is streamed from where it becomes too long to be shared', async () => {
    const { answer, read } = answerOf(1024);
    const streamed = streamAndKeep(call, answer, LIMIT, signal);
    await until(() => read.chunks > 512);
    await untilStill(read);
    expect(read.chunks).toBeLessThan(600);
    caller.resume();
    expect(await streamed).toBeUndefined();
    expect(read.chunks).toBe(1025);
  });

  it('ends the answer of the API when the caller has disconnected', async () => {
    const { answer } = answerOf(Infinity);
    const gone = new AbortController();
    const streamed = streamAnswer(call, answer, gone.signal);
    call.response.once('close', () => {
      gone.abort();
    });
    caller.destroy();
    await expect(streamed).rejects.toThrow('aborted');
    expect(answer.body.destroyed).toBe(true);
  });

  it.each([
    ['streamed', () => streamAnswer],
    [
      'kept',
      () =>
        (...[to, from]: Parameters<typeof streamAnswer>) =>
          streamAndKeep(to, from, LIMIT, signal)
    ]
  ])('is dropped when the host has answered (%s)', async (_what, send) => {
    const { answer, read } = answerOf(1024);
    call.response.writeHead(503).end();
    await send()(call, answer, signal);
    expect(answer.body.destroyed).toBe(true);
    expect(call.response.destroyed).toBe(true);
    expect(read.chunks).toBe(0);
  });
});
