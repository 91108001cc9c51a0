/**
 * @jest-environment node
 */
import { DOCUMENT, PLATFORM_ID, REQUEST, RESPONSE_INIT } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { isScopeDenied } from 'ngx-genesys-auth';
import {
  GENESYS_WEBSOCKET,
  GenesysNotifications,
  provideGenesysNotifications,
  relayHub
} from 'ngx-genesys-auth/notifications';
import { requireScopes } from 'ngx-genesys-auth/router';
import { provideServerGenesysAuth, sessionCookie } from 'ngx-genesys-auth/server';
import { JSDOM } from 'jsdom';
import { codeOf, settle } from '../../test/app';
import { ANN, BOB, type SignInAppOptions, refuseWith, sessionOf, signInApp } from '../../test/sign-in';

const RELAY = 'http://127.0.0.1:8080';
const SESSION = '__Host-genesys-session-0123abcd=secret';

function render(cookie: string | undefined, more: SignInAppOptions['providers'] = []) {
  const init: ResponseInit = {};
  const headers = new Headers(cookie === undefined ? {} : { cookie });
  const app = signInApp({
    page: null,
    providers: [
      { provide: PLATFORM_ID, useValue: 'server' },
      { provide: DOCUMENT, useValue: new JSDOM().window.document },
      { provide: REQUEST, useValue: new Request('https://app.example.test/?genesys_sign_in=ok', { headers }) },
      { provide: RESPONSE_INIT, useValue: init },
      provideServerGenesysAuth({ relay: RELAY, credential: sessionCookie() }),
      ...more
    ]
  });
  return { ...app, init };
}

describe('a page with sign-in that is rendered on the server', () => {
  it('asks the relay nothing by itself, and the user is unknown', async () => {
    const { network, signIn } = render(SESSION);
    await settle();
    network.verify();
    expect([signIn.user(), signIn.problem()]).toEqual([undefined, null]);
  });

  it('forwards only the session cookie, only to the relay, and is private', async () => {
    const { network, signIn, get, init, http } = render(`theme=dark; ${SESSION}; genesys-session-x=1; other=2`);
    http.get('/own').subscribe();
    const me = get();
    await settle();
    const call = network.expectOne(`${RELAY}/session`);
    expect([call.request.headers.get('Cookie'), call.request.headers.get('X-Genesys-Auth')]).toEqual([SESSION, '1']);
    call.flush(sessionOf(ANN));
    await settle();
    const api = network.expectOne(`${RELAY}/api/v2/routing/queues`);
    expect([api.request.headers.get('Cookie'), api.request.headers.get('X-Genesys-Session')]).toEqual([
      SESSION,
      'tag-of-Ann'
    ]);
    api.flush({ total: 1 });
    expect([me.values, signIn.user()]).toEqual([[{ total: 1 }], ANN]);
    expect(network.expectOne('/own').request.headers.has('Cookie')).toBe(false);
    expect(new Headers(init.headers).get('Cache-Control')).toBe('private, no-store');
  });

  it('takes the cookie of http://localhost', async () => {
    const { network, get } = render('genesys-session-0123abcd=secret');
    get();
    await settle();
    expect(network.expectOne(`${RELAY}/session`).request.headers.get('Cookie')).toBe('genesys-session-0123abcd=secret');
  });

  it.each([undefined, 'theme=dark; my-genesys-session-0123abcd=1; __Host-genesys-sign-in-0123abcd-1=2'])(
    'a visitor with the cookies %s is unknown, and no call is made',
    async (cookie) => {
      const { network, signIn, get } = render(cookie);
      const me = get();
      await settle();
      expect(codeOf(me.error)).toBe('server_no_credential');
      expect(signIn.user()).toBeUndefined();
      network.verify();
    }
  );

  it('navigates nowhere', async () => {
    const { signIn, network } = render(SESSION);
    await signIn.signIn();
    const required = signIn.requireUser();
    await settle();
    refuseWith(network.expectOne(`${RELAY}/session`), 401, 'session_ended');
    expect([await required, signIn.user()]).toEqual([false, null]);
  });

  it('shares nothing with the page of the next visitor', async () => {
    const first = render(SESSION);
    first.get();
    await settle();
    first.network.expectOne(`${RELAY}/session`).flush(sessionOf(ANN));
    expect(first.signIn.user()).toEqual(ANN);
    TestBed.resetTestingModule();
    const second = render('__Host-genesys-session-0123abcd=other');
    expect(second.signIn.user()).toBeUndefined();
    second.get();
    await settle();
    const call = second.network.expectOne(`${RELAY}/session`);
    expect(call.request.headers.get('Cookie')).toBe('__Host-genesys-session-0123abcd=other');
    call.flush(sessionOf(BOB));
    expect(second.signIn.user()).toEqual(BOB);
  });

  it('refuses requests and guards for a user who has lost all roles', async () => {
    const { network, signIn, get, auth } = render(SESSION);
    const me = get();
    const mayActivate = TestBed.runInInjectionContext(requireScopes('routing'));
    await settle();
    network.expectOne(`${RELAY}/session`).flush({ ...sessionOf(ANN), roles: [], scopes: [] });
    expect(await mayActivate).toBe(false);
    expect([signIn.user(), isScopeDenied(me.error), auth.scopes().size]).toEqual([ANN, true, 0]);
    network.verify();
  });

  it('opens no live events', async () => {
    const sockets: string[] = [];
    const { network } = render(SESSION, [
      provideGenesysNotifications({ source: relayHub() }),
      { provide: GENESYS_WEBSOCKET, useValue: (url: string) => sockets.push(url) }
    ]);
    TestBed.inject(GenesysNotifications).topic('v2.users.u1.presence').subscribe();
    await settle();
    network.verify();
    expect(sockets).toEqual([]);
  });
});
