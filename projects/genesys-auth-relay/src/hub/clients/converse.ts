import type { HubServerFrame } from 'genesys-auth-protocol';
import type { RelayClock } from '../../runtime/clock.ts';
import { createRateLimit } from '../../guard/rate.ts';
import type { HubClient } from './client.ts';
import { type ReadFrame, type RpcId, readFrame, rpcAnswer } from './dialect.ts';
import { textFrame } from './frame.ts';
import { type SubscribeParts, subscribe, unsubscribe } from './subscribe.ts';
import { readTopic } from '../topics/topic.ts';

/** Frames that a client may send in a minute; many at once are fine. */
const FRAMES_PER_MINUTE = 240;

/** The talk with one client: one frame after the other, each answered in the form it came in. */
export interface Conversation {
  hear(text: string): void;
}

type Request = Extract<ReadFrame, { frame: object }>;

/** Builds the conversation. */
export function converse(client: HubClient, parts: SubscribeParts, clock: RelayClock): Conversation {
  const budget = createRateLimit(FRAMES_PER_MINUTE, clock, 1);
  const asked = new Map<string, readonly string[]>();
  let turn: Promise<void> = Promise.resolve();

  function answer(frame: HubServerFrame, rpcId?: RpcId): void {
    if (client.dialect === 'rpc') client.write(textFrame(rpcAnswer(rpcId ?? null, frame)));
    else client.send(frame);
  }

  async function act({ frame, rpcId }: Request): Promise<void> {
    if (frame.type === 'ping') {
      answer({ type: 'pong' }, rpcId);
    } else if (frame.type === 'unsubscribe') {
      const keys = frame.topics.flatMap((name) => asked.get(name) ?? readTopic(name)?.map(({ key }) => key) ?? []);
      for (const name of frame.topics) asked.delete(name);
      unsubscribe(client, keys, parts.registry, clock.monotonic());
      answer({ type: 'unsubscribed', id: frame.id, topics: frame.topics }, rpcId);
    } else {
      const result = await subscribe(client, frame.topics, frame.resume, parts);
      if (result === 'too_many_topics') {
        const detail = `A client may have ${parts.limits.topics} topics. Subscribe to fewer, or raise notifications.topicsPerClient.`;
        answer({ type: 'error', id: frame.id, code: result, detail }, rpcId);
        return;
      }
      for (const [name, keys] of result.keys) if (keys.length > 0) asked.set(name, keys);
      answer({ type: 'subscribed', id: frame.id, topics: result.states }, rpcId);
      result.finish();
    }
  }

  return {
    hear(text) {
      const wait = budget.take('');
      if (wait > 0) {
        answer({ type: 'error', code: 'rate_limited', detail: `Too many messages. Wait ${wait} s.` });
        return;
      }
      const read = readFrame(text);
      if ('wrong' in read) {
        answer({
          type: 'error',
          code: 'invalid_frame',
          detail: read.wrong,
          ...(read.id !== undefined && { id: read.id })
        });
        return;
      }
      turn = turn
        .then(() => act(read))
        .catch(() => {
          answer({ type: 'error', code: 'invalid_frame', detail: 'The relay failed on this message.' });
        });
    }
  };
}
