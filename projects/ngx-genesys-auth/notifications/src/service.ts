import { DOCUMENT, isPlatformBrowser } from '@angular/common';
import {
  DestroyRef,
  Injectable,
  Injector,
  NgZone,
  PLATFORM_ID,
  type Signal,
  assertInInjectionContext,
  computed,
  inject,
  signal,
  untracked
} from '@angular/core';
import { toObservable, toSignal } from '@angular/core/rxjs-interop';
import { ɵCONFIGURATION_REGISTRY as CONFIGURATION_REGISTRY } from 'ngx-genesys-auth';
import {
  EMPTY,
  NEVER,
  type Observable,
  Subject,
  defer,
  filter,
  map,
  merge,
  of,
  scan,
  startWith,
  switchMap
} from 'rxjs';
import { type CaughtUp, catchUp } from './catch-up';
import { ConfiguredSource } from './configured-source';
import { GenesysNotificationError } from './error';
import type { EventBodyOf, GenesysEvent } from './event';
import { Link, type NotificationState } from './link/link';
import { topicKey } from './link/topic-names';
import { NOTIFICATIONS_OPTIONS } from './options';
import type { GapReason } from './source';
import { Topics } from './topics';
import { whenSeen } from './visibility';

/** Events of these topics may have been missed. */
export interface GenesysGap {
  /** As they were asked for. */
  readonly topics: readonly string[];
  /** The last moment at which something came. */
  readonly from: Date;
  /** From when on events come again: now. */
  readonly to: Date;
  /** Why. */
  readonly reason: GapReason;
}

/**
 * Live events of Genesys Cloud: every topic once and one connection for the whole app, opened when the first one listens and
 * closed after the last one has left. Provided by `provideGenesysNotifications()`.
 *
 * Connections end, and events that come meanwhile are lost: Genesys Cloud keeps none. The service opens another connection by
 * itself, replaces it in time where its end can be foreseen, and tells by {@link gaps$} where something may have been missed.
 * {@link withCatchUp} does what follows from that.
 *
 * `clear()` of `GenesysAuthService` closes the connection. Another one is opened when a token is obtained (call `renew()` after
 * the next sign-in), when a new topic is listened to, and by {@link reconnect}.
 *
 * Sockets and timers run outside of Angular's zone, and events are emitted there: signals and the `async` pipe see them, a
 * zone that patches change detection does not. On the server nothing is opened and nothing comes.
 */
