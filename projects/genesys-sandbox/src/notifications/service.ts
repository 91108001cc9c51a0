import type { FastifyInstance } from 'fastify';
import type { Operation } from '../api/operation.ts';
import type { ContactCentre } from '../centre/centre.ts';
import { CentreEvents } from '../events/centre-events.ts';
import { Publisher } from '../events/publisher.ts';
import type { Fault, FaultOf } from '../faults/fault.ts';
import { Faults, strikes } from '../faults/faults.ts';
import type { RequestLog } from '../http/request-log.ts';
import type { SandboxClient } from '../options.ts';
import type { SandboxOrganization } from '../users/organization.ts';
import type { Cancel, Timeline } from '../time/timeline.ts';
import type { TokenStore } from '../tokens/token-store.ts';
import type { UserTokens } from '../tokens/user-tokens.ts';
import type { SandboxAccount } from '../users/user.ts';
import { Channels } from './channels.ts';
import { tokenRevoked } from './frames.ts';
import { notificationOperations } from './operations.ts';
import { Streaming } from './streaming.ts';
import { readTopic } from './topic.ts';

/** How often the contact centre advances while there are subscribers, in milliseconds. */
const PULSE_MS = 250;

/** A notification channel, for a test to look at. */
export interface SandboxChannel {
  readonly id: string;
  readonly clientId: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** As they were subscribed to, rejected ones included. */
  readonly topics: readonly string[];
  /** Number of open sockets: 0 or 1, or 2 while one replaces the other. */
  readonly sockets: number;
}

/** What {@link NotificationService} works with. */
export interface ServiceParts {
  readonly store: TokenStore;
  readonly userTokens: UserTokens;
  readonly timeline: Timeline;
  readonly log: RequestLog;
  readonly organization: SandboxOrganization;
  readonly centre: () => ContactCentre;
}

/** The notification channels, their sockets and messages, and the faults of these. */
export class NotificationService {
  readonly faults: Faults;
  readonly operations: Operation[];
  /** Where channels are connected to, such as `ws://127.0.0.1:4211`. */
  origin = '';
  readonly #parts: ServiceParts;
  readonly #channels: Channels;
  readonly #publisher: Publisher;
  readonly #streaming: Streaming;
  #events: CentreEvents | undefined;
  #beat: Cancel | undefined;

  constructor(parts: ServiceParts) {
    const { store, timeline, log, organization } = parts;
    this.#parts = parts;
    this.faults = new Faults(timeline);
    this.faults.strike = (fault) => this.#strike(fault);
    this.#channels = new Channels(timeline, store);
    this.#publisher = new Publisher(this.#channels, this.faults);
    this.operations = notificationOperations(this.#channels, timeline, () => this.origin);
    this.#streaming = new Streaming({
      channels: this.#channels,
      faults: this.faults,
      timeline,
      log,
      organizationId: organization.id,
      populated: (some) => {
        this.#attend(some);
      }
    });
    store.onRevoked = () => {
      this.#tokensRevoked();
    };
  }

  /** Takes the sockets of the API host. */
  serve(app: FastifyInstance): void {
    app.server.on('upgrade', (request, socket, head) => {
      this.#streaming.upgrade(request, socket, head);
    });
  }

  get channels(): SandboxChannel[] {
    this.#channels.sweep();
    return [...this.#channels.all()].map((channel) => ({
      id: channel.id,
      clientId: channel.client.id,
      expiresAt: channel.expiresAt,
      topics: [...channel.subscriptions.values()].map(({ topic }) => topic.id),
      sockets: channel.sockets.size
    }));
  }

  publish(id: string, body: unknown, correlationId: string | undefined): void {
    const topic = readTopic(id);
    if (topic === undefined) throw new TypeError(`${id} is not a topic of Genesys Cloud.`);
    for (const name of topic.names) this.#publisher.publish(name, () => body, correlationId);
  }

  pulse(): void {
    this.#parts.timeline.run();
    this.#look();
  }

  close(): void {
    this.#streaming.close();
    this.#parts.timeline.close();
  }

  /** Without subscribers there is no timer. */
  #attend(some: boolean): void {
    if (some === (this.#beat !== undefined)) return;
    this.#beat?.();
    this.#beat = undefined;
    if (!some) return;
    // At once, so that no later change is missed.
    this.#look();
    this.#beat = this.#parts.timeline.every(PULSE_MS, () => {
      this.#look();
    });
  }

  #look(): void {
    this.#channels.sweep();
    if (this.#streaming.size === 0) return;
    const centre = this.#parts.centre();
    this.#events ??= new CentreEvents(centre, this.#publisher);
    this.#events.flush();
  }

  #strike(fault: Fault): number {
    if (fault.type === 'revokeTokens') return this.#revokeTokens(fault);
    return this.#streaming.strike(fault);
  }

  #revokeTokens(fault: FaultOf<'revokeTokens'>): number {
    const { store, userTokens } = this.#parts;
    const email = fault.email?.toLowerCase();
    const isMeant = (client: SandboxClient, user: SandboxAccount | undefined): boolean =>
      strikes(fault, client.id) && (email === undefined || user?.email.toLowerCase() === email);
    if (fault.refreshTokens === true) userTokens.revokeRefreshTokens(({ client, user }) => isMeant(client, user));
    return store.revokeAll(({ client, grant }) => isMeant(client, grant?.user));
  }

  #tokensRevoked(): void {
    for (const channel of this.#channels.all())
      if (this.#parts.store.find(channel.token) === undefined)
        channel.send(tokenRevoked(channel, this.#parts.organization.id));
    this.#channels.sweep();
  }
}
