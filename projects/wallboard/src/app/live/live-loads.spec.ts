import { TestBed } from '@angular/core/testing';
import { type ConnectionListener, provideGenesysNotifications } from 'ngx-genesys-auth/notifications';
import { Wire, setVisible } from '../../testing/wire';
import { BoardData } from './board-data';
import { BoardLoop } from './board-loop';
import { LIVE_POLL_MS, POLL_MS } from './pacing';

const wait = (ms: number) => jest.advanceTimersByTimeAsync(ms);

describe('the board with live events', () => {
  let wire: Wire;
  let data: BoardData;
  let genesys: ConnectionListener | undefined;
  let topics: readonly string[];

  beforeEach(async () => {
    jest.useFakeTimers({ now: Date.parse('2026-11-23T12:00:00Z') });
    setVisible(true);
    const source = {
      open: (wanted: readonly string[], listener: ConnectionListener) => {
        genesys = listener;
        topics = wanted;
        return { setTopics: () => undefined, probe: () => undefined, close: () => undefined };
      }
    };
    TestBed.configureTestingModule({
      providers: [...Wire.providers(), provideGenesysNotifications({ source: () => source })]
    });
    wire = new Wire();
    data = TestBed.inject(BoardData);
    TestBed.inject(BoardLoop).start();
    await wire.settle();
    genesys?.live(false, 30_000);
    TestBed.tick();
    await wire.settle();
    wire.seen.length = 0;
  });

  afterEach(() => {
    TestBed.resetTestingModule();
    jest.useRealTimers();
  });

  const tell = (waiting: number) => {
    const now = new Date().toISOString();
    genesys?.event({
      topicName: 'v2.analytics.queues.q2.observations',
      eventBody: {
        group: { queueId: 'q2', mediaType: 'voice' },
        data: [{ interval: `${now}/${now}`, metrics: [{ metric: 'oWaiting', stats: { count: waiting } }] }]
      }
    });
  };
  const waitingIn = (name: string) => data.rows().find((row) => row.name === name)?.waiting;

  it('listens to every queue, shows what an event says at once, and looks rarely', async () => {
    expect(topics).toEqual(['v2.analytics.queues.q1.observations', 'v2.analytics.queues.q2.observations']);
    tell(9);
    expect(waitingIn('Billing')).toBe(9);
    await wait(LIVE_POLL_MS - POLL_MS - 1);
    await wire.settle();
    expect(wire.seen.filter((call) => call === 'observations').length).toBeLessThanOrEqual(1);
    expect(data.connection()).toEqual({ state: 'live' });
    expect(data.live()).toBe(true);
  });

  it('looks at once where events may have been missed', async () => {
    await wait(2000);
    tell(9);
    genesys?.gap(topics, 'upstream');
    await wire.settle();
    expect(wire.seen).toContain('observations');
    expect(waitingIn('Billing')).toBe(0);
  });

  it('goes on looking every few seconds when events end', async () => {
    await wait(2000);
    genesys?.upstream(false);
    TestBed.tick();
    await wire.settle();
    expect(data.live()).toBe(false);
    wire.seen.length = 0;
    await wait(POLL_MS);
    await wire.settle();
    expect(wire.seen).toContain('observations');
  });
});