@Injectable({ providedIn: 'root' })
export class GenesysNotifications {
  readonly #injector = inject(Injector);
  readonly #zone = inject(NgZone);
  readonly #onServer = !isPlatformBrowser(inject(PLATFORM_ID));
  readonly #state = signal<NotificationState>('idle');
  readonly #error = signal<GenesysNotificationError | null>(null);
  readonly #gaps = new Subject<GenesysGap>();
  readonly #fresh = new Subject<readonly string[]>();
  readonly #topics = new Topics(
    (topics) => {
      this.#want(topics);
    },
    (work) => {
      this.#outside(work);
    }
  );
  readonly #link: Link;

  /** How live events are; see {@link NotificationState}. */
  readonly state: Signal<NotificationState> = this.#state.asReadonly();
  /** Why there is no connection; `null` while there is one. */
  readonly error: Signal<GenesysNotificationError | null> = this.#error.asReadonly();
  /** Emits each time when events may have been missed, as soon as they arrive again. */
  readonly gaps$: Observable<GenesysGap> = this.#gaps.asObservable();

  constructor() {
    const { source, config, pauseWhenHidden = false } = inject(NOTIFICATIONS_OPTIONS);
    const configured = new ConfiguredSource(source, config);
    this.#link = new Link(configured, {
      state: (state, error) => {
        this.#state.set(state);
        this.#error.set(error);
      },
      event: (event) => {
        this.#topics.deliver(event);
      },
      gap: (topics, since, reason) => {
        this.#gaps.next({ topics, from: new Date(since), to: new Date(), reason });
      },
      fresh: (topics) => {
        this.#fresh.next(topics);
      },
      refused: (topic, error) => {
        this.#topics.refuse(topic, error);
      }
    });
    if (!this.#onServer) this.#followPage(pauseWhenHidden);
    // It completes when the app is destroyed.
    inject(CONFIGURATION_REGISTRY)
      .get(config)
      .state.events$.subscribe(({ type }) => {
        this.#outside(() => {
          if (type === 'ready') {
            this.#link.signIn();
            // The session of the user had ended, and they have signed in again.
            if (untracked(this.#error)?.code === 'ticket_refused') this.#link.wake();
          }
          if (type !== 'cleared') return;
          configured.forget();
          this.#link.signOut(signedOut());
        });
      });
    inject(DestroyRef).onDestroy(() => {
      this.#topics.close();
      this.#link.close();
      this.#gaps.complete();
      this.#fresh.complete();
    });
  }

  /**
   * The events of a topic, from now on. All subscribers share one subscription at Genesys Cloud, which ends a few seconds after the
   * last subscriber has left. The Observable fails with `topic_rejected` if Genesys Cloud or the relay refuses the topic. A lost
   * connection does not end it.
   *
   * @param topic in any case; a combined one (`v2.users.{id}?presence&routingStatus`) emits the events of its parts
   * @throws {@link GenesysNotificationError} `topic_rejected`, as an error of the Observable
   * @example
   * live.topic(`v2.users.${id}.presence`).subscribe(({ eventBody }) => show(eventBody.presenceDefinition.systemPresence));
   */
  topic<T extends string>(topic: T): Observable<GenesysEvent<EventBodyOf<T>>>;
  topic(topic: string): Observable<GenesysEvent> {
    return this.#onServer ? NEVER : this.#topics.listen(topic);
  }

  /**
   * The last event of a topic, as a signal: `undefined` until one comes. The topic is requested as long as the component, or what
   * else the injector belongs to, lives.
   *
   * @param topic a topic, or a function that reads signals and returns one. If the result changes, the signal follows the new topic
   *   and is `undefined` until its first event. Without a topic (`undefined`) nothing is requested.
   * @throws {@link GenesysNotificationError} `topic_rejected`, when it is read
   * @example
   * readonly userId = input.required<string>();
   * readonly presence = inject(GenesysNotifications).topicSignal(() => `v2.users.${this.userId()}.presence`);
   */
  topicSignal<T extends string>(
    topic: T | (() => T | undefined),
    options: { readonly injector?: Injector } = {}
  ): Signal<GenesysEvent<EventBodyOf<T>> | undefined> {
    if (!options.injector) assertInInjectionContext(GenesysNotifications);
    const injector = options.injector ?? inject(Injector);
    if (typeof topic === 'string') return toSignal(this.topic(topic), { injector });
    const events = toObservable(computed(topic), { injector }).pipe(
      switchMap((name) => (name === undefined ? of(undefined) : this.topic(name).pipe(startWith(undefined))))
    );
    return toSignal(events, { injector });
  }

  /**
   * Emits each time when the state of the topics has to be read by REST: as soon as one of them delivers, and after each gap.
   * The topics themselves have to be requested, for example by {@link topic}. {@link withCatchUp} also reads the state.
   *
   * @param topics one topic, or several
   * @example
   * merge(live.topic(topic), live.readNow$(topic).pipe(switchMap(() => http.get(url)))).subscribe(show);
   */
  readNow$(topics: string | readonly string[]): Observable<void> {
    const list = typeof topics === 'string' ? [topics] : topics;
    const keys = new Set(list.map(topicKey));
    const isLive = defer(() => (list.some((topic) => this.#link.covers(topic)) ? of(undefined) : EMPTY));
    const later = this.#fresh.pipe(
      filter((fresh) => fresh.some((topic) => keys.has(topicKey(topic)))),
      map(() => undefined)
    );
    return merge(isLive, later);
  }

  /**
   * A state that is read by REST, at the start and after each gap, and kept up to date by events between. Events that come while
   * it is being read are applied after it. A reading that fails for a passing reason is tried again, not before `Retry-After` (of
   * which five minutes count).
   *
   * @param topics one topic, or several
   * @param read reads the state
   * @param apply what an event makes of the state; without it, states and events are emitted as they come
   * @example
   * live.withCatchUp(
   *   `v2.users.${id}.presence`,
   *   () => http.get<UserPresenceBody>(`${api}/api/v2/users/${id}/presences/purecloud`),
   *   (_presence, { eventBody }) => eventBody
   * ).subscribe((presence) => show(presence));
   */
  withCatchUp<T extends string, S>(
    topics: T | readonly T[],
    read: () => Observable<S>,
    apply: (state: S, event: GenesysEvent<EventBodyOf<T>>) => S
  ): Observable<S>;
  withCatchUp<T extends string, S>(
    topics: T | readonly T[],
    read: () => Observable<S>
  ): Observable<CaughtUp<S, GenesysEvent<EventBodyOf<T>>>>;
  withCatchUp<T extends string, S>(
    topics: T | readonly T[],
    read: () => Observable<S>,
    apply?: (state: S, event: GenesysEvent<EventBodyOf<T>>) => S
  ): Observable<unknown> {
    const list: readonly T[] = typeof topics === 'string' ? [topics] : topics;
    const events = merge(...list.map((topic) => this.topic(topic)));
    const caughtUp = catchUp(events, this.readNow$(list), read, (work) => this.#outside(work));
    if (!apply) return caughtUp;
    return caughtUp.pipe(
      scan((state: { readonly value: S } | undefined, step) => {
        if (step.type === 'state') return { value: step.state };
        return state && { value: apply(state.value, step.event) };
      }, undefined),
      filter((state) => state !== undefined),
      map(({ value }) => value)
    );
  }

  /** Tries again now, if it waits to, or if the connection was closed by `clear()`. */
  reconnect(): void {
    this.#outside(() => {
      this.#link.wake();
      this.#link.signIn();
    });
  }

  #want(topics: readonly string[]): void {
    this.#outside(() => {
      this.#link.setTopics(topics);
    });
  }

  #followPage(pauseWhenHidden: boolean | number): void {
    const document = this.#injector.get(DOCUMENT);
    const stop = this.#outside(() =>
      whenSeen(document, pauseWhenHidden, {
        seen: () => {
          this.#link.resume();
          this.#link.wake();
        },
        hidden: () => {
          this.#link.pause();
        }
      })
    );
    this.#injector.get(DestroyRef).onDestroy(stop);
  }

  #outside<T>(work: () => T): T {
    return this.#zone.runOutsideAngular(work);
  }
}

const signedOut = () =>
  new GenesysNotificationError('signed_out', 'The connection was closed, because clear() was called.', {
    hint: 'It is opened again when a token has been obtained. Call renew() of GenesysAuthService after the next sign-in.',
    permanent: true
  });
