import { GenesysError } from '../http/errors.ts';
import type { SandboxClock } from '../options.ts';
import type { Channel } from './channel.ts';
import { PONG } from './frames.ts';
import { addTopics, removeTopics } from './subscribe.ts';

/** Answers what a client says on its socket: `ping`, `subscribe`, `unsubscribe`. */
export function answerFrame(channel: Channel, text: string, clock: SandboxClock): object {
  const frame = parse(text);
  const message = frame?.['message'];
  const correlationId = frame?.['correlationId'];
  const id = typeof correlationId === 'string' ? { correlationId } : {};
  switch (message) {
    case 'ping':
      return PONG;
    case 'subscribe':
    case 'unsubscribe':
      return { ...change(channel, message, frame?.['topics'], clock), ...id };
    default:
      return { result: '404', message: 'Unknown message', ...id };
  }
}

function change(
  channel: Channel,
  message: 'subscribe' | 'unsubscribe',
  topics: unknown,
  clock: SandboxClock
): Record<string, unknown> {
  if (!Array.isArray(topics) || !topics.every((topic) => typeof topic === 'string'))
    return { result: '400', status: 'failure', message: 'topics must be a list of strings' };
  try {
    if (message === 'subscribe') addTopics(channel, topics, false, clock.now());
    else removeTopics(channel, topics, clock.now());
    return { result: '200', status: `${message}d`, topics };
  } catch (error) {
    if (!(error instanceof GenesysError)) throw error;
    return { result: '400', status: 'failure', message: error.message };
  }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
