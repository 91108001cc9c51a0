import { NOTIFICATIONS_PROTOCOL, TICKET_PROTOCOL_PREFIX, type HubServerFrame } from 'genesys-auth-protocol';
import WebSocket from 'ws';
import { ask } from './ask.ts';
import { until } from './until.ts';

/** A frame as received: the relay's own or JSON-RPC. */
export type Frame = Record<string, unknown> & { readonly type?: string };

/** A hub client under the control of a test. */
export interface HubTestClient {
  readonly socket: WebSocket;
  /** Everything received. */
  readonly frames: readonly Frame[];
  /** Frames of one type. */
  of<T extends HubServerFrame['type']>(type: T): readonly Extract<HubServerFrame, { type: T }>[];
  send(frame: object): void;
  /** Subscribes and waits for the answer. */
  subscribe(topics: readonly string[], resume?: object): Promise<Extract<HubServerFrame, { type: 'subscribed' }>>;
  /** The close code, once it is closed. */
  readonly closed: Promise<number>;
  close(): void;
}

/** Gets a ticket as a page on this machine does. */
export async function ticketOf(url: string, headers: Record<string, string> = {}): Promise<string> {
  const answer = await ask(`${url}/notifications/ticket`, { headers: { 'x-genesys-auth': '1', ...headers } });
  if (answer.status !== 200) throw new Error(`no ticket: ${answer.status} ${answer.text}`);
  return String(answer.body['ticket']);
}

/** Opens a socket; fails with the HTTP status if the hub refuses. */
export function openHub(
  url: string,
  options: { readonly protocols?: readonly string[]; readonly headers?: Record<string, string> } = {}
): Promise<HubTestClient> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/notifications`, [...(options.protocols ?? [])], {
    headers: options.headers ?? {}
  });
  const frames: Frame[] = [];
  let id = 0;
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  const of = <T extends HubServerFrame['type']>(type: T) =>
    (frames as unknown as HubServerFrame[]).filter(
      (frame): frame is Extract<HubServerFrame, { type: T }> => frame.type === type
    );
  const client: HubTestClient = {
    socket,
    frames,
    of,
    send: (frame) => {
      socket.send(JSON.stringify(frame));
    },
    async subscribe(topics, resume) {
      const mine = (id += 1);
      client.send({ type: 'subscribe', id: mine, topics, ...(resume && { resume }) });
      return until(() => of('subscribed').find((frame) => frame.id === mine), 'the answer to a subscription');
    },
    closed,
    close: () => {
      socket.terminate();
    }
  };
  return new Promise((resolve, reject) => {
    socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString()) as Frame));
    socket.on('open', () => {
      resolve(client);
    });
    socket.on('unexpected-response', (request, response) => {
      request.destroy();
      reject(new Error(`refused: ${response.statusCode ?? 0}`));
    });
    socket.on('error', reject);
  });
}

/** Opens a socket as a page on this machine does: with a ticket. */
export async function openPage(url: string, headers: Record<string, string> = {}): Promise<HubTestClient> {
  const ticket = await ticketOf(url, headers);
  return openHub(url, { protocols: [NOTIFICATIONS_PROTOCOL, `${TICKET_PROTOCOL_PREFIX}${ticket}`], headers });
}
