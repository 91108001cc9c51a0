import type { AgentPlan } from './plan.ts';
import type { Random } from './random.ts';

/** System presences of Genesys Cloud. */
export const PRESENCES = [
  'AVAILABLE',
  'AWAY',
  'BREAK',
  'BUSY',
  'MEAL',
  'MEETING',
  'OFFLINE',
  'ON_QUEUE',
  'TRAINING'
] as const;
export type Presence = (typeof PRESENCES)[number];
/** Routing states of Genesys Cloud that occur here. */
export const ROUTING_STATUSES = ['IDLE', 'INTERACTING', 'NOT_RESPONDING', 'OFF_QUEUE'] as const;
export type RoutingStatus = (typeof ROUTING_STATUSES)[number];

/** A working agent. Times are milliseconds of the centre. */
export interface Agent {
  readonly plan: AgentPlan;
  presence: Presence;
  presenceSince: number;
  /** Message of the user about the presence. */
  presenceMessage: string;
  routing: RoutingStatus;
  routingSince: number;
  /** Wants to go off queue as soon as the conversation is over. */
  leaving: boolean;
  /** The user has chosen a presence. From then on only the user changes it, and ends `NOT_RESPONDING`. */
  isSelfManaged: boolean;
}

const MINUTE = 60_000;
/** Mean time on queue between two absences. */
export const ON_QUEUE_MS = 75 * MINUTE;

/** Reasons to be off queue: weight, and how long on average. */
const ABSENCES: readonly (readonly [{ readonly presence: Presence; readonly meanMs: number }, number])[] = [
  [{ presence: 'BREAK', meanMs: 10 * MINUTE }, 30],
  [{ presence: 'AVAILABLE', meanMs: 4 * MINUTE }, 20],
  [{ presence: 'AWAY', meanMs: 5 * MINUTE }, 15],
  [{ presence: 'MEAL', meanMs: 30 * MINUTE }, 12],
  [{ presence: 'MEETING', meanMs: 25 * MINUTE }, 10],
  [{ presence: 'BUSY', meanMs: 8 * MINUTE }, 8],
  [{ presence: 'TRAINING', meanMs: 35 * MINUTE }, 3],
  [{ presence: 'OFFLINE', meanMs: 90 * MINUTE }, 2]
];

/** A random absence, with its length in milliseconds. */
export function drawAbsence(random: Random): { presence: Presence; lastsMs: number } {
  const { presence, meanMs } = random.weighted(ABSENCES);
  return { presence, lastsMs: random.lognormal(meanMs, 0.4) };
}

/** Sets the presence and, with it, whether calls are routed to the agent. */
export function setPresence(agent: Agent, presence: Presence, at: number): void {
  agent.presence = presence;
  agent.presenceSince = at;
  agent.presenceMessage = '';
  agent.leaving = false;
  setRouting(agent, presence === 'ON_QUEUE' ? 'IDLE' : 'OFF_QUEUE', at);
}

export function setRouting(agent: Agent, routing: RoutingStatus, at: number): void {
  agent.routing = routing;
  agent.routingSince = at;
}

/** The agent that has been idle for longest gets the next conversation. */
export function longestIdle(members: readonly Agent[]): Agent | undefined {
  let best: Agent | undefined;
  for (const agent of members)
    if (agent.routing === 'IDLE' && (best === undefined || agent.routingSince < best.routingSince)) best = agent;
  return best;
}
