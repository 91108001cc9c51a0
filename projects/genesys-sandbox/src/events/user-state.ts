import { presenceId } from '../analytics/observed-users.ts';
import type { Agent } from '../centre/agents.ts';
import type { ContactCentre } from '../centre/centre.ts';

/** The presence of a user, as the API and the events tell it. */
export function presenceOf(centre: ContactCentre, agent: Agent): object {
  return {
    source: 'PURECLOUD',
    primary: true,
    message: agent.presenceMessage,
    presenceDefinition: { id: presenceId(agent.presence), systemPresence: agent.presence },
    modifiedDate: dateOf(centre, agent.presenceSince)
  };
}

/** The routing status of a user, as the events tell it. */
export function routingStatusOf(centre: ContactCentre, agent: Agent): object {
  return { status: agent.routing, startTime: dateOf(centre, agent.routingSince) };
}

/** Body of `v2.users.{id}.activity`. */
export function activityOf(centre: ContactCentre, agent: Agent): object {
  return {
    id: agent.plan.id,
    routingStatus: routingStatusOf(centre, agent),
    presence: {
      presenceDefinition: { id: presenceId(agent.presence), systemPresence: agent.presence },
      modifiedDate: dateOf(centre, agent.presenceSince)
    },
    outOfOffice: { active: false, modifiedDate: '2025-01-13T08:00:00.000Z' },
    activeQueueIds: agent.plan.queues.map((index) => centre.plan.queues[index]?.id),
    dateActiveQueuesChanged: '2025-01-13T08:00:00.000Z'
  };
}

function dateOf(centre: ContactCentre, floorTime: number): string {
  return new Date(centre.beganAt(floorTime)).toISOString();
}
