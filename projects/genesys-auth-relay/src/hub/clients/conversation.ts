import type { HubErrorCode, HubServerFrame } from 'genesys-auth-protocol';
import type { RelayClock } from '../../runtime/clock.ts';
import { createRateLimit } from '../../guard/rate.ts';
import type { HubClient } from './client.ts';
import { type ReadFrame, type RpcId, idsOf, readFrame, rpcAnswer } from './dialect.ts';
import { textFrame } from './frame.ts';
import { type SubscribeParts, subscribe } from './subscribe.ts';
import { readAlias } from '../topics/aliases.ts';
import { readTopic } from '../topics/topic.ts';

/** Frames that a client may send in a minute. It may send them all at once. */
const FRAMES_PER_MINUTE = 240;
/** Characters of the frames of a client that may wait for the answer to an earlier one: one frame of the largest size. */
const WAITING_CHARACTERS = 262_144;
/** A frame may name as many topics as a client may have, and at least this many, so that each name gets its own answer. */
const MIN_NAMES = 100;

/** The conversation with one client. Frames are handled in order, and each is answered in its own format. */
export interface Conversation {
  receive(text: string): void;
}

/** Maximum length of a message above the limit that is still parsed, for its id. */
const SHORT = 2048;

type Request = Extract<ReadFrame, { frame: object }>;

/** Builds the conversation. */
export function createConversation(client: HubClient, parts: SubscribeParts, clock: RelayClock): Conversation {
  const frameLimit = createRateLimit(FRAMES_PER_MINUTE, clock, 1);
  const maxNames = Math.max(MIN_NAMES, parts.limits.topics);
  /** Topics of the aliases that the client has subscribed to. It has at most one entry for each alias. */
  const lists = new Map<string, readonly string[]>();
  let waiting = 0;
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

  function keysOf(name: string): readonly string[] {
    const meaning = readAlias(name);
    if (meaning !== undefined && 'each' in meaning) return lists.get(name.toLowerCase()) ?? [];
    return (meaning?.topics ?? [name]).flatMap((topic) => readTopic(topic) ?? []).map(({ key }) => key);
  }

  async function handleFrame({ frame, rpcId }: Request): Promise<void> {
    if (frame.type === 'ping') {
      answer({ type: 'pong' }, rpcId);
    } else if (frame.type === 'unsubscribe') {
      const keys = new Set(frame.topics.flatMap((name) => keysOf(name)));
      for (const name of frame.topics) lists.delete(name.toLowerCase());
      parts.registry.leave(client, keys, clock.monotonic());
      answer({ type: 'unsubscribed', id: frame.id, topics: frame.topics }, rpcId);
    } else {
      // Only the first subscription may resume: otherwise a client could make the relay send its memory with every frame.
      const resume = first ? frame.resume : undefined;
      first = false;
      const result = await subscribe(client, frame.topics, resume, parts);
      if (result === undefined) return;
      for (const [alias, keys] of result.lists) lists.set(alias, keys);
      answer({ type: 'subscribed', id: frame.id, topics: result.states }, rpcId);
      result.finish();
    }
  }

  return {
    receive(text) {
      if (!client.open) return;
      const wait = frameLimit.take('');
      // Above the limit only short messages are parsed, for their id: parsing costs more than a refusal should.
      const read = wait > 0 && text.length > SHORT ? undefined : readFrame(text);
      if (read === undefined || wait > 0) {
        refuse(read, 'rate_limited', `Too many messages. Wait ${wait} s.`);
        return;
      }
      if ('wrong' in read) {
        refuse(read, 'invalid_frame', read.wrong);
        return;
      }
      if ('topics' in read.frame && read.frame.topics.length > maxNames) {
        refuse(read, 'invalid_frame', `A message may name ${maxNames} topics at most. Send several messages.`);
        return;
      }
      if (waiting + text.length > WAITING_CHARACTERS) {
        refuse(
          read,
          'rate_limited',
          'Too many messages wait for an answer. Wait for the answers before you send more.'
        );
        return;
      }
      waiting += text.length;
      turn = turn
        .then(() => handleFrame(read))
        .catch(() => {
          refuse(read, 'internal_error', 'The relay failed on this message. Try again.');
        })
        .finally(() => {
          waiting -= text.length;
        });
    }
  };
}
