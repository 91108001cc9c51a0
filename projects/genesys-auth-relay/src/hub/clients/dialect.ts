import type { HubClientFrame, HubServerFrame, TopicState } from 'genesys-auth-protocol';

/** A request of the JSON-RPC form, with the id as it came. */
export type RpcId = number | string | null;

/** A frame, read. `rpcId` is there when an answer in the JSON-RPC form is waited for. */
export type ReadFrame =
  | { readonly frame: HubClientFrame; readonly rpcId?: RpcId }
  | { readonly wrong: string; readonly id?: number; readonly rpcId?: RpcId };

/** What the answer to a frame has to carry, whichever form it came in. */
export function idsOf(read: ReadFrame): { readonly id?: number; readonly rpcId?: RpcId } {
  if ('wrong' in read) return read;
  return { ...('id' in read.frame && { id: read.frame.id }), ...(read.rpcId !== undefined && { rpcId: read.rpcId }) };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

const isId = (value: unknown): value is number => Number.isSafeInteger(value);

function readPosition(value: unknown): { epoch: string; seq: number } | undefined {
  if (!isRecord(value)) return undefined;
  const { epoch, seq } = value;
  return typeof epoch === 'string' && Number.isSafeInteger(seq) && Number(seq) >= 0
    ? { epoch, seq: Number(seq) }
    : undefined;
}

function readNative(body: Record<string, unknown>): ReadFrame {
  const { type, id, topics, resume } = body;
  if (type === 'ping') return { frame: { type } };
  if (type !== 'subscribe' && type !== 'unsubscribe')
    return { wrong: "'type' is none of subscribe, unsubscribe, ping", ...(isId(id) && { id }) };
  if (!isId(id)) return { wrong: "'id' is no whole number" };
  if (!isTexts(topics)) return { wrong: "'topics' is no list of texts", id };
  if (type === 'unsubscribe') return { frame: { type, id, topics } };
  if (resume === undefined) return { frame: { type, id, topics } };
  const position = readPosition(resume);
  return position === undefined
    ? { wrong: "'resume' is no position: { epoch, seq }", id }
    : { frame: { type, id, topics, resume: position } };
}

function readRpc(body: Record<string, unknown>): ReadFrame {
  const { method, params, id } = body;
  const rpcId: RpcId = typeof id === 'number' || typeof id === 'string' ? id : null;
  if (method === 'ping') return { frame: { type: 'ping' }, rpcId };
  if (method !== 'subscribe' && method !== 'unsubscribe') {
    return { wrong: "'method' is none of subscribe, unsubscribe, ping", rpcId };
  }
  const channels = isRecord(params) ? params['channels'] : undefined;
  if (!isTexts(channels)) return { wrong: "'params.channels' is no list of texts", rpcId };
  return { frame: { type: method, id: 0, topics: channels }, rpcId };
}

/** Reads what a client sent: `{ type, id, topics }`, or `{ id, method, params: { channels } }`. Never throws. */
export function readFrame(text: string): ReadFrame {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { wrong: 'The message is no JSON.' };
  }
  if (!isRecord(body)) return { wrong: 'The message is no JSON object.' };
  return 'method' in body ? readRpc(body) : readNative(body);
}

/** The frame of an event, around the envelope as it came; it is not parsed again. */
export const eventText = {
  native: (seq: number, envelope: string) => `{"type":"event","seq":${seq},"event":${envelope}}`,
  rpc: (seq: number, envelope: string) =>
    `{"jsonrpc":"2.0","method":"event","params":{"seq":${seq},"event":${envelope}}}`
} as const;

const channelsOf = (topics: readonly TopicState[]) => topics.map(({ topic, ...rest }) => ({ channel: topic, ...rest }));

/** A frame of the protocol as a notification of the JSON-RPC form; answers to requests are written by {@link rpcAnswer}. */
export function rpcText(frame: HubServerFrame): string | undefined {
  switch (frame.type) {
    case 'unsubscribed':
    case 'error':
    case 'pong':
      return undefined;
    // No answer, as that would be written by rpcAnswer: a topic is refused later on.
    case 'subscribed':
      return JSON.stringify({ jsonrpc: '2.0', method: frame.type, params: { channels: channelsOf(frame.topics) } });
    default: {
      const { type, ...params } = frame;
      return JSON.stringify({ jsonrpc: '2.0', method: type, params });
    }
  }
}

/** The answer to a request of the JSON-RPC form. */
export function rpcAnswer(id: RpcId, frame: HubServerFrame): string {
  switch (frame.type) {
    case 'subscribed':
      return JSON.stringify({ jsonrpc: '2.0', id, result: { channels: channelsOf(frame.topics) } });
    case 'unsubscribed':
      return JSON.stringify({ jsonrpc: '2.0', id, result: { channels: frame.topics } });
    case 'error': {
      const code = frame.code === 'invalid_frame' ? -32600 : -32000;
      return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message: frame.detail, data: { code: frame.code } } });
    }
    default:
      return JSON.stringify({ jsonrpc: '2.0', id, result: frame.type });
  }
}
