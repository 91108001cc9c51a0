import type { ContactCentre } from '../centre/centre.ts';
import { type Conversation, conversationId, sessionId } from '../centre/conversation.ts';
import { idOf } from '../centre/ids.ts';
import type { MediaType } from '../centre/plan.ts';

/** What a medium is called in topics and bodies. */
export const MEDIA_NAMES: Record<MediaType, string> = {
  callback: 'callbacks',
  chat: 'chats',
  email: 'emails',
  message: 'messages',
  voice: 'calls'
};

/** Body of the conversation topics: participants and state. */
export function conversationState(centre: ContactCentre, conversation: Conversation): object {
  const { state, media, agent } = conversation;
  const queue = centre.plan.queues[conversation.queue];
  const id = conversationId(conversation);
  const over = state === 'over' || state === 'wrapping';
  const since = date(centre, conversation.since);
  const offered = date(centre, conversation.offeredAt);
  const participant = (purpose: string, call: string, more: object): object => ({
    id: idOf(`${purpose}:${id}:${agent?.plan.id ?? ''}`),
    purpose,
    queueId: queue?.id,
    ...more,
    [MEDIA_NAMES[media]]: [{ id: sessionId(conversation), state: call, direction: 'inbound' }]
  });
  const ended = (is: boolean): object => (is ? { endTime: since } : {});
  return {
    id,
    participants: [
      participant('customer', over ? 'disconnected' : 'connected', { connectedTime: offered, ...ended(over) }),
      participant('acd', state === 'waiting' || state === 'alerting' ? 'connected' : 'disconnected', {
        connectedTime: offered,
        ...ended(state !== 'waiting' && state !== 'alerting')
      }),
      ...(agent === undefined
        ? []
        : [
            participant('agent', AGENT_STATES[state], {
              userId: agent.plan.id,
              ...ended(AGENT_STATES[state] === 'disconnected'),
              wrapupRequired: true,
              ...(state === 'over' ? { wrapup: { code: 'default', endTime: since } } : {})
            })
          ])
    ]
  };
}

/** `waiting` with an agent: the one who let it ring has lost it. */
const AGENT_STATES: Record<Conversation['state'], string> = {
  waiting: 'disconnected',
  alerting: 'alerting',
  interacting: 'connected',
  wrapping: 'disconnected',
  over: 'disconnected'
};

function date(centre: ContactCentre, floorTime: number): string {
  return new Date(centre.beganAt(floorTime)).toISOString();
}
