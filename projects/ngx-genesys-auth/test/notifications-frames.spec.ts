import { TestBed } from '@angular/core/testing';
import {
  GENESYS_WEBSOCKET,
  GenesysNotifications,
  provideGenesysNotifications,
  relayHub
} from 'ngx-genesys-auth/notifications';
import { createApp } from './app';

const [A, B] = ['v2.users.a.presence', 'v2.users.b.presence'];

/** A socket whose other end is the test. */
class TestSocket {
  readyState = 0;
  readonly sent: Record<string, unknown>[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; wasClean: boolean }) => void) | null = null;
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close(): void {
    this.readyState = 3;
  }
  say(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  /** As the hub greets, and answers the first subscription. */
  greet(...topics: string[]): void {
    this.readyState = 1;
    this.onopen?.();
    this.say({ type: 'welcome', epoch: 'e', seq: 0, heartbeatSeconds: 15, expiresIn: 600 });
    this.say({ type: 'subscribed', id: 1, topics: topics.map((topic) => ({ topic, state: 'permitted' })) });
  }
}

function listen(live: GenesysNotifications, topic: string) {
  const got: { readonly events: unknown[]; error: unknown } = { events: [], error: undefined };
  live.topic(topic).subscribe({
    next: (event) => got.events.push(event),
    error: (error: unknown) => {
      got.error = error;
    }
  });
  return got;
}

async function start() {
  const sockets: TestSocket[] = [];
  const open = () => {
    const socket = new TestSocket();
    sockets.push(socket);
    return socket;
  };
  const providers = [
    provideGenesysNotifications({ source: relayHub() }),
    { provide: GENESYS_WEBSOCKET, useValue: open }
  ];
  const { network } = createApp({ providers });
  const live = TestBed.inject(GenesysNotifications);
  const [a, b] = [listen(live, A), listen(live, B)];
  const connect = async () => {
    await jest.advanceTimersByTimeAsync(2_000);
    network.expectOne('/genesys/notifications/ticket').flush({ ticket: 'abc', expires_in: 30 });
    const socket = sockets.at(-1);
    if (socket === undefined) throw new Error('there is no socket');
    socket.greet(A, B);
    return socket;
  };
  return { live, a, b, connect, socket: await connect() };
}

beforeEach(() => {
  jest.useFakeTimers();
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

describe('what the hub says on an open connection', () => {
  it('Genesys Cloud is dark, and back: the state is not live meanwhile', async () => {
    const { live, socket } = await start();
    expect(live.state()).toBe('live');
    socket.say({ type: 'upstream', live: false });
    expect(live.state()).not.toBe('live');
    socket.say({ type: 'upstream', live: true });
    expect(live.state()).toBe('live');
  });

  it('a topic is refused later on: it ends alone, with the reason', async () => {
    const { live, a, b, socket } = await start();
    socket.say({ type: 'subscribed', id: 0, topics: [{ topic: A, state: 'rejected', reason: 'taken away' }] });
    expect(a.error).toMatchObject({ code: 'topic_rejected', message: expect.stringContaining('taken away') });
    socket.say({ type: 'event', seq: 1, event: { topicName: B, eventBody: 1 } });
    expect([b.error, b.events.length, live.state()]).toEqual([undefined, 1, 'live']);
  });

  it.each([
    ['internal_error', 'connection_lost', false],
    ['rate_limited', 'connection_lost', false],
    ['invalid_frame', 'protocol', true]
  ])('an answer %s: %s, for ever: %s', async (code, expected, permanent) => {
    const { live, socket, connect } = await start();
    socket.say({ type: 'error', id: 9, code, detail: 'so it is' });
    expect(live.error()).toMatchObject({ code: expected, permanent });
    if (permanent) return;
    await connect();
    expect(live.state()).toBe('live');
  });

  it.each([
    [4429, false],
    [4400, true],
    [4401, false],
    [1001, false]
  ])('closes with %d: for ever %s', async (code, permanent) => {
    const { live, socket } = await start();
    socket.onclose?.({ code, wasClean: true });
    expect(live.error()?.permanent ?? false).toBe(permanent);
  });

  it('what this version does not know is passed over', async () => {
    const { live, socket } = await start();
    socket.say({ type: 'weather', is: 'fine' });
    socket.say({ type: 'event', seq: 'one', event: {} });
    socket.onmessage?.({ data: 'no JSON' });
    expect([live.state(), live.error()]).toEqual(['live', null]);
  });
});
