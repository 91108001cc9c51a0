import type { GapReason, HubEvent, HubServerFrame, TopicState } from 'genesys-auth-protocol';
import { isObject } from '../socket';

/** A frame of the hub, checked. */
export type HubFrame = HubServerFrame;

type Fields = Readonly<Record<string, unknown>>;

const GAP_REASONS: ReadonlySet<unknown> = new Set<GapReason>(['upstream', 'slow', 'resume']);

/** Checks the form of each kind of frame. */
const CHECKS: Readonly<Record<HubFrame['type'], (frame: Fields) => boolean>> = {
  welcome: ({ epoch, seq, heartbeatSeconds }) =>
    isText(epoch) && isNumber(seq) && isNumber(heartbeatSeconds) && heartbeatSeconds > 0,
  subscribed: ({ id, topics }) => isNumber(id) && Array.isArray(topics) && topics.every(isTopicState),
  unsubscribed: ({ id }) => isNumber(id),
  event: ({ seq, event }) => isNumber(seq) && isEvent(event),
  gap: ({ seq, topics, reason }) => isNumber(seq) && isTexts(topics) && GAP_REASONS.has(reason),
  upstream: ({ live }) => typeof live === 'boolean',
  heartbeat: ({ seq }) => isNumber(seq),
  pong: () => true,
  closing: () => true,
  error: ({ id, code, detail }) => (id === undefined || isNumber(id)) && isText(code) && typeof detail === 'string'
};

/** Reads what the hub said; `undefined` for what this version does not know, or what makes no sense. */
export function readHubFrame(frame: Fields): HubFrame | undefined {
  return isHubFrame(frame) ? frame : undefined;
}

function isHubFrame(frame: unknown): frame is HubFrame {
  if (!isObject(frame)) return false;
  const { type } = frame;
  return typeof type === 'string' && isType(type) && CHECKS[type](frame);
}

const isType = (type: string): type is HubFrame['type'] => Object.hasOwn(CHECKS, type);
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isEvent = (value: unknown): value is HubEvent => isObject(value) && isText(value['topicName']);
const isTopicState = (value: unknown): value is TopicState =>
  isObject(value) && isText(value['topic']) && (value['state'] === 'permitted' || value['state'] === 'rejected');
