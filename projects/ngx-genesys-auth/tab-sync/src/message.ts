/** What tabs say to each other. Whatever else comes over a channel is not ours, and is left alone. */
export type Message =
  /** A tab needs a token and asks whether another one has it. */
  | { readonly type: 'ask'; readonly id: string }
  /** The answer: a token and how much longer it lives, in milliseconds from the moment of the question. */
  | {
      readonly type: 'give';
      readonly id: string;
      readonly token: string;
      readonly scope: string;
      readonly leftMs: number;
    }
  /** The user has signed out. */
  | { readonly type: 'clear' };

/** Reads a message. Every script of the origin can send one, so nothing about it is taken for granted. */
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
