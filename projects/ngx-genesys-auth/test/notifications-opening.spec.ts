import { TestBed } from '@angular/core/testing';
import {
  GENESYS_WEBSOCKET,
  GenesysNotifications,
  type NotificationSourceFactory,
  directChannel,
  provideGenesysNotifications,
  relayHub
} from 'ngx-genesys-auth/notifications';
import { API, type AppOptions, codeOf, createApp } from './app';

const TOPIC = 'v2.users.a.presence';
const CHANNELS = `${API}/api/v2/notifications/channels`;

function liveApp(source: NotificationSourceFactory, options: AppOptions = {}) {
  const sockets: string[] = [];
  const refuse = (url: string) => {
    sockets.push(url);
    throw new DOMException('Refused by the content security policy.', 'SecurityError');
  };
  const providers = [provideGenesysNotifications({ source }), { provide: GENESYS_WEBSOCKET, useValue: refuse }];
  const app = createApp({ ...options, providers });
  return { ...app, live: TestBed.inject(GenesysNotifications), sockets };
}

beforeEach(() => {
  jest.useFakeTimers();
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

describe('live events that fail in the turn in which they are opened', () => {
  it('the app’s headers for the relay: no ticket, tried again until they are there', async () => {
    let broken = true;
    const headers = () => {
      if (broken) throw new Error('Nobody is signed in.');
      return { Authorization: 'Bearer sso' };
    };
    const { live, network } = liveApp(relayHub(), { config: { relay: { url: '/genesys', headers } } });
    live.topic(TOPIC).subscribe();
    await jest.advanceTimersByTimeAsync(0);
    expect([live.state(), live.error()?.code]).toEqual(['waiting', 'ticket_refused']);
    expect(codeOf(live.error()?.cause)).toBe('relay_unreachable');
    broken = false;
    await jest.advanceTimersByTimeAsync(1_000);
    expect(network.match('/genesys/notifications/ticket')).toHaveLength(1);
    expect(live.state()).toBe('connecting');
  });

  it('the app’s interceptor for the relay: the same', async () => {
    const sso = () => {
      throw new Error('Nobody is signed in.');
    };
    const { live } = liveApp(relayHub(), { after: [sso] });
    live.topic(TOPIC).subscribe();
    for (let attempt = 0; attempt < 3; attempt++) {
      await jest.advanceTimersByTimeAsync(5_000);
      expect([live.state(), live.error()?.code]).toEqual(['waiting', 'ticket_refused']);
    }
  });

  it('a browser that lets no socket through, on a channel that is there already', async () => {
    const { live, network, signIn, sockets } = liveApp(directChannel());
    signIn();
    live.topic(TOPIC).subscribe();
    await jest.advanceTimersByTimeAsync(0);
    network.expectOne(CHANNELS).flush({ id: 'c', connectUri: 'wss://streaming.mypurecloud.de/channels/c' });
    for (let attempt = 1; attempt < 5; attempt++) {
      expect(sockets).toHaveLength(attempt);
      expect([live.state(), live.error()?.code]).toEqual(['waiting', 'connection_failed']);
      live.reconnect();
      await jest.advanceTimersByTimeAsync(0);
    }
  });
});
