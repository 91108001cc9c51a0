import { HttpErrorResponse, HttpHeaders, provideHttpClient, withInterceptors } from '@angular/common/http';
import { Component, PLATFORM_ID, inject, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { GenesysAuthError, genesysAuthInterceptor, provideGenesysAuth } from 'ngx-genesys-auth';
import { type Observable, Subject, of, throwError } from 'rxjs';
import { GenesysNotificationError } from './error';
import type { UserPresenceBody } from './event';
import { provideGenesysNotifications } from './options';
import { GenesysNotifications } from './service';
import type { ConnectionListener } from './source';

const auth = [
  provideHttpClient(withInterceptors([genesysAuthInterceptor])),
  provideGenesysAuth({ region: 'mypurecloud.de', relay: '/genesys', scopes: ['notifications'] })
];
const TOPIC = 'v2.users.a.presence';

@Component({ template: '{{ presence()?.eventBody?.presenceDefinition?.systemPresence ?? "unknown" }}' })
class Badge {
  readonly presence = inject(GenesysNotifications).topicSignal(TOPIC);
}

@Component({ template: '{{ presence()?.eventBody?.presenceDefinition?.systemPresence ?? "unknown" }}' })
class UserBadge {
  readonly user = signal<string | undefined>('a');
  readonly presence = inject(GenesysNotifications).topicSignal(() => {
    const user = this.user();
    return user === undefined ? undefined : `v2.users.${user}.presence`;
  });
}

describe('GenesysNotifications', () => {
  let genesys: ConnectionListener | undefined;
  let topics: readonly string[];
  let live: GenesysNotifications;

  const turn = () => jest.advanceTimersByTimeAsync(0);
  const create = (platform = 'browser') => {
    const source = {
      open: (wanted: readonly string[], listener: ConnectionListener) => {
        genesys = listener;
        topics = wanted;
        return {
          setTopics: (all: readonly string[]) => (topics = all),
          probe: () => undefined,
          close: () => (topics = [])
        };
      }
    };
    TestBed.configureTestingModule({
      providers: [
        ...auth,
        provideGenesysNotifications({ source: () => source }),
        { provide: PLATFORM_ID, useValue: platform }
      ]
    });
    live = TestBed.inject(GenesysNotifications);
  };
  const goLive = async () => {
    await turn();
    genesys?.live(false, 30_000);
  };
  const body = (systemPresence: string): UserPresenceBody => ({
    presenceDefinition: { id: systemPresence, systemPresence },
    modifiedDate: '2026-11-23T10:00:00Z'
  });
  const tell = (presence: string) => genesys?.event({ topicName: TOPIC, eventBody: body(presence) });
  const follow = (read: () => Observable<UserPresenceBody>) => {
    const seen: string[] = [];
    let error: unknown;
    live
      .withCatchUp(TOPIC, read, (_before, { eventBody }) => eventBody)
      .subscribe({
        next: ({ presenceDefinition }) => seen.push(presenceDefinition.systemPresence),
        error: (reason: unknown) => (error = reason)
      });
    return { seen, error: () => error };
  };

  beforeEach(() => {
    jest.useFakeTimers();
    genesys = undefined;
    topics = [];
  });
  afterEach(() => {
    TestBed.resetTestingModule();
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  it('topicSignal: the last event, in a template, as long as the component lives', async () => {
    create();
    const fixture = TestBed.createComponent(Badge);
    await goLive();
    expect(fixture.nativeElement.textContent).toBe('unknown');
    tell('BUSY');
    tell('AVAILABLE');
    fixture.detectChanges();
    expect(fixture.nativeElement.textContent).toBe('AVAILABLE');
    fixture.destroy();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(topics).toEqual([]);
  });

  it('topicSignal of a function: follows the topic that it returns', async () => {
    create();
    const fixture = TestBed.createComponent(UserBadge);
    const shown = () => {
      fixture.detectChanges();
      return (fixture.nativeElement as HTMLElement).textContent;
    };
    expect(shown()).toBe('unknown');
    await goLive();
    expect(topics).toEqual([TOPIC]);
    tell('BUSY');
    expect(shown()).toBe('BUSY');
    fixture.componentInstance.user.set('b');
    expect(shown()).toBe('unknown');
    await turn();
    expect(topics).toContain('v2.users.b.presence');
    tell('AVAILABLE');
    expect(shown()).toBe('unknown');
    genesys?.event({ topicName: 'v2.users.b.presence', eventBody: body('MEAL') });
    expect(shown()).toBe('MEAL');
    fixture.componentInstance.user.set(undefined);
    expect(shown()).toBe('unknown');
    await jest.advanceTimersByTimeAsync(5_000);
    expect(topics).toEqual([]);
  });

  it('readNow$: emits when the topic delivers, and after each gap', async () => {
    create();
    let reads = 0;
    live.topic(TOPIC).subscribe();
    live.readNow$(TOPIC).subscribe(() => reads++);
    live.readNow$(['v2.users.b.presence']).subscribe(() => (reads += 100));
    await turn();
    expect(reads).toBe(0);
    await goLive();
    expect(reads).toBe(1);
    genesys?.gap([TOPIC], 'upstream');
    expect(reads).toBe(2);
    live.readNow$(TOPIC).subscribe(() => (reads += 10));
    expect(reads).toBe(12);
  });

  it('withCatchUp: reads when the topic delivers, not before, and puts events that come meanwhile behind it', async () => {
    create();
    const answers: Subject<UserPresenceBody>[] = [];
    const { seen } = follow(() => {
      const answer = new Subject<UserPresenceBody>();
      answers.push(answer);
      return answer;
    });
    await turn();
    expect(answers).toHaveLength(0);
    await goLive();
    expect(answers).toHaveLength(1);
    tell('BUSY');
    expect(seen).toEqual([]);
    answers[0]?.next(body('AWAY'));
    expect(seen).toEqual(['AWAY', 'BUSY']);
    tell('MEAL');
    expect(seen).toEqual(['AWAY', 'BUSY', 'MEAL']);
  });

  it('withCatchUp: reads again after each gap, and for a second follower at once', async () => {
    create();
    let readings = 0;
    const read = () => of(body(`read ${++readings}`));
    const { seen } = follow(read);
    await goLive();
    genesys?.gap([TOPIC], 'upstream');
    expect(seen).toEqual(['read 1', 'read 2']);
    expect(follow(read).seen).toEqual(['read 3']);
  });

  it('withCatchUp: a failure that passes is tried again, another one ends it', async () => {
    create();
    let attempts = 0;
    const { seen, error } = follow(() =>
      ++attempts < 3 ? throwError(() => new HttpErrorResponse({ status: 503 })) : of(body('AVAILABLE'))
    );
    await goLive();
    await jest.advanceTimersByTimeAsync(10_000);
    expect([attempts, seen, error()]).toEqual([3, ['AVAILABLE'], undefined]);
    const refused = follow(() => throwError(() => new HttpErrorResponse({ status: 403 })));
    expect(refused.error()).toBeInstanceOf(HttpErrorResponse);
  });

  const busy = (retryAfter: string) =>
    throwError(() => new HttpErrorResponse({ status: 429, headers: new HttpHeaders({ 'Retry-After': retryAfter }) }));

  it.each([
    ['90', 90],
    ['Thu, 01 Jan 2026 00:01:30 GMT', 90],
    ['31536000', 300],
    ['Fri, 01 Jan 2027 00:00:00 GMT', 300]
  ])('withCatchUp: reads again when Retry-After: %s says so, after five minutes at most', async (value, seconds) => {
    jest.setSystemTime(Date.UTC(2026, 0, 1));
    jest.spyOn(Math, 'random').mockReturnValue(0);
    create();
    let attempts = 0;
    const { seen } = follow(() => (++attempts === 1 ? busy(value) : of(body('AVAILABLE'))));
    await goLive();
    await jest.advanceTimersByTimeAsync(seconds * 1000 - 1);
    expect([attempts, seen]).toEqual([1, []]);
    await jest.advanceTimersByTimeAsync(1);
    expect([attempts, seen]).toEqual([2, ['AVAILABLE']]);
  });

  it('withCatchUp: a rate limit that the library told holds, too, and for the reading after a gap', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0);
    create();
    let attempts = 0;
    const limited = new GenesysAuthError('api_rate_limited', 'no', { hint: 'wait', retryAfterSeconds: 30 });
    const { seen } = follow(() => (++attempts === 1 ? throwError(() => limited) : of(body('AVAILABLE'))));
    await goLive();
    await jest.advanceTimersByTimeAsync(10_000);
    genesys?.gap([TOPIC], 'upstream');
    await jest.advanceTimersByTimeAsync(19_999);
    expect([attempts, seen]).toEqual([1, []]);
    await jest.advanceTimersByTimeAsync(1);
    expect([attempts, seen]).toEqual([2, ['AVAILABLE']]);
    genesys?.gap([TOPIC], 'upstream');
    expect([attempts, seen]).toEqual([3, ['AVAILABLE', 'AVAILABLE']]);
  });

  it('a refused topic ends for all who listen, and for what follows it', async () => {
    create();
    const { error } = follow(() => of(body('AVAILABLE')));
    await goLive();
    const reason = new GenesysNotificationError('topic_rejected', 'no', { hint: 'ask', topic: TOPIC });
    genesys?.refused(TOPIC, reason);
    expect(error()).toBe(reason);
    await turn();
    expect(live.state()).toBe('idle');
  });

  it('opens nothing on the server', async () => {
    create('server');
    const { seen } = follow(() => of(body('AVAILABLE')));
    await jest.advanceTimersByTimeAsync(60_000);
    expect([genesys, seen, live.state()]).toEqual([undefined, [], 'idle']);
    expect(jest.getTimerCount()).toBe(0);
  });
});
