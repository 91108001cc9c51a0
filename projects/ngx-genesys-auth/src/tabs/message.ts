/** A message between tabs. Other messages on the channel are ignored. */
export type Message =
  /** A tab needs a token and asks whether another one has it. */
  | { readonly type: 'ask'; readonly id: string }
  /** The answer: a token and its remaining lifetime in milliseconds, counted from the question. */
  | {
      readonly type: 'give';
      readonly id: string;
      readonly token: string;
      readonly scope: string;
      readonly leftMs: number;
    }
  /** The user has signed out. */
  | { readonly type: 'clear' };

/** Reads a message. Every script of the origin can send one, so all of it is checked. */
export function readMessage(data: unknown): Message | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const { type, id, token, scope, leftMs }: Partial<Record<string, unknown>> = { ...data };
  if (type === 'clear') return { type };
  if (typeof id !== 'string') return undefined;
  if (type === 'ask') return { type, id };
  if (type !== 'give' || typeof token !== 'string' || typeof scope !== 'string' || typeof leftMs !== 'number') {
    return undefined;
  }
  return { type, id, token, scope, leftMs };
}
