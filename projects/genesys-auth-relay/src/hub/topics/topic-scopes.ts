import { isCovered, isScopeToken } from 'genesys-scopes';

/**
 * The scope that the events of a topic need, by the start of its name: the scope of the REST operations that show the same data.
 * The notification service itself checks only `notifications`, which would let every client read everything. The first matching
 * pattern counts; `*` matches one part of the name.
 */
const TABLE: readonly (readonly [pattern: string, scope: string])[] = [
  ['v2.analytics', 'analytics:readonly'],
  ['v2.architect', 'architect:readonly'],
  ['v2.bot.conversation', 'conversations:readonly'],
  ['v2.businessunits', 'workforce-management:readonly'],
  ['v2.contentmanagement', 'content-management:readonly'],
  ['v2.conversations', 'conversations:readonly'],
  ['v2.detail.events.conversation', 'conversations:readonly'],
  ['v2.employeeperformance', 'employee-performance:readonly'],
  ['v2.externalcontacts', 'external-contacts:readonly'],
  ['v2.flows', 'architect:readonly'],
  ['v2.gamification', 'gamification:readonly'],
  ['v2.groups', 'groups:readonly'],
  ['v2.integrations', 'integrations:readonly'],
  ['v2.journey', 'journey:readonly'],
  ['v2.managementunits', 'workforce-management:readonly'],
  ['v2.outbound', 'outbound:readonly'],
  ['v2.quality', 'quality:readonly'],
  ['v2.routing', 'routing:readonly'],
  ['v2.speechandtextanalytics', 'speech-and-text-analytics:readonly'],
  ['v2.taskmanagement', 'workitems:readonly'],
  ['v2.telephony', 'telephony:readonly'],
  ['v2.users.*.alerting', 'alerting:readonly'],
  ['v2.users.*.analytics', 'analytics:readonly'],
  ['v2.users.*.conversations', 'conversations:readonly'],
  ['v2.users.*.conversationsummary', 'conversations:readonly'],
  ['v2.users.*.employeeengagement', 'employee-engagement:readonly'],
  ['v2.users.*.fax', 'fax:readonly'],
  ['v2.users.*.geolocation', 'geolocation:readonly'],
  ['v2.users.*.greetings', 'greetings:readonly'],
  ['v2.users.*.integrationpresence', 'presence:readonly'],
  ['v2.users.*.outbound', 'outbound:readonly'],
  ['v2.users.*.presence', 'presence:readonly'],
  ['v2.users.*.recordings', 'recordings:readonly'],
  ['v2.users.*.routingstatus', 'routing:readonly'],
  ['v2.users.*.station', 'stations:readonly'],
  ['v2.users.*.userrecordings', 'user-recordings:readonly'],
  ['v2.users.*.voicemail', 'voicemail:readonly'],
  ['v2.users.*.wem', 'learning:readonly'],
  ['v2.users.*.workforcemanagement', 'workforce-management:readonly'],
  ['v2.users.*.activity', 'users:readonly'],
  ['v2.users.*.outofoffice', 'users:readonly'],
  ['v2.webdeployments', 'webdeployments:readonly'],
  ['v2.wem.learning', 'learning:readonly'],
  ['v2.workforcemanagement', 'workforce-management:readonly']
];

/** A rule of the table, or one of the configuration: the start of a topic name and the scope that its events need. */
export type TopicRule = readonly [pattern: string, scope: string];

function fits(pattern: readonly string[], key: readonly string[]): boolean {
  return pattern.length <= key.length && pattern.every((part, index) => part === '*' || part === key[index]);
}

/** Finds the scope a topic needs; `undefined` for a topic without a rule, which is refused. */
export type TopicScopes = (key: string) => string | undefined;

/**
 * Builds the lookup.
 *
 * @param more rules of the configuration, which take precedence over the table
 */
export function topicScopes(more: readonly TopicRule[]): TopicScopes {
  const rules = [...more, ...TABLE].map(
    ([pattern, scope]) => ({ parts: pattern.toLowerCase().split('.'), scope }) as const
  );
  return (key) => {
    const parts = key.split('.');
    return rules.find((rule) => fits(rule.parts, parts))?.scope;
  };
}

/** The scopes of the table that these registered scopes cover, for the token of the hub. */
export function servedScopes(more: readonly TopicRule[], registered: readonly string[]): readonly string[] {
  const scopes = [...more, ...TABLE].map(([, scope]) => scope).filter((scope) => isScopeToken(scope));
  return [...new Set(['notifications', ...scopes.filter((scope) => isCovered(scope, registered))])].sort();
}
