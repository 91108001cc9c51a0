import { CLOSE_CODES, type HubClientFrame, type HubPosition, type TicketResponse } from 'genesys-auth-protocol';
import { GenesysAuthError } from 'ngx-genesys-auth';
import { type Observable, Subscription } from 'rxjs';
import { GenesysNotificationError } from '../error';
import { askedSeconds } from '../retry-after';
import { type Socket, type SocketEvents, socketError } from '../socket';
import type { ConnectionListener, NotificationConnection } from '../source';
import { type HubFrame, readHubFrame } from './frames';

/** What a connection needs of its source. */
export interface HubParts {
  ticket(): Observable<TicketResponse>;
  /** @throws for a URL that makes no sense */
  open(ticket: string, events: SocketEvents): Socket;
  /** Where the connection before had come to. */
  readonly resume: HubPosition | undefined;
  at(position: HubPosition): void;
}

/** A socket of the relay's hub. */
export class HubConnection implements NotificationConnection {
  readonly #parts: HubParts;
  readonly #listener: ConnectionListener;
  readonly #calls = new Subscription();
  #socket: Socket | undefined;
  #topics: readonly string[];
  /** What was asked for and has no answer yet, with the request that did last. */
  readonly #asked = new Map<string, number>();
  #lastId = 0;
  #firstId = 0;
  #epoch = '';
  #resumed = false;
  #silenceMs = 0;
  #probes: (() => void)[] = [];

  constructor(topics: readonly string[], listener: ConnectionListener, parts: HubParts) {
    this.#topics = topics;
    this.#listener = listener;
    this.#parts = parts;
    this.#calls.add(
      parts.ticket().subscribe({
        next: ({ ticket }) => {
          this.#open(ticket);
        },
        error: (error: unknown) => {
          this.#fail(ticketError(error));
        }
      })
    );
  }

  setTopics(topics: readonly string[]): void {
    const before = this.#topics;
    this.#topics = topics;
    // Until the welcome it is enough to know what is wanted by then.
    if (this.#epoch === '') return;
    const added = topics.filter((topic) => !before.includes(topic));
    const removed = before.filter((topic) => !topics.includes(topic));
    if (added.length > 0) this.#subscribe(added);
    for (const topic of removed) this.#asked.delete(topic);
    if (removed.length > 0) this.#send({ type: 'unsubscribe', id: ++this.#lastId, topics: removed });
  }

  probe(answered: () => void): void {
    this.#probes.push(answered);
    this.#send({ type: 'ping' });
  }

  close(): void {
    this.#calls.unsubscribe();
    this.#socket?.close();
  }

  #open(ticket: string): void {
    try {
      this.#socket = this.#parts.open(ticket, {
        open: () => undefined,
        frame: (frame) => {
          this.#listener.alive();
          const known = readHubFrame(frame);
          // A newer relay may say more than this version knows.
          if (known) this.#read(known);
        },
        closed: (code, clean, opened) => {
          this.#fail(closeError(code, opened), clean);
        }
      });
    } catch (cause) {
      const hint = 'Check the relay’s URL, and connect-src of the content security policy.';
      this.#fail(
        new GenesysNotificationError('connection_failed', 'The WebSocket could not be opened.', { hint, cause })
      );
    }
  }

  #read(frame: HubFrame): void {
    switch (frame.type) {
      case 'welcome':
        this.#welcome(frame);
        break;
      case 'subscribed':
        this.#subscribed(frame.id, frame.topics);
        break;
      case 'event':
        this.#at(frame.seq);
        this.#listener.event(frame.event);
        break;
      case 'gap':
        this.#at(frame.seq);
        this.#listener.gap(frame.topics, frame.reason);
        break;
      case 'heartbeat':
        this.#at(frame.seq);
        break;
      case 'upstream':
        this.#listener.upstream(frame.live);
        break;
      case 'pong':
        for (const answered of this.#probes.splice(0)) answered();
        break;
      case 'closing':
        this.#listener.closing();
        break;
      case 'error':
        this.#fail(frameError(frame.code, frame.detail));
        break;
      case 'unsubscribed':
        break;
    }
  }

  #welcome({ epoch, seq, heartbeatSeconds }: Extract<HubFrame, { type: 'welcome' }>): void {
    this.#epoch = epoch;
    this.#silenceMs = heartbeatSeconds * 1000;
    const { resume } = this.#parts;
    // Another instance, or another run of it, has another memory.
    this.#resumed = resume?.epoch === epoch;
    if (!this.#resumed) this.#at(seq);
    this.#subscribe(this.#topics, this.#resumed ? resume : undefined);
    this.#firstId = this.#lastId;
  }

  #subscribed(id: number, states: Extract<HubFrame, { type: 'subscribed' }>['topics']): void {
    const covered: string[] = [];
    for (const { topic, state, reason } of states) {
      if (state === 'rejected') this.#listener.refused(topic, refusal(topic, reason ?? 'not permitted'));
      // One that was dropped meanwhile, and perhaps asked for again, is not what this answers.
      else if (this.#asked.get(topic) === id) covered.push(topic);
      if (this.#asked.get(topic) === id) this.#asked.delete(topic);
    }
    if (id === this.#firstId) this.#listener.live(this.#resumed, this.#silenceMs);
    this.#listener.covered(covered);
  }

  #subscribe(topics: readonly string[], resume?: HubPosition): void {
    const id = ++this.#lastId;
    for (const topic of topics) this.#asked.set(topic, id);
    this.#send({ type: 'subscribe', id, topics, ...(resume && { resume }) });
  }

  #at(seq: number): void {
    this.#parts.at({ epoch: this.#epoch, seq });
  }

  #send(frame: HubClientFrame): void {
    this.#socket?.send(frame);
  }

  #fail(error: GenesysNotificationError, clean = false): void {
    this.close();
    this.#listener.closed(error, clean);
  }
}

