import { TestBed } from '@angular/core/testing';
import {
  GENESYS_WEBSOCKET,
  GenesysNotifications,
  provideGenesysNotifications,
  relayHub
} from 'ngx-genesys-auth/notifications';
import { ANN, BOB, refuseWith, sessionOf, signInApp } from './sign-in';

const TOPIC = 'v2.users.u1.presence';
const TICKET_URL = '/genesys/notifications/ticket';
const SESSION_ENDED = 4401;

class FakeSocket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; wasClean: boolean }) => void) | null = null;
  readyState = 1;
  isClosed = false;
  send(): void {
    // The hub of this test says everything by itself.
  }
  close(): void {
    this.isClosed = true;
  }
}

const turn = () => jest.advanceTimersByTimeAsync(0);

async function liveApp() {
  const sockets: FakeSocket[] = [];
  const app = signInApp({
    providers: [
      provideGenesysNotifications({ source: relayHub() }),
      {
        provide: GENESYS_WEBSOCKET,
        useValue: () => {
          const socket = new FakeSocket();
          sockets.push(socket);
          return socket;
        }
      }
    ]
  });
  const live = TestBed.inject(GenesysNotifications);
  live.topic(TOPIC).subscribe();
  await turn();
  const answer = async (user: typeof ANN | null, change: object = {}) => {
    await turn();
    app.network.expectOne('/genesys/session').flush({ ...sessionOf(user), ...change });
    await turn();
  };
  const welcome = async () => {
    const ticket = app.network.expectOne(TICKET_URL);
    ticket.flush({ ticket: 't'.repeat(43), expires_in: 30 });
    const socket = sockets.at(-1);
    socket?.onopen?.();
    const frames = [
      { type: 'welcome', epoch: 'e1', seq: 1, heartbeatSeconds: 15 },
      { type: 'subscribed', id: 1, topics: [{ topic: TOPIC, state: 'permitted' }] }
    ];
    for (const frame of frames) socket?.onmessage?.({ data: JSON.stringify(frame) });
    await turn();
    return ticket.request.headers.get('X-Genesys-Session');
  };
  return { ...app, live, sockets, answer, welcome };
}

beforeEach(() => {
  sessionStorage.clear();
  jest.useFakeTimers();
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

describe('live events of a signed-in user', () => {
  it('need a ticket, which is asked for when the user is known', async () => {
    const { network, answer, welcome, live } = await liveApp();
    network.expectNone(TICKET_URL);
    await answer(ANN);
    expect(await welcome()).toBe('tag-of-Ann');
    expect(live.state()).toBe('live');
  });

  it('come again as soon as the user has signed in again', async () => {
    const { network, answer, welcome, live, sockets, auth, signIn } = await liveApp();
    await answer(ANN);
    await welcome();
    sockets[0]?.onclose?.({ code: SESSION_ENDED, wasClean: true });
    await jest.advanceTimersByTimeAsync(1000);
    refuseWith(network.expectOne(TICKET_URL), 401, 'session_ended');
    expect([live.state(), signIn.problem()?.code]).toEqual(['failed', 'session_ended']);
    await jest.advanceTimersByTimeAsync(20_000);
    network.verify();
    void auth.renew();
    await answer(ANN);
    await welcome();
    expect([live.state(), signIn.problem()]).toEqual(['live', null]);
  });

  it('end when another user signs in', async () => {
    const { answer, welcome, live, sockets, auth, page } = await liveApp();
    await answer(ANN);
    await welcome();
    auth.renew().catch(() => undefined);
    await answer(BOB);
    expect([sockets[0]?.isClosed, live.error()?.code, page.done]).toEqual([true, 'signed_out', ['reload']]);
  });

  describe('when the user signs out', () => {
    async function signedOut() {
      const app = await liveApp();
      await app.answer(ANN);
      await app.welcome();
      void app.signIn.signOut();
      await turn();
      app.network.expectOne('/genesys/sign-out').flush({ logoutUrl: 'https://login.example.test/logout' });
      await turn();
      return app;
    }

    it('end, and go on as those of a visitor', async () => {
      const { answer, network, welcome, live, sockets } = await signedOut();
      expect([sockets[0]?.isClosed, live.error()?.code]).toEqual([true, 'signed_out']);
      network.expectNone(TICKET_URL);
      await answer(null);
      expect(await welcome()).toBe('signed-out');
      expect(live.state()).toBe('live');
    });

    it('end if visitors have no role', async () => {
      const { network, live, sockets } = await signedOut();
      refuseWith(network.expectOne('/genesys/session'), 401, 'sign_in_required');
      await jest.advanceTimersByTimeAsync(3_600_000);
      network.verify();
      expect([sockets.length, live.state(), live.error()?.code]).toEqual([1, 'failed', 'signed_out']);
    });
  });

  it('end when the user loses all roles, and come again when a role is back', async () => {
    const { network, answer, welcome, live, sockets, signIn, auth } = await liveApp();
    await answer(ANN);
    await welcome();
    sockets[0]?.onclose?.({ code: SESSION_ENDED, wasClean: true });
    await jest.advanceTimersByTimeAsync(1000);
    refuseWith(network.expectOne(TICKET_URL), 403, 'policy_denied');
    await answer(ANN, { roles: [], scopes: [] });
    expect([live.state(), signIn.user()?.name, auth.scopes().size]).toEqual(['failed', ANN.name, 0]);
    await jest.advanceTimersByTimeAsync(20_000);
    network.verify();
    void auth.renew();
    await answer(ANN);
    await welcome();
    expect([live.state(), auth.scopes().size]).toEqual(['live', 2]);
  });
});
