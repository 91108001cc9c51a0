import type { Agent } from './agents.ts';
import { idOf } from './ids.ts';
import type { MediaType, QueuePlan } from './plan.ts';

/** A conversation that is not over. Times are the centre's own milliseconds. */
export interface Conversation {
  /** Counts up from 1 within a run. */
  readonly number: number;
  readonly queue: number;
  readonly media: MediaType;
  state: 'waiting' | 'alerting' | 'interacting' | 'wrapping' | 'over';
  readonly offeredAt: number;
  /** When the present state began. */
  since: number;
  /** Milliseconds between answer and hang-up, hold included; 0 before. */
  interactedMs: number;
  agent: Agent | undefined;
}

/** A queue at work: those who wait stand in order. */
export interface QueueState {
  readonly plan: QueuePlan;
  readonly members: readonly Agent[];
  readonly waiting: Conversation[];
  readonly alerting: Set<Conversation>;
  readonly interacting: Set<Conversation>;
}

/** The id the API shows: the same in queries and events. */
export const conversationId = (conversation: Conversation): string => idOf(nameOf(conversation));

/** The same for the session of the customer. */
export const sessionId = (conversation: Conversation): string => idOf(`session:${nameOf(conversation)}`);

function nameOf({ number, offeredAt }: Conversation): string {
  return `conversation:${number}:${offeredAt}`;
}
