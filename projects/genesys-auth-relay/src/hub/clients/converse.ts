import type { HubErrorCode, HubServerFrame } from 'genesys-auth-protocol';
import type { RelayClock } from '../../runtime/clock.ts';
import { createRateLimit } from '../../guard/rate.ts';
import type { HubClient } from './client.ts';
import { type ReadFrame, type RpcId, idsOf, readFrame, rpcAnswer } from './dialect.ts';
import { textFrame } from './frame.ts';
import { type SubscribeParts, subscribe } from './subscribe.ts';
import { readTopic } from '../topics/topic.ts';

/** Frames that a client may send in a minute; many at once are fine. */
const FRAMES_PER_MINUTE = 240;

/** The talk with one client: one frame after the other, each answered in the form it came in. */
export interface Conversation {
  hear(text: string): void;
}

/** Characters of a message that is read although it is one too many. */
const SHORT = 2048;

type Request = Extract<ReadFrame, { frame: object }>;

/** Builds the conversation. */
export function converse(client: HubClient, parts: SubscribeParts, clock: RelayClock): Conversation {
  const budget = createRateLimit(FRAMES_PER_MINUTE, clock, 1);
  const asked = new Map<string, readonly string[]>();
  let first = true;
  let turn: Promise<void> = Promise.resolve();

  function answer(frame: HubServerFrame, rpcId?: RpcId): void {
    if (client.dialect === 'rpc') client.write(textFrame(rpcAnswer(rpcId ?? null, frame)));
    else client.send(frame);
  }

  function refuse(read: ReadFrame | undefined, code: HubErrorCode, detail: string): void {
    const { id, rpcId } = read === undefined ? {} : idsOf(read);
    answer({ type: 'error', code, detail, ...(id !== undefined && { id }) }, rpcId);
  }

  async function act({ frame, rpcId }: Request): Promise<void> {
    if (frame.type === 'ping') {
      answer({ type: 'pong' }, rpcId);
    } else if (frame.type === 'unsubscribe') {
      const keys = frame.topics.flatMap((name) => asked.get(name) ?? readTopic(name)?.map(({ key }) => key) ?? []);
      for (const name of frame.topics) asked.delete(name);
      parts.registry.leave(client, keys, clock.monotonic());
      answer({ type: 'unsubscribed', id: frame.id, topics: frame.topics }, rpcId);
    } else {
      // A position counts once, after the connect: with every frame it would have the memory sent again and again.
      const resume = first ? frame.resume : undefined;
      first = false;
      const result = await subscribe(client, frame.topics, resume, parts);
      if (result === undefined) return;
      for (const [name, keys] of result.keys) if (keys.length > 0) asked.set(name, keys);
      answer({ type: 'subscribed', id: frame.id, topics: result.states }, rpcId);
      result.finish();
    }
  }

  return {
    hear(text) {
      const wait = budget.take('');
      // Beyond the limit only what is short is read, for its id: reading costs more than a refusal should.
      const read = wait > 0 && text.length > SHORT ? undefined : readFrame(text);
      if (read === undefined || wait > 0) {
        refuse(read, 'rate_limited', `Too many messages. Wait ${wait} s.`);
        return;
      }
      if ('wrong' in read) {
        refuse(read, 'invalid_frame', read.wrong);
        return;
      }
      turn = turn
        .then(() => act(read))
        .catch(() => {
          refuse(read, 'internal_error', 'The relay failed on this message. Try again.');
        });
    }
  };
}
