import type { Agent } from './agents.ts';
import type { Conversation } from './conversation.ts';

/** Something on the floor is not as it was. Told at that moment: read what it is then, it may change again. */
export type FloorChange =
  | { readonly kind: 'conversation'; readonly conversation: Conversation }
  | { readonly kind: 'presence' | 'routing'; readonly agent: Agent };

/** A {@link FloorChange}, or the whole centre began afresh after a long silence. */
export type CentreChange = FloorChange | { readonly kind: 'reopened' };
