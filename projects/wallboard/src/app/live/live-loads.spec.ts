import { TestBed } from '@angular/core/testing';
import {
  type ConnectionListener,
  GenesysNotificationError,
  provideGenesysNotifications
} from 'ngx-genesys-auth/notifications';
import { observations } from '../../testing/answers';
import { Wire, setVisible } from '../../testing/wire';
import { BoardData } from './board-data';
import { BoardLoop } from './board-loop';
import { LIVE_LOADS_MS, POLL_MS } from './pacing';

const MIN_GAP_MS = 1500;
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
    wire.seen.length = 0;
    genesys?.live(false, 10 * LIVE_LOADS_MS);
    TestBed.tick();
  });

  afterEach(() => {
    TestBed.resetTestingModule();
    jest.useRealTimers();
  });

  const tell = (waiting: number, queueId = 'q2') => {
    const now = new Date().toISOString();
    genesys?.event({
      topicName: `v2.analytics.queues.${queueId}.observations`,
      eventBody: {
        group: { queueId, mediaType: 'voice' },
        data: [{ interval: `${now}/${now}`, metrics: [{ metric: 'oWaiting', stats: { count: waiting } }] }]
      }
    });
  };
  const waitingIn = (name: string) => data.rows().find((row) => row.name === name)?.waiting;
  const settle = async () => {
    await wire.settle();
    TestBed.tick();
  };
  /** What follows when events begin. */
  const becomeLive = async () => {
    await wait(MIN_GAP_MS);
    await settle();
    wire.seen.length = 0;
  };
  const looks = () => wire.seen.filter((call) => call === 'observations').length;

  it('looks again when events begin, and calls itself live only after that', async () => {
    expect(data.live()).toBe(false);
    await wait(MIN_GAP_MS);
    await settle();
    expect(looks()).toBe(1);
    expect(data.live()).toBe(true);
  });

  it('listens to every queue, shows what an event says at once, and looks once a minute', async () => {
    await becomeLive();
    expect(topics).toEqual(['v2.analytics.queues.q1.observations', 'v2.analytics.queues.q2.observations']);
    tell(9);
    expect(waitingIn('Billing')).toBe(9);
    for (let turns = 1; turns < LIVE_LOADS_MS / POLL_MS; turns++) {
      await wait(POLL_MS);
      await settle();
    }
    expect(looks()).toBe(0);
    expect(data.connection()).toEqual({ state: 'live' });
    expect(data.live()).toBe(true);
    await wait(POLL_MS);
    await settle();
    expect(looks()).toBe(1);
  });

  it('goes on remembering the load for the trend between two looks', async () => {
    await becomeLive();
    const before = data.samples().length;
    tell(9);
    await wait(POLL_MS);
    await settle();
    tell(4);
    await wait(POLL_MS);
    await settle();
    expect(
      data
        .samples()
        .slice(before)
        .map(({ byRow }) => byRow.get('q2')?.waiting)
    ).toEqual([9, 4]);
  });

  it('looks at once where events may have been missed, and is not live until then', async () => {
    await becomeLive();
    await wait(2000);
    tell(9);
    genesys?.gap(topics, 'upstream');
    TestBed.tick();
    expect(data.live()).toBe(false);
    await settle();
    expect(looks()).toBe(1);
    expect(waitingIn('Billing')).toBe(0);
    expect(data.live()).toBe(true);
  });

  it('lets what events told during a look stand: the answer is older', async () => {
    await becomeLive();
    await wait(2000);
    genesys?.gap(topics, 'upstream');
    await wait(0);
    const answer = observations(Date.now() - 45_000, 2);
    tell(9);
    expect(waitingIn('Billing')).toBe(9);
    tell(8);
    expect(wire.answer('observations', answer)).toBe(1);
    expect(waitingIn('Billing')).toBe(8);
    await settle();
    expect(waitingIn('Billing')).toBe(8);
  });

  it('looks once more when events are missed during a look', async () => {
    await becomeLive();
    await wait(2000);
    genesys?.gap(topics, 'upstream');
    await wait(0);
    genesys?.gap(topics, 'slow');
    await settle();
    expect(looks()).toBe(1);
    expect(data.live()).toBe(false);
    await wait(MIN_GAP_MS);
    await settle();
    expect(looks()).toBe(2);
    expect(data.live()).toBe(true);
  });

  it('goes on looking every few seconds when events end', async () => {
    await becomeLive();
    await wait(2000);
    genesys?.upstream(false);
    TestBed.tick();
    await settle();
    expect(data.live()).toBe(false);
    wire.seen.length = 0;
    await wait(POLL_MS);
    await settle();
    expect(looks()).toBe(1);
  });

  it('goes on looking every few seconds when the events of a queue are refused', async () => {
    await becomeLive();
    genesys?.refused(topics[1] ?? '', new GenesysNotificationError('topic_rejected', 'No.', { hint: 'No.' }));
    TestBed.tick();
    expect(data.live()).toBe(false);
    await settle();
    wire.seen.length = 0;
    await wait(POLL_MS);
    await settle();
    expect(looks()).toBe(1);
    tell(9, 'q1');
    // The other medium of the queue has one more.
    expect(waitingIn('Claims')).toBe(10);
  });

  it('does not call figures young that a look has not read for long, whatever events come', async () => {
    await becomeLive();
    await wait(2000);
    genesys?.gap(topics, 'upstream');
    TestBed.tick();
    for (let seconds = 0; seconds < 30; seconds++) {
      await wait(1000);
      wire.answer('observations', null, 503);
      tell(seconds);
      TestBed.tick();
    }
    expect(data.connection().state).toBe('stale');
  });

  it('comes back no sooner after failures, whatever is missed meanwhile', async () => {
    await becomeLive();
    jest.spyOn(Math, 'random').mockReturnValue(1);
    let failures = 0;
    for (let seconds = 0; seconds < 30; seconds++) {
      genesys?.gap(topics, 'upstream');
      await wait(1000);
      failures += wire.answer('observations', null, 503);
    }
    // The pauses are 2, 4, 8 and 16 s.
    expect(failures).toBeLessThanOrEqual(5);
    jest.restoreAllMocks();
  });
});
