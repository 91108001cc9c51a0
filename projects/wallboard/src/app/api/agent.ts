import { instant, list, record, text } from './json';

/** An agent who is a member of a queue. */
export interface QueueAgent {
  /** Id of the user. */
  readonly id: string;
  readonly name: string;
  /** The routing status, for people: `Idle`. */
  readonly status: string;
}

/** What an agent does at the moment. */
export interface AgentStatus {
  /** The routing status, for people: `Idle`. */
  readonly status: string;
  /** When it began, in epoch milliseconds. */
  readonly since: number | undefined;
}

/** Reads one page of `GET /api/v2/routing/queues/{queueId}/members`; a member without id or name is left out. */
export function readMembers(answer: unknown): readonly QueueAgent[] {
  return list(record(answer)['entities']).map(record).flatMap(readMember);
}

function readMember(member: Readonly<Record<string, unknown>>): QueueAgent[] {
  const user = record(member['user']);
  const id = text(user['id']) ?? text(member['id']);
  const name = text(member['name']) ?? text(user['name']);
  if (id === undefined || name === undefined) return [];
  return [{ id, name, status: statusOf(member['routingStatus']) }];
}

/** Reads the answer of `GET /api/v2/users/{userId}/routingstatus`. */
export function readAgentStatus(answer: unknown): AgentStatus {
  return { status: statusOf(answer), since: instant(record(answer)['startTime']) };
}

/** `OFF_QUEUE` as `Off queue`. */
function statusOf(routingStatus: unknown): string {
  const words = (text(record(routingStatus)['status']) ?? 'UNKNOWN').replaceAll('_', ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
