import { EventEmitter } from 'node:events';
import type { Duplex, Writable } from 'node:stream';
import fc from 'fast-check';
import * as ws from 'ws';
import { testClock } from '../../testing/clock.ts';
import { createClient } from './client.ts';
import { eventText, readFrame } from './dialect.ts';
import { textFrame } from './frame.ts';
import { createMemory } from './memory.ts';
import { createTickets } from './ticket.ts';

const { WebSocket } = ws;
/** The parser of the other side; the package exports it, its types do not. */
const { Receiver } = ws as unknown as { Receiver: new (options: { isServer: boolean }) => Writable };

const caller = { key: 'k', subject: 's', identity: 'loopback', roles: [], source: 'loopback' } as const;

describe('a frame', () => {
  it.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])(
    'of %d bytes is read by a WebSocket as it was meant',
    async (length) => {
      const text = 'x'.repeat(length);
      const receiver = new Receiver({ isServer: false });
      const heard = new Promise((resolve) => receiver.on('message', resolve));
      receiver.write(textFrame(text));
      expect(String(await heard)).toBe(text);
    }
  );

  it('counts bytes, not characters', async () => {
    const receiver = new Receiver({ isServer: false });
    const heard = new Promise((resolve) => receiver.on('message', resolve));
    receiver.write(textFrame('é€😀'.repeat(40)));
    expect(String(await heard)).toBe('é€😀'.repeat(40));
  });
});

describe('the memory', () => {
  it('returns exactly the events after a position, or reports that it cannot', () => {
    const lengths = fc.array(fc.nat(30), { maxLength: 60 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 100 }),
        lengths,
        (places, bytes, sizes) => {
          const memory = createMemory(places, bytes);
          sizes.forEach((size, index) => {
            memory.add({ seq: index + 1, key: 'k', text: 'x'.repeat(size) });
          });
          for (let seq = 0; seq <= sizes.length; seq += 1) {
            const after = memory.after(seq);
            if (after !== undefined) {
              expect(after.map((event) => event.seq)).toEqual(
                Array.from({ length: sizes.length - seq }, (_, index) => seq + 1 + index)
              );
              expect(after.length).toBeLessThanOrEqual(places);
              expect(after.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(bytes);
            }
          }
          expect(memory.after(sizes.length)).toEqual([]);
        }
      )
    );
  });

  it('counts bytes, of which some characters have several', () => {
    const memory = createMemory(10, 6);
    memory.add({ seq: 1, key: 'k', text: '\u20ac\u20ac' });
    expect(memory.after(0)).toHaveLength(1);
    memory.add({ seq: 2, key: 'k', text: '\u20ac' });
    expect(memory.after(0)).toBeUndefined();
    expect(memory.after(1)).toHaveLength(1);
  });

  it('may be switched off', () => {
    const memory = createMemory(0, 0);
    memory.add({ seq: 1, key: 'k', text: 'x' });
    expect(memory.after(0)).toBeUndefined();
    expect(memory.after(1)).toEqual([]);
  });
});

describe('a message', () => {
  it('never breaks the reader', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(readFrame(text)).toBeInstanceOf(Object);
      })
    );
  });

  it.each(['native', 'rpc'] as const)('carries an event in the form %s as it came', (dialect) => {
    const envelope = '{"topicName":"v2.a.b","eventBody":{"x":[1,"\\u2028"]}}';
    const { event, params } = JSON.parse(eventText[dialect](7, envelope)) as Record<string, { event: unknown }>;
    expect(dialect === 'native' ? event : params?.event).toEqual(JSON.parse(envelope));
  });
});

describe('a ticket', () => {
  it('is good once, for 30 seconds, for its origin', async () => {
    const clock = testClock();
    const tickets = createTickets(clock);
    const grant = { caller, origin: 'https://app.example.com' };
    const [first, second, third] = [await tickets.issue(grant), await tickets.issue(grant), await tickets.issue(grant)];
    expect(new Set([first, second, third]).size).toBe(3);
    expect(await tickets.redeem(first, grant.origin)).toEqual(grant);
    expect(await tickets.redeem(first, grant.origin)).toBeUndefined();
    expect(await tickets.redeem(second, undefined)).toBeUndefined();
    expect(await tickets.redeem(second, grant.origin)).toBeUndefined();
    clock.advance(30_000);
    expect(await tickets.redeem(third, grant.origin)).toBeUndefined();
    expect(await tickets.redeem('', grant.origin)).toBeUndefined();
  });
});

describe('a slow client', () => {
  /** A connection whose other side reads nothing until the test lets it read. */
  function slowClient() {
    const written: string[] = [];
    const stream = Object.assign(new EventEmitter(), {
      writableLength: 0,
      write(frame: Buffer) {
        written.push(frame.toString('utf8').replace(/^[^{]*/, ''));
        stream.writableLength += frame.length;
        return false;
      }
    });
    const closes: number[] = [];
    const socket = Object.assign(new EventEmitter(), {
      readyState: WebSocket.OPEN,
      OPEN: WebSocket.OPEN,
      pings: 0,
      ping() {
        socket.pings += 1;
      },
      ended: false,
      terminate() {
        socket.ended = true;
      },
      close(code: number) {
        closes.push(code);
      }
    });
    const client = createClient(
      socket as unknown as ws.WebSocket,
      stream as unknown as Duplex,
      { caller, entitlement: { scopes: [], defaultScopes: [], clients: [], roles: [], key: '' }, dialect: 'native' },
      { bufferBytes: 100, slowMs: 5000, pingMs: 30_000 },
      { encode: (frame) => JSON.stringify(frame), seq: () => 42, onGap: () => undefined },
      0
    );
    return { client, stream, socket, written, closes };
  }
  const event = textFrame('{"type":"event","padding":"................................................"}');

  it('gets no events while its buffer is full, and a gap when it has read again', () => {
    const { client, stream, written } = slowClient();
    for (let n = 0; n < 10; n += 1) client.deliver(event, `topic-${n % 2}`);
    const before = written.length;
    expect(before).toBeLessThan(4);
    stream.writableLength = 0;
    stream.emit('drain');
    expect(JSON.parse(written.at(-1) ?? '')).toEqual({
      type: 'gap',
      seq: 42,
      topics: expect.arrayContaining(['topic-0', 'topic-1']),
      reason: 'slow'
    });
    client.deliver(event, 'topic-0');
    expect(written).toHaveLength(before + 2);
  });

  it('is closed with 4408 when it stays slow', () => {
    const { client, closes } = slowClient();
    client.check(1000);
    for (let n = 0; n < 10; n += 1) client.deliver(event, 'topic');
    client.check(6000);
    expect(closes).toEqual([]);
    client.check(6001);
    expect(closes).toEqual([4408]);
  });

  it('is cut off when it does not answer a ping', () => {
    const { client, socket } = slowClient();
    client.check(30_000);
    expect(socket.pings).toBe(1);
    client.check(59_999);
    socket.emit('pong');
    client.check(60_000);
    expect(socket).toMatchObject({ pings: 2, ended: false });
    client.check(90_000);
    expect(socket.ended).toBe(true);
  });
});
