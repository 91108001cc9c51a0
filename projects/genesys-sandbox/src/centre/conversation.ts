import type { Agent } from './agents.ts';
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
