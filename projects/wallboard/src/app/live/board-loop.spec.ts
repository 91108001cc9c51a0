import { TestBed } from '@angular/core/testing';
import { QUEUE_PAGE } from '../../testing/answers';
import { Wire, setVisible } from '../../testing/wire';
import { BoardData } from './board-data';
import { BoardLoop } from './board-loop';
import { POLL_MS, QUEUES_MS, REQUEST_TIMEOUT_MS, SERVICE_MS } from './pacing';

const wait = (ms: number) => jest.advanceTimersByTimeAsync(ms);

describe('BoardLoop', () => {
  let wire: Wire;
  let data: BoardData;
  let loop: BoardLoop;

  beforeEach(() => {
    jest.useFakeTimers({ now: Date.parse('2026-11-23T12:00:00Z') });
    jest.spyOn(Math, 'random').mockReturnValue(1);
    setVisible(true);
    TestBed.configureTestingModule({ providers: Wire.providers() });
    wire = new Wire();
    data = TestBed.inject(BoardData);
    loop = TestBed.inject(BoardLoop);
    loop.start();
  });

  afterEach(() => {
    TestBed.resetTestingModule();
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  it('gets a token from the relay and reads everything once, one after the other', async () => {
    await wire.settle();
    expect(wire.seen).toEqual(['token', 'queues', 'observations', 'aggregates', 'organizations']);
    expect(data.rows().map((row) => [row.name, row.waiting, row.onQueue])).toEqual([
      ['Claims', 3, 3],
      ['Billing', 0, 2]
    ]);
    expect(data.organization()).toBe('Harbour Insurance');
    expect(data.connection()).toEqual({ state: 'live' });
  });

  it('sends the token to the API', async () => {
    await wait(0);
    wire.answer('token');
    await wait(0);
    const [request] = wire.pending('queues');
    expect(request?.request.headers.get('Authorization')).toBe('Bearer token-1');
    expect(request?.request.url).toBe('https://api.mypurecloud.de/api/v2/routing/queues?pageSize=100&pageNumber=1');
  });

  it('looks at the load every few seconds, at the rest less often', async () => {
    await wire.settle();
    wire.seen.length = 0;
    for (let look = 0; look < SERVICE_MS / POLL_MS; look++) {
      await wait(POLL_MS);
      await wire.settle();
    }
    expect(wire.seen.filter((call) => call === 'observations')).toHaveLength(SERVICE_MS / POLL_MS);
    expect(wire.seen.filter((call) => call !== 'observations')).toEqual(['aggregates']);
  });

  it('reads the list of queues again later', async () => {
    await wire.settle();
    wire.seen.length = 0;
    await wait(QUEUES_MS);
    await wire.settle();
    await wait(POLL_MS);
    await wire.settle();
    expect(wire.seen).toContain('queues');
  });

  it('never has two looks under way', async () => {
    await wire.settle();
    await wait(POLL_MS);
    await wait(REQUEST_TIMEOUT_MS - 1);
    expect(wire.pending('observations')).toHaveLength(1);
  });

  it('gives up a request that takes too long, and tries again', async () => {
    await wire.settle();
    await wait(POLL_MS + REQUEST_TIMEOUT_MS);
    expect(data.failure()?.code).toBe('api_timeout');
    await wait(2000);
    await wire.settle();
    expect(data.failure()).toBeNull();
  });

  it('reads all pages of queues', async () => {
    await wait(0);
    wire.answer('token');
    const [claims, billing] = QUEUE_PAGE.entities;
    await wait(0);
    wire.answer('queues', { entities: [claims], pageNumber: 1, pageCount: 2 });
    await wait(0);
    expect(wire.answer('queues', { entities: [billing], pageNumber: 2, pageCount: 2 })).toBe(1);
    await wire.settle();
    expect(data.rows().map((row) => row.name)).toEqual(['Claims', 'Billing']);
  });

  it('does not follow pages that never end', async () => {
    await wait(0);
    wire.answer('token');
    await wait(0);
    wire.answer('queues', { entities: [], pageNumber: 1, pageCount: 1_000_000 });
    await wait(0);
    expect(wire.pending('queues')).toHaveLength(0);
  });

  it('rests while nobody sees the page, and looks at once when somebody does', async () => {
    await wire.settle();
    setVisible(false);
    wire.seen.length = 0;
    await wait(10 * 60_000);
    await wire.settle();
    expect(wire.seen).toEqual([]);
    setVisible(true);
    await wire.settle();
    expect(wire.seen).toContain('observations');
  });

  it('keeps the figures of before when a look fails, and recovers by itself', async () => {
    await wire.settle();
    await wait(POLL_MS);
    wire.answer('observations', { code: 'internal.server.error', message: 'Oops' }, 500);
    await wait(0);
    expect(data.connection()).toEqual({ state: 'retrying', at: Date.now() + 2000 });
    expect(data.failure()).toMatchObject({ code: 'internal.server.error', message: 'Oops' });
    expect(data.rows()[0]?.waiting).toBe(3);
    wire.waiting = 6;
    await wait(2000);
    await wire.settle();
    expect(data.failure()).toBeNull();
    expect(data.rows()[0]?.waiting).toBe(7);
  });

  it('calls the figures stale when failures go on, and pauses longer and longer', async () => {
    await wire.settle();
    await wait(POLL_MS);
    const pauses: number[] = [];
    for (let failures = 0; failures < 4; failures++) {
      wire.answer('observations', null, 503);
      await wait(0);
      const pause = (data.retryAt() ?? 0) - Date.now();
      pauses.push(pause);
      await wait(pause);
    }
    expect(pauses).toEqual([2000, 4000, 8000, 16_000]);
    expect(data.connection().state).toBe('stale');
    expect(data.rows()[0]?.waiting).toBe(3);
  });

  it('waits as long as Retry-After says, whatever happens meanwhile', async () => {
    await wire.settle();
    await wait(POLL_MS);
    wire.answer('observations', { code: 'too.many.requests.retry.after', message: 'Slow down' }, 429, {
      'Retry-After': '42'
    });
    loop.retryNow();
    window.dispatchEvent(new Event('online'));
    setVisible(false);
    setVisible(true);
    await wait(41_000);
    expect(wire.pending('observations')).toHaveLength(0);
    await wait(1000);
    expect(wire.pending('observations')).toHaveLength(1);
  });

  it('is no oftener with many queues than their requests allow, however often somebody comes back', async () => {
    await wait(0);
    wire.answer('token');
    await wait(0);
    const entities = Array.from({ length: 1000 }, (_, n) => ({ id: `q${n}`, name: `Queue ${n}` }));
    wire.answer('queues', { ...QUEUE_PAGE, entities });
    await wire.settle();
    wire.seen.length = 0;
    for (let seconds = 0; seconds < 60; seconds += 2) {
      setVisible(false);
      setVisible(true);
      await wait(2000);
      await wire.settle();
    }
    expect(wire.seen).toContain('observations');
    expect(wire.seen.length).toBeLessThanOrEqual(120);
  });

  it('tries at once when the network comes back', async () => {
    await wire.settle();
    await wait(POLL_MS);
    wire.answer('observations', null, 503);
    await wait(1500);
    window.dispatchEvent(new Event('online'));
    await wait(0);
    expect(wire.pending('observations')).toHaveLength(1);
  });

  it('is no failure that the organization’s name may not be read', async () => {
    await wait(0);
    wire.answer('token');
    for (const call of ['queues', 'observations', 'aggregates'] as const) {
      await wait(0);
      wire.answer(call);
    }
    await wait(0);
    wire.answer('organizations', { code: 'missing.permissions', message: 'No' }, 403);
    await wait(0);
    expect(data.connection()).toEqual({ state: 'live' });
    expect(data.organization()).toBeNull();
  });

  it('says what the library says when the relay refuses', async () => {
    await wait(0);
    wire.answer(
      'token',
      {
        type: 'urn:genesys-auth:problem:policy_denied',
        title: 'No',
        status: 403,
        code: 'policy_denied',
        detail: 'No role.'
      },
      403,
      { 'Content-Type': 'application/problem+json' }
    );
    await wait(0);
    expect(data.failure()?.code).toBe('relay_forbidden');
    expect(data.connection().state).toBe('failed');
    await wait(60_000);
    await wire.settle();
    expect(data.connection()).toEqual({ state: 'live' });
  });

  it('remembers the load of each look for the trend', async () => {
    await wire.settle();
    await wait(POLL_MS);
    wire.waiting = 8;
    await wire.settle();
    expect(data.samples().map((sample) => sample.byRow.get('q1')?.waiting)).toEqual([3, 9]);
    expect(data.samples().map((sample) => sample.byRow.get('all')?.waiting)).toEqual([3, 9]);
  });
});
