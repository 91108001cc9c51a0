/**
 * An event of Genesys Cloud, as it came.
 *
 * @typeParam T form of the body, see {@link EventBodyOf}
 */
export interface GenesysEvent<T = unknown> {
  /** The topic in Genesys Cloud's spelling; of a combined topic, the part it belongs to. */
  readonly topicName: string;
  /** Version of the envelope; Genesys Cloud sends `"2"`. */
  readonly version?: string;
  /** What happened; its form depends on the topic. */
  readonly eventBody: T;
  /** `CorrelationId` names the event: one that comes twice has the same. */
  readonly metadata?: { readonly CorrelationId?: string };
}

/** Statistics of a metric: which are there depends on the metric. Times in milliseconds. */
export interface GenesysStatistics {
  /** How many. */
  readonly count?: number;
  /** Sum of all values. */
  readonly sum?: number;
  /** Smallest value. */
  readonly min?: number;
  /** Largest value. */
  readonly max?: number;
  /** `numerator` over `denominator`, for a service level. */
  readonly ratio?: number;
  /** How many met the target. */
  readonly numerator?: number;
  /** How many there were. */
  readonly denominator?: number;
  /** The target as a ratio, from 0 to 1. */
  readonly target?: number;
  /** What Genesys Cloud worked out itself, for example an estimated wait. */
  readonly calculatedMetricValue?: number;
}

/**
 * Body of `v2.analytics.queues.{id}.observations`: figures of a queue, by medium, or of its agents (without `mediaType`).
 * An `interval` that begins where it ends is the present; a longer one holds the aggregates of the current half hour.
 */
export interface QueueObservationsBody {
  /** Which queue the figures are of, and of which medium, such as `voice`. */
  readonly group: { readonly queueId: string; readonly mediaType?: string };
  /** The figures, one entry for each interval (ISO 8601). */
  readonly data?: readonly {
    readonly interval: string;
    readonly metrics?: readonly {
      readonly metric: string;
      readonly qualifier?: string;
      readonly stats: GenesysStatistics;
    }[];
  }[];
}

/** Body of `v2.users.{id}.presence`. */
export interface UserPresenceBody {
  /** Who set it, such as `PURECLOUD`. */
  readonly source?: string;
  /** The presence of the organization, and the one of the system behind it, such as `AVAILABLE`. */
  readonly presenceDefinition: { readonly id: string; readonly systemPresence: string };
  /** Whether this source decides what others see. */
  readonly primary?: boolean;
  /** What the user wrote beside it. */
  readonly message?: string;
  /** When it was set, ISO 8601. */
  readonly modifiedDate: string;
}

/** Body of `v2.users.{id}.routingStatus`. */
export interface UserRoutingStatusBody {
  /** Id of the user. */
  readonly id: string;
  /** Such as `IDLE` or `INTERACTING`, and since when (ISO 8601). */
  readonly routingStatus: { readonly status: string; readonly startTime: string };
}

/** Body of `v2.users.{id}.activity`. */
export interface UserActivityBody extends UserRoutingStatusBody {
  /** The presence, as in {@link UserPresenceBody}. */
  readonly presence: Pick<UserPresenceBody, 'presenceDefinition' | 'modifiedDate'>;
  /** Whether the user has said to be out of office. */
  readonly outOfOffice?: { readonly active: boolean; readonly modifiedDate?: string };
  /** Ids of the queues the user is active in. */
  readonly activeQueueIds?: readonly string[];
  /** When those changed, ISO 8601. */
  readonly dateActiveQueuesChanged?: string;
}

/** Body of `v2.users.{id}.conversations`, `v2.routing.queues.{id}.conversations` and those of one medium. */
export interface ConversationBody {
  /** Id of the conversation. */
  readonly id: string;
  /** The participants: customer, flow, queue, agent; each with its parts by medium. Times are ISO 8601. */
  readonly participants?: readonly {
    readonly id: string;
    readonly purpose: string;
    readonly userId?: string;
    readonly queueId?: string;
    readonly connectedTime?: string;
    readonly endTime?: string;
    readonly calls?: readonly ConversationPart[];
    readonly chats?: readonly ConversationPart[];
    readonly emails?: readonly ConversationPart[];
    readonly messages?: readonly ConversationPart[];
    readonly callbacks?: readonly ConversationPart[];
  }[];
}

/** How far a participant's part of a conversation has come. */
export interface ConversationPart {
  /** Id of the part. */
  readonly id: string;
  /** Such as `alerting`, `connected`, `disconnected`. */
  readonly state: string;
  /** `inbound` or `outbound`. */
  readonly direction?: string;
}

/** The body of a topic's events, where it is known by the topic's name. */
export type EventBodyOf<T extends string> = T extends `v2.analytics.queues.${string}.observations`
  ? QueueObservationsBody
  : T extends `v2.users.${string}?${string}`
    ? unknown
    : T extends `v2.users.${string}.presence`
      ? UserPresenceBody
      : T extends `v2.users.${string}.routingStatus`
        ? UserRoutingStatusBody
        : T extends `v2.users.${string}.activity`
          ? UserActivityBody
          : T extends `v2.${'users' | 'routing.queues'}.${string}.conversations${'' | `.${ConversationMedia}`}`
            ? ConversationBody
            : unknown;

type ConversationMedia = 'calls' | 'chats' | 'emails' | 'messages' | 'callbacks';
