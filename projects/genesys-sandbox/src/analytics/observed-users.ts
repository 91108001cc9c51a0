import { type Agent, type Presence, PRESENCES } from '../centre/agents.ts';
import type { ContactCentre } from '../centre/centre.ts';
import type { QueueState } from '../centre/conversation.ts';
import { idOf } from '../centre/ids.ts';
import type { ObservationData, USER_METRICS } from './observation-metrics.ts';

type UserMetric = (typeof USER_METRICS)[number];

/** What splits a metric into figures; `undefined`: it does not count this agent. `''`: one figure, without qualifier. */
const QUALIFIERS: Record<UserMetric, (agent: Agent) => string | undefined> = {
  oMemberUsers: () => '',
  oActiveUsers: (agent) => (agent.presence === 'OFFLINE' ? undefined : ''),
  oOnQueueUsers: (agent) => (agent.presence === 'ON_QUEUE' ? agent.routing : undefined),
  oOffQueueUsers: (agent) => (agent.presence === 'ON_QUEUE' ? undefined : agent.presence),
  oUserPresences: (agent) => presenceId(agent.presence),
  oUserRoutingStatuses: (agent) => agent.routing
};

/** The figures of one metric about a queue's agents. */
export function userData(
  centre: ContactCentre,
  queue: QueueState,
  metric: UserMetric,
  detailed: boolean
): ObservationData[] {
  const groups = new Map<string, Agent[]>();
  for (const agent of queue.members) {
    const qualifier = QUALIFIERS[metric](agent);
    if (qualifier === undefined) continue;
    const group = groups.get(qualifier);
    if (group === undefined) groups.set(qualifier, [agent]);
    else group.push(agent);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([qualifier, agents]) => ({
      metric,
      ...(qualifier === '' ? {} : { qualifier }),
      stats: { count: agents.length },
      ...(detailed ? { truncated: false, observations: agents.map((agent) => observation(centre, agent, metric)) } : {})
    }));
}

/** Which of the organization's presences belong to a system presence. */
export function presenceIds(): Record<string, string[]> {
  return Object.fromEntries(PRESENCES.map((presence) => [presence, [presenceId(presence)]]));
}

/** Id of the organization's presence that stands for a system presence. */
export function presenceId(presence: Presence): string {
  return idOf(`presence:${presence}`);
}

function observation(centre: ContactCentre, agent: Agent, metric: UserMetric): object {
  const since =
    metric === 'oUserRoutingStatuses' || metric === 'oOnQueueUsers' ? agent.routingSince : agent.presenceSince;
  return { observationDate: new Date(centre.beganAt(since)).toISOString(), userId: agent.plan.id };
}
