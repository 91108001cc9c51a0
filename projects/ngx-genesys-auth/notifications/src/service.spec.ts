import { HttpErrorResponse, provideHttpClient, withInterceptors } from '@angular/common/http';
import { Component, PLATFORM_ID, inject } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { genesysAuthInterceptor, provideGenesysAuth } from 'ngx-genesys-auth';
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
