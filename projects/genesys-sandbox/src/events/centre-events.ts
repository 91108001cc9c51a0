import type { Agent } from '../centre/agents.ts';
import type { ContactCentre } from '../centre/centre.ts';
import type { CentreChange } from '../centre/change.ts';
import type { Conversation } from '../centre/conversation.ts';
import { type MediaType, MEDIA_TYPES } from '../centre/plan.ts';
import { MEDIA_NAMES, conversationState } from './conversation-state.ts';
import type { Publisher } from './publisher.ts';
import { agentsNow, conversationsNow, halfHour } from './queue-observations.ts';
import { activityOf, presenceOf, routingStatusOf } from './user-state.ts';

/**
 * Turns changes in the contact centre into events. Users and conversations have an event for each change. A queue has one event
 * with its current figures for all changes since the last {@link flush}.
 */
export class CentreEvents {
  readonly #publisher: Publisher;
  readonly #centre: ContactCentre;
  readonly #media = new Map<number, Set<MediaType>>();
  readonly #agents = new Set<number>();

  constructor(centre: ContactCentre, publisher: Publisher) {
    this.#centre = centre;
    this.#publisher = publisher;
    centre.onChange = (change) => {
      this.#note(change);
    };
  }

  /** Sends the figures of the queues in which something has changed. */
  flush(): void {
    const centre = this.#centre;
    for (const queue of centre.floor.queues) {
      const { index, id } = queue.plan;
      const topic = `v2.analytics.queues.${id}.observations`;
      for (const media of this.#media.get(index) ?? []) {
        this.#publisher.publish(topic, () => conversationsNow(centre, queue, media));
        const served = this.#publisher.wants(topic) ? halfHour(centre, queue, media) : undefined;
        if (served !== undefined) this.#publisher.publish(topic, () => served);
      }
      if (this.#agents.has(index)) this.#publisher.publish(topic, () => agentsNow(centre, queue));
    }
    this.#media.clear();
    this.#agents.clear();
  }

  #note(change: CentreChange): void {
    switch (change.kind) {
      case 'conversation':
        this.#conversation(change.conversation);
        break;
      case 'presence':
      case 'routing':
        this.#agent(change.kind, change.agent);
        break;
      case 'reopened':
        for (const { index } of this.#centre.plan.queues) {
          this.#media.set(index, new Set(MEDIA_TYPES));
          this.#agents.add(index);
        }
        break;
    }
  }

  #conversation(conversation: Conversation): void {
    const { queue: index, media, agent } = conversation;
    const changed = this.#media.get(index) ?? new Set();
    this.#media.set(index, changed.add(media));
    const queueId = this.#centre.plan.queues[index]?.id ?? '';
    const owners = [`routing.queues.${queueId}`, ...(agent === undefined ? [] : [`users.${agent.plan.id}`])];
    for (const owner of owners)
      for (const topic of [`v2.${owner}.conversations`, `v2.${owner}.conversations.${MEDIA_NAMES[media]}`])
        this.#publisher.publish(topic, () => conversationState(this.#centre, conversation));
  }

  #agent(kind: 'presence' | 'routing', agent: Agent): void {
    const { id, queues } = agent.plan;
    for (const index of queues) this.#agents.add(index);
    if (kind === 'presence') this.#publisher.publish(`v2.users.${id}.presence`, () => presenceOf(this.#centre, agent));
    else
      this.#publisher.publish(`v2.users.${id}.routingStatus`, () => ({
        id,
        routingStatus: routingStatusOf(this.#centre, agent)
      }));
    this.#publisher.publish(`v2.users.${id}.activity`, () => activityOf(this.#centre, agent));
  }
}
