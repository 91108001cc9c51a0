/** Metrics about conversations: one figure per queue and media type. */
export const CONVERSATION_METRICS = [
  'oAlerting',
  'oInteracting',
  'oLongestInteracting',
  'oLongestWaiting',
  'oWaiting'
] as const;
/** Metrics about agents: figures per queue, most of them split by a qualifier. */
export const USER_METRICS = [
  'oActiveUsers',
  'oMemberUsers',
  'oOffQueueUsers',
  'oOnQueueUsers',
  'oUserPresences',
  'oUserRoutingStatuses'
] as const;

/** A metric about conversations. */
export type ConversationMetric = (typeof CONVERSATION_METRICS)[number];
/** Any metric of the query. */
export type Metric = ConversationMetric | (typeof USER_METRICS)[number];

/** All of them, sorted. */
export const METRICS: readonly Metric[] = [...CONVERSATION_METRICS, ...USER_METRICS].sort();
/** Those that can list what they count. */
export const DETAIL_METRICS = METRICS.filter((metric) => !metric.startsWith('oLongest'));
/** One figure of an answer. */
export interface ObservationData {
  readonly metric: Metric;
  readonly qualifier?: string;
  readonly stats: { readonly count: number } | { readonly calculatedMetricValue: number };
  readonly truncated?: boolean;
  readonly observations?: readonly object[];
}
