import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Fault } from '../faults/fault.ts';
import { type Faults, strikes } from '../faults/faults.ts';
import { refusalOf } from '../faults/on-requests.ts';
import type { RequestLog } from '../http/request-log.ts';
import type { Timeline } from '../time/timeline.ts';
import type { Channel } from './channel.ts';
import type { Channels } from './channels.ts';
import { Connection } from './connection.ts';
import { HEARTBEAT, noLongerSubscribed, socketClosing } from './frames.ts';
import { answerFrame } from './in-band.ts';
import { type Upgrade, logUpgrade, refuseUpgrade } from './upgrade.ts';

const HEARTBEAT_MS = 30_000;
const GRACE_MS = 60_000;
const MAX_FRAME_BYTES = 128 * 1024;
const CHANNEL_PATH = /^\/channels\/([\w-]+)$/;

/** What {@link Streaming} works with. */
export interface StreamingParts {
  readonly channels: Channels;
  readonly faults: Faults;
  readonly timeline: Timeline;
  readonly log: RequestLog;
  readonly organizationId: string;
  /** Told when the first socket is there, and when the last one is gone. */
  readonly populated: (some: boolean) => void;
}

/** The sockets of the notification channels: `GET /channels/{channelId}`, where the channel's id is the credential. */
export class Streaming {
  readonly #parts: StreamingParts;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES, clientTracking: false });
  readonly #connections = new Set<Connection>();
  /** The sockets underneath, those that are no connection yet included: the host does not know them any more. */
  readonly #sockets = new Set<Duplex>();
  /** Connections that have been told to go: another may stand beside them. */
  readonly #leaving = new WeakSet<Connection>();

  constructor(parts: StreamingParts) {
    this.#parts = parts;
  }

  /** Takes over an upgrade request of the API host. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => this.#sockets.delete(socket));
    const { faults, timeline } = this.#parts;
    const upgrade: Upgrade = { request, socket, path: (request.url ?? '').split(/[?#]/, 1)[0] ?? '' };
    const late = faults.onRequest('latency', 'GET', upgrade.path, 'api');
    if (late === undefined) this.#admit(upgrade, head);
    else
      timeline.after(late.ms, () => {
        this.#admit(upgrade, head);
      });
  }

  /** How many sockets are open, half-open ones included. */
  get size(): number {
    return this.#connections.size;
  }

  /** Does to the sockets what a fault does, and says to how many. */
  strike(fault: Fault): number {
    const struck = [...this.#connections].filter(({ channel }) => strikes(fault, channel.client.id));
    for (const connection of struck) this.#suffer(connection, fault);
    return struck.length;
  }

  /** Cuts everything. */
  close(): void {
    for (const connection of [...this.#connections]) connection.drop();
    for (const socket of [...this.#sockets]) socket.destroy();
    this.#server.close();
  }

  #admit(upgrade: Upgrade, head: Buffer): void {
    const { channels, faults, timeline, log } = this.#parts;
    const { request, socket, path } = upgrade;
    if (faults.onRequest('dropConnection', 'GET', path, 'api') !== undefined) {
      socket.destroy();
      return;
    }
    const fault = refusalOf(faults, 'GET', path, 'api');
    const [, id] = CHANNEL_PATH.exec(path) ?? [];
    const channel = id === undefined ? undefined : channels.find(id);
    if (fault !== undefined || channel === undefined) {
      const status = fault?.status ?? (id === undefined ? 404 : 401);
      refuseUpgrade(upgrade, status, fault?.retryAfterSeconds);
      logUpgrade(upgrade, status, timeline.now(), log);
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      logUpgrade(upgrade, 101, timeline.now(), log);
      this.#connect(channel, webSocket);
    });
  }

  #connect(channel: Channel, webSocket: WebSocket): void {
    const { faults, timeline, organizationId } = this.#parts;
    const connection = new Connection(channel, webSocket);
    for (const other of this.#connections) {
      if (other.channel !== channel || this.#leaving.has(other)) continue;
      other.send(noLongerSubscribed(channel, organizationId));
      other.close(1000, 'another connection uses this channel');
    }
    this.#connections.add(connection);
    this.#parts.populated(true);
    channel.sockets.add(connection);
    channel.usedAt = timeline.now();
    const stop = timeline.every(HEARTBEAT_MS, () => {
      if (faults.onSocket('missHeartbeats', channel.client.id) === undefined) connection.send(HEARTBEAT);
    });
    webSocket.on('message', (data) => {
      channel.usedAt = timeline.now();
      connection.send(answerFrame(channel, textOf(data), timeline));
    });
    webSocket.on('error', () => undefined);
    webSocket.on('close', () => {
      stop();
      this.#connections.delete(connection);
      channel.sockets.delete(connection);
      this.#parts.populated(this.#connections.size > 0);
    });
    for (const type of ['dropSockets', 'closeSockets', 'freezeSockets', 'socketClosing'] as const) {
      const fault = faults.onSocket(type, channel.client.id);
      if (fault !== undefined) this.#suffer(connection, fault);
    }
  }

  #suffer(connection: Connection, fault: Fault): void {
    switch (fault.type) {
      case 'dropSockets':
        connection.drop();
        break;
      case 'closeSockets':
        connection.close(fault.code ?? 1001, fault.reason ?? 'going away');
        break;
      case 'freezeSockets':
        connection.freeze();
        break;
      case 'socketClosing':
        this.#announceClosing(connection, fault.graceMs ?? GRACE_MS);
        break;
      default:
        break;
    }
  }

  #announceClosing(connection: Connection, graceMs: number): void {
    const { timeline, organizationId } = this.#parts;
    this.#leaving.add(connection);
    connection.send(socketClosing(connection.channel, organizationId, Math.round(graceMs / 1000)));
    timeline.after(graceMs, () => {
      if (this.#connections.has(connection)) connection.close(1001, 'going away');
    });
  }
}

function textOf(data: Buffer | ArrayBuffer | Buffer[]): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}
