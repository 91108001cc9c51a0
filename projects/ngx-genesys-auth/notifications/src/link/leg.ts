import { ɵstopwatch as stopwatch } from 'ngx-genesys-auth';
import { GenesysNotificationError } from '../error';
import type { GenesysEvent } from '../event';
import type { ConnectionListener, GapReason, NotificationConnection, NotificationSource } from '../source';
import { topicKey } from './topic-names';

/** A connection that is not live after this long is given up, milliseconds. */
const OPENING_MS = 20_000;
/** More than the longest silence of a healthy connection: how late a frame may be, milliseconds. */
const LATENESS_MS = 5_000;

/** What a {@link Leg} tells the link. */
export interface LegEvents {
  live(leg: Leg, resumed: boolean): void;
  covered(leg: Leg, topics: readonly string[]): void;
  refused(topic: string, error: GenesysNotificationError): void;
  event(event: GenesysEvent): void;
  gap(topics: readonly string[], reason: GapReason, since: number): void;
  upstream(): void;
  closing(leg: Leg): void;
  /** @param clean everything that had been sent has come */
  ended(leg: Leg, error: GenesysNotificationError, clean: boolean): void;
}

/**
 * One connection on the way: it knows whether it is alive, and keeps what comes to itself as long as another one still
 * delivers. There is one timer, which looks whether anything has come of late.
 */
export class Leg implements ConnectionListener {
  isLive = false;
  /** The server has announced that it closes the connection. */
  isClosing = false;
  /** What it delivers as soon as it is live. */
  topics: readonly string[];
  isUpstreamLive = true;
  readonly #events: LegEvents;
  #connection: NotificationConnection | undefined;
  /** Gaps told before it delivers: an answer by REST that is read now would be too old then. */
  #early: (() => void)[] = [];
  #held: GenesysEvent[] | undefined;
  #allowedMs = OPENING_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #over = false;
  /** The time since something came last, or since it was opened. */
  #sinceHeard = stopwatch();

  /** @param hold keep events until {@link release} */
  constructor(topics: readonly string[], events: LegEvents, hold: boolean) {
    this.#events = events;
    this.topics = topics;
    this.#held = hold ? [] : undefined;
  }

  /** When something came last, or when it was opened, by the wall clock as it is now; milliseconds since the epoch. */
  get heardAt(): number {
    return Date.now() - this.#sinceHeard();
  }

  /** Opens the connection. Not in the constructor: it may fail at once, and then whom it tells must know it. */
  open(source: NotificationSource): void {
    this.#watch();
    const connection = source.open(this.topics, this);
    if (this.#over) connection.close();
    else this.#connection = connection;
  }

  /** The events it has kept; from now on it tells them. */
  release(): readonly GenesysEvent[] {
    const held = this.#held ?? [];
    this.#held = undefined;
    return held;
  }

  setTopics(topics: readonly string[]): void {
    // One that is dropped and comes back delivers when the connection says so, not before.
    const keys = new Set(topics.map(topicKey));
    this.topics = this.topics.filter((topic) => keys.has(topicKey(topic)));
    this.#connection?.setTopics(topics);
  }

  probe(answered: () => void): void {
    this.#connection?.probe(answered);
  }

  /** Closes the connection. The listener is not called any more. */
  close(): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#connection?.close();
  }

  live(resumed: boolean, silenceMs: number): void {
    if (this.#over) return;
    this.isLive = true;
    this.#allowedMs = silenceMs + LATENESS_MS;
    this.alive();
    this.#watch();
    this.#events.live(this, resumed);
    for (const tell of this.#early.splice(0)) tell();
  }

  covered(topics: readonly string[]): void {
    if (this.#over) return;
    this.topics = [...new Set([...this.topics, ...topics])];
    if (this.isLive) this.#events.covered(this, topics);
  }

  refused(topic: string, error: GenesysNotificationError): void {
    if (this.#over) return;
    this.topics = this.topics.filter((own) => topicKey(own) !== topicKey(topic));
    this.#events.refused(topic, error);
  }

  event(event: GenesysEvent): void {
    if (this.#over) return;
    if (this.#held) this.#held.push(event);
    else this.#events.event(event);
  }

  alive(): void {
    this.#sinceHeard = stopwatch();
  }

  gap(topics: readonly string[], reason: GapReason): void {
    if (this.#over) return;
    const since = this.heardAt;
    const tell = (): void => {
      this.#events.gap(topics, reason, since);
    };
    if (this.isLive) tell();
    else this.#early.push(tell);
  }

  upstream(live: boolean): void {
    this.isUpstreamLive = live;
    if (!this.#over) this.#events.upstream();
  }

  closing(): void {
    this.isClosing = true;
    if (!this.#over) this.#events.closing(this);
  }

  closed(error: GenesysNotificationError, clean = false): void {
    if (this.#over) return;
    this.close();
    this.#events.ended(this, error, clean);
  }

  /**
   * Looks at the clocks, not at the timer: a computer that slept finds out as soon as it wakes, and a wall clock that is set
   * back hides no silence.
   */
  #watch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        if (this.#sinceHeard() < this.#allowedMs) this.#watch();
        else this.closed(silent(this.isLive));
      },
      Math.max(0, this.#allowedMs - this.#sinceHeard())
    );
  }
}

const silent = (wasLive: boolean): GenesysNotificationError =>
  wasLive
    ? new GenesysNotificationError('connection_silent', 'Nothing has come for longer than a heartbeat takes.', {
        hint: 'The connection is opened again by itself. If this repeats, a proxy on the way drops idle WebSockets.'
      })
    : new GenesysNotificationError('connection_failed', 'The connection was not ready in time.', {
        hint: 'It is tried again by itself. Check that the network lets WebSockets through.'
      });
