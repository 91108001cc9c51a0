import type { Faults } from '../faults/faults.ts';
import type { Channels } from '../notifications/channels.ts';
import { type EventFrame, eventFrame } from '../notifications/frames.ts';

/** Brings events to the channels that want them, and lets the faults of events strike on the way. */
export class Publisher {
  readonly #channels: Channels;
  readonly #faults: Faults;
  /** Events that wait for the next one of their topic, by a fault: one of each topic. */
  readonly #held = new Map<string, EventFrame>();

  constructor(channels: Channels, faults: Faults) {
    this.#channels = channels;
    this.#faults = faults;
  }

  /** Whether anybody is there to read events of a topic. */
  wants(topic: string): boolean {
    for (const channel of this.#channels.all()) if (channel.sockets.size > 0 && channel.wants(topic)) return true;
    return false;
  }

  /** Sends an event of a topic, in Genesys' spelling, to all who want it. The body is made only if there is anybody. */
  publish(topic: string, body: () => unknown, correlationId?: string): void {
    if (!this.wants(topic)) return;
    const frame = eventFrame(topic, body(), correlationId);
    if (this.#faults.onEvent('loseEvents', topic) !== undefined) return;
    const held = this.#held.get(topic);
    if (held === undefined && this.#faults.onEvent('reorderEvents', topic) !== undefined) {
      this.#held.set(topic, frame);
      return;
    }
    this.#send(frame);
    if (this.#faults.onEvent('duplicateEvents', topic) !== undefined) this.#send(frame);
    this.#held.delete(topic);
    if (held !== undefined) this.#send(held);
  }

  #send(frame: EventFrame): void {
    for (const channel of this.#channels.all()) if (channel.wants(frame.topicName)) channel.send(frame);
  }
}
