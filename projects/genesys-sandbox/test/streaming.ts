import { WebSocket } from 'ws';
import type { ApiClient } from './harness.ts';
import { until } from './until.ts';

/** A frame of a channel, as it came. */
export interface Frame {
  readonly topicName?: string;
  readonly eventBody?: Record<string, unknown>;
  readonly metadata?: { readonly CorrelationId: string };
  readonly result?: string;
  readonly status?: string;
  readonly message?: string;
  readonly correlationId?: string;
}

const open = new Set<Listener>();

/** A socket on a channel, and what came on it. */
export class Listener {
  readonly frames: Frame[] = [];
  readonly socket: WebSocket;
  closed: { code: number; reason: string } | undefined;

  constructor(uri: string) {
    this.socket = new WebSocket(uri);
    this.socket.on('message', (data: Buffer) => {
      const frame: Frame = JSON.parse(data.toString('utf8'));
      this.frames.push(frame);
    });
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
    });
    open.add(this);
  }

  /** Connects; rejects with the status if the upgrade is refused. */
  static async to(uri: string): Promise<Listener> {
    const listener = new Listener(uri);
    await new Promise<void>((resolve, reject) => {
      listener.socket.on('open', resolve).on('error', reject);
    });
    return listener;
  }

  say(frame: object): void {
    this.socket.send(JSON.stringify(frame));
  }

  /** Waits until something holds of what has come. */
  until(condition: (listener: this) => boolean): Promise<void> {
    return until(() => condition(this), condition.toString());
  }

  /** Everything the server has sent before now has arrived: its answer to a ping came. */
  async settle(): Promise<void> {
    const pongs = (): number => this.frames.filter((frame) => frame.eventBody?.['message'] === 'pong').length;
    const before = pongs();
    this.say({ message: 'ping' });
    await this.until(() => pongs() > before || this.closed !== undefined);
  }

  /** The events of a topic; the beginning of its name will do. */
  of(topic: string): Frame[] {
    return this.frames.filter(({ topicName }) => topicName?.toLowerCase().startsWith(topic.toLowerCase()));
  }
}

/** Cuts the sockets that a test has left open. */
export function hangUp(): void {
  for (const { socket } of open) socket.terminate();
  open.clear();
}

/** A channel with topics. */
export async function channelOf(
  api: ApiClient,
  ...topics: string[]
): Promise<{ id: string; connectUri: string; expires: string }> {
  const { body, text } = await api.post('/api/v2/notifications/channels', '');
  if (topics.length > 0) {
    const answer = await api.post(
      `/api/v2/notifications/channels/${body.id}/subscriptions`,
      topics.map((id) => ({ id }))
    );
    if (answer.status !== 200) throw new Error(answer.text);
  }
  const channel: { id: string; connectUri: string; expires: string } = JSON.parse(text);
  return channel;
}
