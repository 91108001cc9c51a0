import { type AgentStatus, readAgentStatus } from './agent';
import { instant, list, record, text } from './json';

/** What Genesys Cloud says about the signed-in user. */
export interface Me {
  readonly id: string;
  readonly presence: UserPresence;
  readonly routing: AgentStatus;
}

/** What the user has chosen to show others. */
export interface UserPresence {
  /** Id of the presence definition. */
  readonly id: string | undefined;
  /** `MEAL`. */
  readonly system: string | undefined;
  readonly message: string | undefined;
  /** When it was chosen, in epoch milliseconds. */
  readonly since: number | undefined;
}

/** A presence that a user can choose. */
export interface PresenceChoice {
  readonly id: string;
  readonly label: string;
}

/** A queue that the user serves. */
export interface OwnQueue {
  readonly id: string;
  readonly name: string;
}

/** A conversation that rings at the user, or that the user takes part in. */
export interface OwnConversation {
  readonly id: string;
  /** `Call`. */
  readonly medium: string;
  /** `Connected`. */
  readonly state: string;
  readonly queueId: string | undefined;
  /** When it began, in epoch milliseconds. */
  readonly since: number | undefined;
}

/** Reads the answer of `GET /api/v2/users/me?expand=presence,routingStatus`. */
export function readMe(answer: unknown): Me {
  const user = record(answer);
  return {
    id: text(user['id']) ?? '',
    presence: readPresence(user['presence']),
    routing: readAgentStatus(user['routingStatus'])
  };
}

function readPresence(answer: unknown): UserPresence {
  const presence = record(answer);
  const definition = record(presence['presenceDefinition']);
  return {
    id: text(definition['id']),
    system: text(definition['systemPresence']),
    message: text(presence['message']),
    since: instant(presence['modifiedDate'])
  };
}

/** Reads the answer of `GET /api/v2/presence/definitions`. */
export function readPresences(answer: unknown): readonly PresenceChoice[] {
  return entities(answer).flatMap((definition) => {
    const id = text(definition['id']);
    const label = text(record(definition['languageLabels'])['en_US']) ?? text(definition['systemPresence']);
    return id === undefined || label === undefined || definition['deactivated'] === true ? [] : [{ id, label }];
  });
}

/** Reads one page of `GET /api/v2/routing/queues/me`. */
export function readOwnQueues(answer: unknown): readonly OwnQueue[] {
  return entities(answer).flatMap((queue) => {
    const id = text(queue['id']);
    const name = text(queue['name']);
    return id === undefined || name === undefined ? [] : [{ id, name }];
  });
}

/** The members of a participant that hold its communications, and what they are called. */
const MEDIA = { calls: 'Call', callbacks: 'Callback', chats: 'Chat', emails: 'Email', messages: 'Message' } as const;

/**
 * Reads the answer of `GET /api/v2/conversations`.
 *
 * @param userId of the user whose conversations they are
 */
export function readConversations(answer: unknown, userId: string): readonly OwnConversation[] {
  return entities(answer).flatMap((conversation) => {
    const id = text(conversation['id']);
    const own = list(conversation['participants'])
      .map(record)
      .filter((participant) => participant['userId'] === userId)
      .at(-1);
    if (id === undefined || own === undefined) return [];
    const [key, medium] = Object.entries(MEDIA).find(([name]) => list(own[name]).length > 0) ?? ['', 'Conversation'];
    const state = text(record(list(own[key]).at(-1))['state']) ?? 'unknown';
    const queueId = text(own['queueId']);
    return [{ id, medium, state: capital(state), queueId, since: instant(conversation['startTime']) }];
  });
}

const entities = (answer: unknown) => list(record(answer)['entities']).map(record);
const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
