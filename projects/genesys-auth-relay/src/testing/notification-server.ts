import { randomUUID } from 'node:crypto';
import { type IncomingMessage, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** A channel as the test's Genesys Cloud knows it. */
interface Channel {
  readonly id: string;
  topics: readonly string[];
  socket: WebSocket | undefined;
}

/** Token endpoint, API and notification service in one, under the control of a test, which also causes every failure. */
export interface NotificationServer {
  readonly tokenEndpoint: string;
  readonly apiOrigin: string;
  /** Requests so far, as `METHOD path`. */
  readonly requests: readonly string[];
  /** Topics of every channel that has a socket. */
  topics(): readonly (readonly string[])[];
  /** Sockets opened so far. */
  readonly sockets: number;
  /** Number of pings received so far. */
  readonly pings: number;
  /** Sends an event to all subscribers of the topic. */
  emit(topic: string, body: unknown, id?: string): void;
  /** Sends any text to every socket. */
  say(text: string): void;
  /** Cuts every socket. */
  drop(): void;
  /** Freezes every open socket: nothing is sent, and nothing is closed. */
  freeze(): void;
  /** Announces that every socket will be closed. A second socket of a channel ends the first, as at the real service. */
  announceClosing(): void;
  /** Answers every call with this status from now on; `undefined` ends that. */
  fail(status: number | undefined, headers?: Record<string, string>): void;
  /** Holds the next call that begins like this (`GET /path`). Resolves when it arrives, to a function that releases it. */
  hold(call: string): Promise<() => void>;
  /** Removes all channels. Their sockets stay open. */
  forgetChannels(): void;
  /** Ids of the clients that got a token, in order. */
  readonly clientIds: readonly string[];
  /** Topics that are refused from now on, in lower case. */
  readonly rejected: Set<string>;
  /** Removes all channels, and revokes the token that created them. */
  revoke(): void;
  close(): Promise<void>;
}

function bodyOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      resolve(Buffer.concat(chunks).toString());
    });
  });
}

/** Starts one. */
export async function startNotificationServer(): Promise<NotificationServer> {
  const channels = new Map<string, Channel>();
  const requests: string[] = [];
  const rejected = new Set<string>();
  const clientIds: string[] = [];
  const frozen = new WeakSet<WebSocket>();
  const held = new Map<string, () => Promise<void>>();
  let status: number | undefined;
  let failureHeaders: Record<string, string> = {};
  let tokens = 0;
  let pings = 0;
  let opened = 0;
  let liveToken = '';
  let origin = '';

  /** The answer to a call: status and body. */
  function answerTo(method: string, path: string, authorization: string | undefined, text: string): [number, object] {
    if (path === '/oauth/token') {
      liveToken = `token-${(tokens += 1)}`;
      const [clientId = ''] = Buffer.from((authorization ?? '').replace('Basic ', ''), 'base64')
        .toString()
        .split(':');
      clientIds.push(clientId);
      return [200, { access_token: liveToken, token_type: 'bearer', expires_in: 3600 }];
    }
    if (authorization !== `Bearer ${liveToken}`) return [401, { code: 'bad.credentials' }];
    if (status !== undefined) return [status, {}];
    if (path === '/api/v2/notifications/channels') {
      const made: Channel = { id: randomUUID(), topics: [], socket: undefined };
      channels.set(made.id, made);
      const expires = new Date(Date.now() + 86_400_000).toISOString();
      return [200, { id: made.id, connectUri: `${origin.replace('http', 'ws')}/channels/${made.id}`, expires }];
    }
    const channel = channels.get(/channels\/([^/]+)\/subscriptions$/.exec(path)?.[1] ?? '');
    if (channel !== undefined) {
      const asked = method === 'DELETE' ? [] : (JSON.parse(text) as { id: string }[]).map(({ id }) => id);
      const isRefused = (topic: string) => rejected.has(topic.toLowerCase());
      channel.topics = asked.filter((topic) => !isRefused(topic));
      const refusal = { state: 'Rejected', rejectionReason: 'not for you' };
      return [200, { entities: asked.map((id) => ({ id, ...(isRefused(id) ? refusal : { state: 'Permitted' }) })) }];
    }
    if (path === '/api/v2/routing/queues') return [200, { entities: [{ id: 'q1' }, { id: 'q2' }], pageCount: 1 }];
    return [path === '/api/v2/tokens/me' ? 200 : 404, {}];
  }

  const server = createServer((request, response) => {
    void bodyOf(request).then(async (text) => {
      const [path = ''] = (request.url ?? '').split('?');
      const call = `${request.method ?? ''} ${path}`;
      requests.push(call);
      await [...held].find(([start]) => call.startsWith(start))?.[1]();
      const [code, body] = answerTo(request.method ?? '', path, request.headers.authorization, text);
      const headers = code === status ? failureHeaders : {};
      response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    });
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    const channel = channels.get((request.url ?? '').replace('/channels/', ''));
    if (channel === undefined || status !== undefined) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      opened += 1;
      channel.socket?.close(1000);
      channel.socket = webSocket;
      webSocket.on('message', () => {
        pings += 1;
        if (frozen.has(webSocket)) return;
        webSocket.send(JSON.stringify({ topicName: 'channel.metadata', eventBody: { message: 'pong' } }));
      });
      webSocket.on('close', () => {
        if (channel.socket === webSocket) channel.socket = undefined;
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const live = () =>
    [...channels.values()].flatMap((channel) => (channel.socket ? [{ ...channel, socket: channel.socket }] : []));

  return {
    tokenEndpoint: `${origin}/oauth/token`,
    apiOrigin: origin,
    requests,
    rejected,
    clientIds,
    get sockets() {
      return opened;
    },
    get pings() {
      return pings;
    },
    topics: () => live().map(({ topics }) => topics),
    emit(topicName, eventBody, id = randomUUID()) {
      const text = JSON.stringify({ topicName, version: '2', eventBody, metadata: { CorrelationId: id } });
      for (const { topics, socket } of live()) {
        const isWanted = topics.some((topic) => topic.toLowerCase() === topicName.toLowerCase());
        if (isWanted && !frozen.has(socket)) socket.send(text);
      }
    },
    say(text) {
      for (const { socket } of live()) socket.send(text);
    },
    drop() {
      for (const { socket } of live()) socket.terminate();
    },
    announceClosing() {
      for (const { socket } of live()) {
        socket.send(JSON.stringify({ topicName: 'v2.system.socket_closing', eventBody: { message: 'soon' } }));
      }
    },
    fail(next, headers = {}) {
      status = next;
      failureHeaders = headers;
    },
    hold: (call) =>
      new Promise((arrived) => {
        held.set(call, () => {
          held.delete(call);
          return new Promise((goOn) => {
            arrived(goOn);
          });
        });
      }),
    forgetChannels() {
      channels.clear();
    },
    freeze() {
      for (const { socket } of live()) frozen.add(socket);
    },
    revoke() {
      liveToken = '';
      for (const { socket } of live()) socket.terminate();
      channels.clear();
    },
    close: () =>
      new Promise((resolve) => {
        for (const { socket } of live()) socket.terminate();
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      })
  };
}
