import { PLATFORM_ID } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { API, TOKEN_URL, bearer, codeOf, createApp, grant, settle } from '../../test/app';
import { type FakeLocks, provideLocks } from '../../test/locks';

const TIMEOUT_MS = 10_000;

let locks: FakeLocks;
beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick', 'setImmediate'] });
  locks = provideLocks();
});
afterEach(() => {
  provideLocks(null);
  jest.restoreAllMocks();
  jest.useRealTimers();
});

it('the relay is called when no other tab calls it, and the next tab has its turn after the answer', async () => {
  const { get, network, relayCall } = createApp();
  get('/a');
  get('/b');
  await settle();
  const [name] = locks.held();
  expect(name).toContain('/genesys');
  const other = locks.request(String(name), {}, () => Promise.resolve('served'));
  await settle();
  expect(locks.waiting()).toEqual([name]);
  grant(relayCall());
  expect(network.match(({ url }) => url.startsWith(API)).map(bearer)).toEqual(['Bearer token-1', 'Bearer token-1']);
  expect(await other).toBe('served');
  expect(jest.getTimerCount()).toBe(0);
});

it('the name tells relay, API and scopes, and no token', async () => {
  const names: unknown[] = [];
  for (const config of [{}, { relay: '/other' }, { region: 'mypurecloud.com' }, { scopes: ['analytics'] }]) {
    void createApp({ config }).auth.renew();
    await settle();
    names.push(...locks.held());
    TestBed.resetTestingModule();
    await settle();
    expect(locks.held()).toEqual([]);
  }
  expect(new Set(names).size).toBe(4);
});

it('while another tab has the turn nothing is sent; the token then lives from its own request on', async () => {
  const { auth, get, network, relayCall } = createApp({ config: { relay: { url: '/genesys', timeoutMs: 60_000 } } });
  const other = locks.block();
  get();
  await settle();
  network.expectNone(TOKEN_URL);
  jest.advanceTimersByTime(30_000);
  other.release();
  await settle();
  grant(relayCall(), 'token-1', 300);
  expect(auth.expiresAt()).toEqual(new Date(Date.now() + 300_000));
});

it('a tab that never lets go is waited for no longer than a call to the relay may take', async () => {
  const { get, network, relayCall } = createApp();
  locks.block();
  get();
  await settle();
  jest.advanceTimersByTime(TIMEOUT_MS - 1);
  await settle();
  network.expectNone(TOKEN_URL);
  jest.advanceTimersByTime(1);
  await settle();
  expect(locks.waiting()).toEqual([]);
  grant(relayCall());
  expect(bearer(network.expectOne(() => true))).toBe('Bearer token-1');
});

it('clear() while it waits leaves the queue and sends nothing', async () => {
  const { auth, get, network } = createApp();
  const other = locks.block();
  const waiting = get();
  await settle();
  auth.clear();
  expect(codeOf(waiting.error)).toBe('signed_out');
  other.release();
  await settle();
  expect(locks.waiting()).toEqual([]);
  expect(locks.held()).toEqual([]);
  network.expectNone(TOKEN_URL);
  expect(jest.getTimerCount()).toBe(0);
});

it('a failure and a clear() during the call give the turn back', async () => {
  const { auth, get, relayCall } = createApp();
  get();
  await settle();
  relayCall().flush(null, { status: 503, statusText: 'x' });
  await settle();
  expect(locks.held()).toEqual([]);
  get();
  await settle();
  expect(locks.held()).toHaveLength(1);
  expect(relayCall().cancelled).toBe(false);
  auth.clear();
  await settle();
  expect(locks.held()).toEqual([]);
});

it('where the browser refuses locks, the call is made without', async () => {
  jest.spyOn(locks, 'request').mockRejectedValue(new DOMException('sandboxed', 'SecurityError'));
  const { get, relayCall } = createApp();
  get();
  await settle();
  grant(relayCall());
});

describe('a page that is not a secure context', () => {
  afterEach(() => Reflect.deleteProperty(globalThis, 'isSecureContext'));

  it('works, and development builds say once what is missing', () => {
    provideLocks(null);
    Object.defineProperty(globalThis, 'isSecureContext', { configurable: true, value: false });
    const warn = jest.spyOn(console, 'warn').mockReturnValue();
    const { get, relayCall } = createApp();
    get();
    grant(relayCall());
    get();
    expect(warn.mock.calls.map(([text]) => String(text))).toEqual([expect.stringContaining('tabs_not_coordinated')]);
  });
});

it('on the server nobody waits for another visitor', () => {
  const request = jest.spyOn(locks, 'request');
  const { get } = createApp({ providers: [{ provide: PLATFORM_ID, useValue: 'server' }] });
  expect(codeOf(get().error)).toBe('server_no_credential');
  expect(request).not.toHaveBeenCalled();
});
