import type { GenesysNotificationError } from '../error';
import type { GenesysEvent } from '../event';
import type { GapReason, NotificationSource } from '../source';
import { waitMs } from './backoff';
import { Coverage } from './coverage';
import { Leg, type LegEvents } from './leg';
import { Seen } from './seen';

/**
 * How live events are.
 *
 * - `idle`: no topic is requested
 * - `connecting`: a connection is being opened
 * - `live`: events come
 * - `waiting`: there is no connection (or the relay has none), and another attempt follows by itself
 * - `paused`: the page is hidden, and `pauseWhenHidden` stops live events meanwhile
 * - `failed`: the last attempt met something that does not pass by itself; the next one is a minute away. After `clear()` there is
 *   none until a token is obtained
 */
export type NotificationState = 'idle' | 'connecting' | 'live' | 'waiting' | 'paused' | 'failed';

/** What a {@link Link} tells. */
export interface LinkHooks {
  state(state: NotificationState, error: GenesysNotificationError | null): void;
  event(event: GenesysEvent): void;
  /** Events of these topics may have been missed between `since` (milliseconds since the epoch) and now. */
  gap(topics: readonly string[], since: number, reason: GapReason): void;
  /** These topics deliver from now on; what was before has to be read. Told after each gap as well. */
  fresh(topics: readonly string[]): void;
  refused(topic: string, error: GenesysNotificationError): void;
}

/** How long the old connection may take to say that it has told everything, milliseconds. */
const PROBE_MS = 3_000;
/** The pause before a replacement connection that failed is opened again. */
const REPLACEMENT_PAUSE_MS = 5_000;

/**
 * Keeps one connection alive. It opens the connection again after it was lost, replaces it before it ends, emits every event once
 * and in order, and reports gaps. It does not depend on Angular, HTTP or sockets.
 */
export class Link implements LegEvents {
  readonly #source: NotificationSource;
  readonly #hooks: LinkHooks;
  readonly #random: () => number;
  readonly #seen = new Seen();
  readonly #coverage = new Coverage();
  #topics: readonly string[] = [];
  #current: Leg | undefined;
  /** Takes the place of the current one as soon as it is live. */
  #next: Leg | undefined;
  #nextResumed = false;
  #attempts = 0;
  #error: GenesysNotificationError | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #replacement: ReturnType<typeof setTimeout> | undefined;
  #paused = false;
  /** The user has signed out: nothing is opened until {@link signIn} is called or another topic is wanted. */
  #signedOut = false;

  constructor(source: NotificationSource, hooks: LinkHooks, random: () => number = Math.random) {
    this.#source = source;
    this.#hooks = hooks;
    this.#random = random;
  }

