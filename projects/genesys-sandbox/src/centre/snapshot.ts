import type { ContactCentre } from './centre.ts';

/** One queue of a {@link ContactCentreSnapshot}. */
export interface QueueSnapshot {
  readonly id: string;
  readonly name: string;
  readonly waiting: number;
  readonly alerting: number;
  readonly interacting: number;
  readonly onQueueAgents: number;
  readonly members: number;
  /** Milliseconds since the epoch at which the longest waiting one arrived, or `null`. */
  readonly oldestWaitingSince: number | null;
}

/** The contact centre at a moment, as a test may want to compare it with what the API says. */
export interface ContactCentreSnapshot {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly agents: number;
  readonly queues: readonly QueueSnapshot[];
}

/** Looks at the centre as it is now. */
export function snapshotOf(centre: ContactCentre): ContactCentreSnapshot {
  return {
    at: centre.now,
    agents: centre.floor.agents.length,
    queues: centre.floor.queues.map((queue) => ({
      id: queue.plan.id,
      name: queue.plan.name,
      waiting: queue.waiting.length,
      alerting: queue.alerting.size,
      interacting: queue.interacting.size,
      onQueueAgents: queue.members.filter((agent) => agent.presence === 'ON_QUEUE').length,
      members: queue.members.length,
      oldestWaitingSince:
        queue.waiting.length === 0
          ? null
          : centre.beganAt(Math.min(...queue.waiting.map((conversation) => conversation.offeredAt)))
    }))
  };
}
