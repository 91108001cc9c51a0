import type { HubClientFrame, HubServerFrame, TopicState } from 'genesys-auth-protocol';

/** A JSON-RPC request, with its id unchanged. */
export type RpcId = number | string | null;

/** A parsed frame. `rpcId` is set when the client expects an answer in the JSON-RPC format. */
export type ReadFrame =
  | { readonly frame: HubClientFrame; readonly rpcId?: RpcId }
  | { readonly wrong: string; readonly id?: number; readonly rpcId?: RpcId };

/** The content of the answer to a frame, in either format. */
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
    return { wrong: "'type' must be subscribe, unsubscribe or ping", ...(isId(id) && { id }) };
  if (!isId(id)) return { wrong: "'id' is not a whole number" };
  if (!isTexts(topics)) return { wrong: "'topics' is not a list of strings", id };
  if (type === 'unsubscribe') return { frame: { type, id, topics } };
  if (resume === undefined) return { frame: { type, id, topics } };
  const position = readPosition(resume);
  return position === undefined
    ? { wrong: "'resume' is not a position: { epoch, seq }", id }
    : { frame: { type, id, topics, resume: position } };
}

function readRpc(body: Record<string, unknown>): ReadFrame {
  const { method, params, id } = body;
  const rpcId: RpcId = typeof id === 'number' || typeof id === 'string' ? id : null;
  if (method === 'ping') return { frame: { type: 'ping' }, rpcId };
  if (method !== 'subscribe' && method !== 'unsubscribe') {
    return { wrong: "'method' must be subscribe, unsubscribe or ping", rpcId };
  }
  const channels = isRecord(params) ? params['channels'] : undefined;
  if (!isTexts(channels)) return { wrong: "'params.channels' is not a list of strings", rpcId };
  return { frame: { type: method, id: 0, topics: channels }, rpcId };
}

/** Parses a message of a client: `{ type, id, topics }`, or `{ id, method, params: { channels } }`. Never throws. */
export function readFrame(text: string): ReadFrame {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { wrong: 'The message is not valid JSON.' };
  }
  if (!isRecord(body)) return { wrong: 'The message is not a JSON object.' };
  return 'method' in body ? readRpc(body) : readNative(body);
}

/** The frame of an event. It holds the envelope unchanged, which is not parsed again. */
export const eventText = {
  native: (seq: number, envelope: string) => `{"type":"event","seq":${seq},"event":${envelope}}`,
  rpc: (seq: number, envelope: string) =>
    `{"jsonrpc":"2.0","method":"event","params":{"seq":${seq},"event":${envelope}}}`
} as const;

const channelsOf = (topics: readonly TopicState[]) => topics.map(({ topic, ...rest }) => ({ channel: topic, ...rest }));

/** A protocol frame as a JSON-RPC notification. {@link rpcAnswer} writes the answers to requests. */
export function rpcText(frame: HubServerFrame): string | undefined {
  switch (frame.type) {
    case 'unsubscribed':
    case 'error':
    case 'pong':
      return undefined;
    // Not an answer, which rpcAnswer would write: the topic was refused later.
    case 'subscribed':
      return JSON.stringify({ jsonrpc: '2.0', method: frame.type, params: { channels: channelsOf(frame.topics) } });
    default: {
      const { type, ...params } = frame;
      return JSON.stringify({ jsonrpc: '2.0', method: type, params });
    }
  }
}

/** The answer to a JSON-RPC request. */
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