const PROTOCOL_HINT = 'Ask for fewer topics, or compare the versions of the library and the relay.';
const LIMIT_SECONDS = 30;

function frameError(code: string, detail: string): GenesysNotificationError {
  // The relay has not done what it answers so: another connection asks for everything again.
  if (code === 'rate_limited' || code === 'internal_error')
    return new GenesysNotificationError('connection_lost', detail, {
      hint: 'It is opened again by itself. If it happens often: change topics less often, and look into the relay’s log.'
    });
  return new GenesysNotificationError('protocol', detail, { hint: PROTOCOL_HINT, permanent: true });
}

function closeError(code: number, opened: boolean): GenesysNotificationError {
  if (code === CLOSE_CODES.protocolError)
    return new GenesysNotificationError('protocol', 'The relay did not understand a frame.', {
      hint: PROTOCOL_HINT,
      permanent: true
    });
  if (code === CLOSE_CODES.limit)
    return new GenesysNotificationError('connection_lost', 'The relay’s limit of connections is reached.', {
      hint: 'Fewer tabs, or a higher limit in the relay’s configuration.',
      retryAfterSeconds: LIMIT_SECONDS
    });
  return socketError(code, opened);
}

function ticketError(cause: unknown): GenesysNotificationError {
  const known = cause instanceof GenesysAuthError ? cause : undefined;
  return new GenesysNotificationError('ticket_refused', 'The relay gave no ticket for live events.', {
    hint: known?.hint ?? 'It is tried again by itself; the cause says what the relay answered.',
    cause,
    retryAfterSeconds: askedSeconds(cause),
    permanent:
      known !== undefined &&
      /^(relay_(unauthenticated|forbidden|refused|invalid_response)|sign_in_required|session_ended|session_changed)$/.test(
        known.code
      )
  });
}

const refusal = (topic: string, reason: string): GenesysNotificationError =>
  new GenesysNotificationError('topic_rejected', `The relay refuses the topic ${topic}: ${reason}`, {
    hint: 'Allow it in the relay’s configuration for this caller, or compare its spelling.',
    topic
  });
