import { TestBed } from '@angular/core/testing';
import {
  GENESYS_WEBSOCKET,
  GenesysNotifications,
  type NotificationSourceFactory,
  directChannel,
  provideGenesysNotifications,
  relayHub
} from 'ngx-genesys-auth/notifications';
import { withProxyMode } from 'ngx-genesys-auth';
import { API, type AppOptions, bearer, createApp, grant } from './app';

const TOPIC = 'v2.users.a.presence';
const CHANNELS = `${API}/api/v2/notifications/channels`;
const TICKET_URL = '/genesys/notifications/ticket';
const OPEN = 1;

/** A WebSocket that the test opens and answers. */
class FakeSocket {
  readonly url: string;
  readyState = 0;
  isClosed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  readonly sent: unknown[] = [];

  constructor(url: string) {
    this.url = url;
  }

  open(): void {
    this.readyState = OPEN;
    this.onopen?.();
  }

  receive(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  send(frame: string): void {
    this.sent.push(JSON.parse(frame));
  }

  close(): void {
    this.isClosed = true;
  }
}

const turn = () => jest.advanceTimersByTimeAsync(0);

function liveApp(source: NotificationSourceFactory, options: AppOptions = {}) {
  const sockets: FakeSocket[] = [];
  const open = (url: string) => {
    const socket = new FakeSocket(url);
    sockets.push(socket);
    return socket;
  };
  const app = createApp({
    ...options,
    providers: [provideGenesysNotifications({ source }), { provide: GENESYS_WEBSOCKET, useValue: open }]
  });
  const live = TestBed.inject(GenesysNotifications);
  const gaps: string[] = [];
  live.gaps$.subscribe(({ reason }) => gaps.push(reason));
  return { ...app, live, sockets, gaps };
}

/** Opens a channel of the token and makes it live. */
async function goLive({ network, sockets }: ReturnType<typeof liveApp>, channel: string): Promise<void> {
  await turn();
  network.expectOne(CHANNELS).flush({ id: channel, connectUri: `wss://streaming.mypurecloud.de/${channel}` });
  sockets.at(-1)?.open();
  network.expectOne(({ url }) => url.includes(`/${channel}/subscriptions`)).flush({ entities: [] });
}

beforeEach(() => {
  jest.useFakeTimers();
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

describe('directChannel() after clear()', () => {
  async function signedOutApp() {
    const app = liveApp(directChannel());
    app.signIn('token-1', 600);
    const subscription = app.live.topic(TOPIC).subscribe();
    await goLive(app, 'c1');
    expect(app.live.state()).toBe('live');
    app.auth.clear();
    return { ...app, subscription };
  }

  it('closes the channel, asks for nothing and opens no other channel by itself', async () => {
    const { live, sockets, network, auth } = await signedOutApp();
    expect(sockets[0]?.isClosed).toBe(true);
    expect([live.state(), live.error()?.code]).toEqual(['failed', 'signed_out']);
    await jest.advanceTimersByTimeAsync(3_600_000);
    document.dispatchEvent(new Event('visibilitychange'));
    await turn();
    network.verify();
    expect([sockets.length, auth.status()]).toEqual([1, 'signed-out']);
  });

  it('opens another channel with the token of the next user, and reports the gap', async () => {
    const app = await signedOutApp();
    void app.auth.renew();
    grant(app.relayCall(), 'token-2', 600);
    await turn();
    const create = app.network.expectOne(CHANNELS);
    expect(bearer(create)).toBe('Bearer token-2');
    create.flush({ id: 'c2', connectUri: 'wss://streaming.mypurecloud.de/c2' });
    app.sockets[1]?.open();
    app.network.expectOne(({ url }) => url.includes('/c2/subscriptions')).flush({ entities: [] });
    expect(app.sockets.map(({ url, isClosed }) => [url.slice(-2), isClosed])).toEqual([
      ['c1', true],
      ['c2', false]
    ]);
    expect([app.live.state(), app.live.error(), app.gaps]).toEqual(['live', null, ['reconnected']]);
  });

  it('opens another channel for a topic that was not asked for before', async () => {
    const { live, relayCall, network } = await signedOutApp();
    live.topic('v2.users.b.presence').subscribe();
    await turn();
    grant(relayCall(), 'token-2', 600);
    expect(bearer(network.expectOne(CHANNELS))).toBe('Bearer token-2');
  });

  it('opens another channel for reconnect()', async () => {
    const { live, relayCall, network } = await signedOutApp();
    live.reconnect();
    await turn();
    grant(relayCall(), 'token-2', 600);
    expect(bearer(network.expectOne(CHANNELS))).toBe('Bearer token-2');
  });

  it('stays closed when a topic is left', async () => {
    const app = liveApp(directChannel());
    app.signIn('token-1', 600);
    const [first] = [TOPIC, 'v2.users.b.presence'].map((topic) => app.live.topic(topic).subscribe());
    await goLive(app, 'c1');
    app.auth.clear();
    first?.unsubscribe();
    await jest.advanceTimersByTimeAsync(60_000);
    app.network.verify();
  });

  it('does not use a channel of the previous user that nobody listens to any more', async () => {
    const app = liveApp(directChannel());
    app.signIn('token-1', 600);
    const subscription = app.live.topic(TOPIC).subscribe();
    await goLive(app, 'c1');
    subscription.unsubscribe();
    await jest.advanceTimersByTimeAsync(10_000);
    app.auth.clear();
    app.signIn('token-2', 600);
    app.live.topic(TOPIC).subscribe();
    await turn();
    expect(bearer(app.network.expectOne(CHANNELS))).toBe('Bearer token-2');
  });

  it('leaves no timer when a subscriber of events$ calls it during the renewal for the channel', async () => {
    const app = liveApp(directChannel());
    app.signIn('token-1', 600);
    app.live.topic(TOPIC).subscribe();
    await goLive(app, 'c1');
    let isNext = false;
    app.auth.events$.subscribe(({ type }) => {
      if (isNext && type === 'renewing') app.auth.clear();
    });
    isNext = true;
    await jest.advanceTimersByTimeAsync(556_000);
    expect(app.auth.status()).toBe('signed-out');
    await jest.advanceTimersByTimeAsync(3_600_000);
    app.network.verify();
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe.each([
  ['token', []],
  ['proxy', [withProxyMode()]]
])('relayHub() after clear(), in %s mode', (mode, features) => {
  it('closes the connection, and opens another one without the position of the old one', async () => {
    const { auth, live, network, sockets, relayCall } = liveApp(relayHub(), { features });
    live.topic(TOPIC).subscribe();
    await turn();
    const welcome = () => {
      network.expectOne(TICKET_URL).flush({ ticket: 't'.repeat(43), expires_in: 30 });
      sockets.at(-1)?.open();
      sockets.at(-1)?.receive({ type: 'welcome', epoch: 'e1', seq: 7, heartbeatSeconds: 15 });
    };
    welcome();
    auth.clear();
    expect(sockets[0]?.isClosed).toBe(true);
    expect([live.state(), live.error()?.code]).toEqual(['failed', 'signed_out']);
    await jest.advanceTimersByTimeAsync(3_600_000);
    network.verify();
    void auth.renew();
    if (mode === 'token') grant(relayCall(), 'token-2');
    else
      network.expectOne('/genesys/session').flush({
        ...{ subject: 'bob', identity: 'jwt', roles: [], scopes: ['analytics', 'routing'], defaultScopes: [] },
        ...{ region: 'mypurecloud.de', apiOrigin: API, mode: 'proxy' }
      });
    await turn();
    welcome();
    expect(sockets[1]?.sent).toEqual([{ type: 'subscribe', id: 1, topics: [TOPIC] }]);
  });
});
