import type { MetricEvent, RecordedMetric } from '../centre/metric-log.ts';
import type { QueuePlan } from '../centre/plan.ts';

/** How a metric of the API is read off the centre's log. */
export interface Derivation {
  /** `count`: only how often. `time`: milliseconds as well. */
  readonly kind: 'count' | 'time';
  readonly from: readonly RecordedMetric[];
  /** Which of the entries count; all, if absent. */
  readonly when?: (event: MetricEvent, queue: QueuePlan) => boolean;
}

/** Abandons sooner than this are "short". */
const SHORT_ABANDON_MS = 10_000;

const count = (...from: RecordedMetric[]): Derivation => ({ kind: 'count', from });
const time = (...from: RecordedMetric[]): Derivation => ({ kind: 'time', from });

/** The metrics the centre has figures for, besides the service level. */
export const DERIVATIONS: ReadonlyMap<string, Derivation> = new Map<string, Derivation>([
  ['nBlindTransferred', count('nTransferred')],
  ['nConnected', count('tAnswered')],
  ['nConversations', count('nOffered')],
  ['nOffered', count('nOffered')],
  ['nOverSla', { ...count('tAnswered'), when: (event, queue) => !inTime(event, queue) }],
  ['nTransferred', count('nTransferred')],
  ['tAbandon', time('tAbandon')],
  ['tAcd', time('tAnswered', 'tAbandon')],
  ['tAcw', time('tAcw')],
  ['tAlert', time('tAlert')],
  ['tAnswered', time('tAnswered')],
  ['tHandle', time('tHandle')],
  ['tHeld', time('tHeld')],
  ['tHeldComplete', time('tHeld')],
  ['tNotResponding', time('tNotResponding')],
  ['tShortAbandon', { ...time('tAbandon'), when: (event) => event.value < SHORT_ABANDON_MS }],
  ['tTalk', time('tTalk')],
  ['tTalkComplete', time('tTalk')],
  ['tWait', time('tAnswered', 'tAbandon')]
]);

/** Was this answered within the queue's service level? */
export function inTime(event: MetricEvent, queue: QueuePlan): boolean {
  return event.value <= queue.serviceLevel.durationMs;
}