  /** What is wanted from now on. Without any topic there is no connection. */
  setTopics(topics: readonly string[]): void {
    if (topics.some((topic) => !this.#topics.includes(topic))) this.#signedOut = false;
    this.#topics = topics;
    this.#coverage.want(topics);
    if (topics.length === 0) this.#rest();
    else if (this.#paused || this.#signedOut) return;
    else if (this.#current) {
      this.#current.setTopics(topics);
      this.#next?.setTopics(topics);
    } else if (this.#retry === undefined) this.#connect();
  }

  /** Whether the events of a topic come at present. */
  covers(topic: string): boolean {
    return this.#coverage.has(topic);
  }

  /** Tries again now, if it waits to. */
  wake(): void {
    if (this.#retry !== undefined) this.#connect();
  }

  /** Closes the connection. It asks for nothing by itself, because that could sign the user in again. */
  signOut(error: GenesysNotificationError): void {
    if (this.#topics.length === 0) return;
    if (this.#current) this.#lose(this.#current);
    this.#closeAll();
    this.#signedOut = true;
    this.#attempts = 0;
    this.#error = error;
    this.#tell();
  }

  /** Opens a connection again after {@link signOut}. */
  signIn(): void {
    if (this.#signedOut) this.#connect();
  }

  /** Closes the connection until {@link resume}. */
  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    if (this.#current) this.#lose(this.#current, 'paused');
    this.#closeAll();
    this.#tell();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (this.#topics.length > 0 && !this.#signedOut) this.#connect();
    else this.#tell();
  }

  /** Ends everything. */
  close(): void {
    this.setTopics([]);
  }

  live(leg: Leg, resumed: boolean): void {
    if (leg === this.#next) this.#replaceBy(leg, resumed);
    else this.#arrived(leg, resumed);
  }

  covered(leg: Leg, topics: readonly string[]): void {
    // What the next one delivers counts when it takes over.
    if (leg === this.#current) this.#cover(topics, false);
  }

  refused(topic: string, error: GenesysNotificationError): void {
    this.#coverage.drop(topic);
    this.#hooks.refused(topic, error);
  }

  event(event: GenesysEvent): void {
    if (!this.#seen.has(event)) this.#hooks.event(event);
  }

  gap(topics: readonly string[], reason: GapReason, since: number): void {
    const affected = this.#coverage.affected(topics);
    if (affected.length === 0) return;
    this.#hooks.gap(affected, since, reason);
    this.#hooks.fresh(affected);
  }

  upstream(): void {
    this.#tell();
  }

  closing(leg: Leg): void {
    if (leg === this.#current && !this.#next) this.#openNext();
  }

  ended(leg: Leg, error: GenesysNotificationError, clean: boolean): void {
    if (leg === this.#next) {
      this.#next = undefined;
      clearTimeout(this.#replacement);
      this.#replacement = setTimeout(() => {
        if (this.#current?.isClosing && !this.#next) this.#openNext();
      }, REPLACEMENT_PAUSE_MS);
      return;
    }
    const next = this.#next;
    if (next?.isLive) {
      if (!clean && leg.isLive) this.#lose(leg);
      this.#promote(next, clean || this.#nextResumed);
      return;
    }
    this.#error = error;
    clearTimeout(this.#replacement);
    if (leg.isLive) this.#attempts = 0;
    if (leg.isLive) this.#lose(leg);
    this.#current = next;
    this.#next = undefined;
    if (next) for (const held of next.release()) this.event(held);
    else this.#retryLater(error);
    this.#tell();
  }

  #connect(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#signedOut = false;
    queueMicrotask(() => {
      if (this.#current || this.#paused || this.#signedOut || this.#topics.length === 0) return;
      this.#current = new Leg(this.#topics, this, false);
      this.#tell();
      this.#current.open(this.#source);
    });
  }

  #openNext(): void {
    clearTimeout(this.#replacement);
    this.#next = new Leg(this.#topics, this, true);
    this.#next.open(this.#source);
  }

  /** The replacement is live. The current connection first delivers its remaining events, so that they stay in order. */
  #replaceBy(next: Leg, resumed: boolean): void {
    const current = this.#current;
    this.#nextResumed = resumed;
    if (!current?.isLive) {
      this.#promote(next, resumed);
      return;
    }
    this.#replacement = setTimeout(() => {
      // It does not answer: nobody knows what it would have told.
      this.#lose(current);
      this.#promote(next, resumed);
    }, PROBE_MS);
    current.probe(() => {
      if (this.#next === next) this.#promote(next, true);
    });
  }

  #promote(next: Leg, resumed: boolean): void {
    clearTimeout(this.#replacement);
    // What the next one does not have yet is on its way there.
    if (this.#current) this.#lose(this.#current, 'reconnected', next.topics);
    this.#current?.close();
    this.#current = next;
    this.#next = undefined;
    for (const held of next.release()) this.event(held);
    this.#arrived(next, resumed);
    if (next.isClosing) this.#openNext();
  }

  #arrived(leg: Leg, resumed: boolean): void {
    this.#attempts = 0;
    this.#error = null;
    this.#tell();
    this.#cover(leg.topics, resumed);
  }

  #cover(topics: readonly string[], resumed: boolean): void {
    const { fresh, losses } = this.#coverage.cover(topics, resumed);
    for (const [{ since, reason }, missed] of losses) this.#hooks.gap(missed, since, reason);
    if (fresh.length > 0) this.#hooks.fresh(fresh);
  }

  #lose(leg: Leg, reason: GapReason = 'reconnected', except: readonly string[] = []): void {
    this.#coverage.lose({ since: leg.heardAt, reason }, except);
  }

  #retryLater(error: GenesysNotificationError): void {
    const wait = waitMs(this.#attempts, error, this.#random);
    this.#attempts++;
    this.#retry = setTimeout(() => {
      this.#connect();
    }, wait);
  }

  #rest(): void {
    this.#closeAll();
    this.#attempts = 0;
    this.#error = null;
    this.#signedOut = false;
    this.#tell();
  }

  #closeAll(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#replacement);
    this.#retry = undefined;
    this.#current?.close();
    this.#next?.close();
    this.#current = this.#next = undefined;
  }

  #tell(): void {
    this.#hooks.state(this.#state(), this.#error);
  }

  #state(): NotificationState {
    if (this.#topics.length === 0) return 'idle';
    if (this.#paused) return 'paused';
    if (this.#current) {
      if (!this.#current.isLive) return 'connecting';
      return this.#current.isUpstreamLive ? 'live' : 'waiting';
    }
    return this.#error?.permanent ? 'failed' : this.#error ? 'waiting' : 'connecting';
  }
}
