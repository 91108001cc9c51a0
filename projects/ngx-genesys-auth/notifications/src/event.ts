/** An event of Genesys Cloud, as it came. */
export interface GenesysEvent<T = unknown> {
  /** The topic in Genesys Cloud's spelling; of a combined topic, the part it belongs to. */
  readonly topicName: string;
  readonly version?: string;
  readonly eventBody: T;
  readonly metadata?: { readonly CorrelationId?: string };
}

/** Statistics of a metric: which are there depends on the metric. Times in milliseconds. */
export interface GenesysStatistics {
  readonly count?: number;
  readonly sum?: number;
  readonly min?: number;
  readonly max?: number;
  readonly ratio?: number;
  readonly numerator?: number;
  readonly denominator?: number;
  readonly target?: number;
  readonly calculatedMetricValue?: number;
}

/**
 * Body of `v2.analytics.queues.{id}.observations`: figures of a queue, by medium, or of its agents (without `mediaType`).
 * An `interval` that begins where it ends is the present; a longer one holds the aggregates of the current half hour.
 */
export interface QueueObservationsBody {
  readonly group: { readonly queueId: string; readonly mediaType?: string };
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
  readonly source?: string;
  readonly presenceDefinition: { readonly id: string; readonly systemPresence: string };
  readonly primary?: boolean;
  readonly message?: string;
  readonly modifiedDate: string;
}

/** Body of `v2.users.{id}.routingStatus`. */
export interface UserRoutingStatusBody {
  readonly id: string;
  readonly routingStatus: { readonly status: string; readonly startTime: string };
}

/** Body of `v2.users.{id}.activity`. */
export interface UserActivityBody extends UserRoutingStatusBody {
  readonly presence: Pick<UserPresenceBody, 'presenceDefinition' | 'modifiedDate'>;
  readonly outOfOffice?: { readonly active: boolean; readonly modifiedDate?: string };
  readonly activeQueueIds?: readonly string[];
  readonly dateActiveQueuesChanged?: string;
}

/** Body of `v2.users.{id}.conversations`, `v2.routing.queues.{id}.conversations` and those of one medium. */
export interface ConversationBody {
  readonly id: string;
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
  readonly id: string;
  readonly state: string;
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
