import type { Agent } from '../centre/agents.ts';
import type { ContactCentre } from '../centre/centre.ts';
import { type Conversation, conversationId } from '../centre/conversation.ts';
import { conversationState } from '../events/conversation-state.ts';
import { GenesysError } from '../http/errors.ts';
import type { LiveToken } from '../tokens/token-store.ts';
import { type Operation, ANY_TOKEN, anyOf, toRead } from './operation.ts';
import { parameter } from './queues.ts';

const PATH = '/api/v2/conversations';

/** The user's own active conversations: `GET /api/v2/conversations` and `/{conversationId}`. */
export function conversationOperations(centre: () => ContactCentre): Operation[] {
  return [
    {
      method: 'GET',
      path: '/conversations',
      scopes: toRead('conversations'),
      permissions: ANY_TOKEN,
      // With client credentials there is no user, and the list is empty.
      handle: ({ live }) => {
        const now = centre();
        const entities = ownConversations(now, live).map((conversation) => entity(now, conversation));
        return {
          entities,
          pageSize: entities.length,
          pageNumber: 1,
          total: entities.length,
          pageCount: 1,
          selfUri: PATH
        };
      }
    },
    {
      method: 'GET',
      path: '/conversations/:conversationId',
      scopes: toRead('conversations'),
      permissions: anyOf('conversation:communication:view'),
      handle: ({ live, request }) => {
        const id = parameter(request.params, 'conversationId').toLowerCase();
        const now = centre();
        const found = ownConversations(now, live).find((conversation) => conversationId(conversation) === id);
        if (found === undefined) throw GenesysError.notFound();
        return entity(now, found);
      }
    }
  ];
}

/** Those that ring at the user or that the user talks in. */
function ownConversations({ floor }: ContactCentre, { grant }: LiveToken): Conversation[] {
  const isOwn = ({ agent }: { readonly agent: Agent | undefined }): boolean =>
    grant !== undefined && agent?.plan.id === grant.user.id;
  return floor.queues.flatMap(({ alerting, interacting }) => [...alerting, ...interacting]).filter(isOwn);
}

function entity(centre: ContactCentre, conversation: Conversation): object {
  return {
    ...conversationState(centre, conversation),
    startTime: new Date(centre.beganAt(conversation.offeredAt)).toISOString(),
    selfUri: `${PATH}/${conversationId(conversation)}`
  };
}
