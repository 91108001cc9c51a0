import { READONLY_SUFFIX } from '../coverage.ts';

/** Areas with a full scope and its `:readonly` part. */
const PAIRED = [
  'ai-studio',
  'alerting',
  'analytics',
  'architect',
  'assistants',
  'authorization',
  'billing',
  'business-rules',
  'case-management',
  'coaching',
  'content-management',
  'conversations',
  'data-privacy',
  'devices',
  'dialog',
  'employee-engagement',
  'employee-performance',
  'external-contacts',
  'fax',
  'gamification',
  'gdpr',
  'geolocation',
  'greetings',
  'groups',
  'identity-providers',
  'infrastructureascode',
  'integrations',
  'journey',
  'knowledge',
  'language-understanding',
  'learning',
  'license',
  'locations',
  'logcapture',
  'messaging',
  'messaging-platform',
  'oauth',
  'organization',
  'organization-authorization',
  'outbound',
  'presence',
  'process-automation',
  'quality',
  'recordings',
  'response-management',
  'routing',
  'scim',
  'screen-monitoring',
  'scripts',
  'social-media',
  'speech-and-text-analytics',
  'stations',
  'telephony',
  'textbots',
  'usage',
  'user-recordings',
  'users',
  'users-rules',
  'voicemail',
  'web-chat',
  'webdeployments',
  'widgets',
  'workforce-management',
  'workitems'
] as const;

/** Areas whose only scope is the full one. */
const FULL_ONLY = ['data-extensions', 'notifications', 'upload', 'user-basic-info'] as const;

/** Areas whose only scope is `:readonly`. */
const READONLY_ONLY = ['audits', 'search', 'streaming-events'] as const;

/**
 * A scope that Genesys Cloud itself defines, as a closed union of literals.
 *
 * Source: the `security` entries of the Platform API description.
 */
export type GenesysCloudScope =
  | (typeof PAIRED)[number]
  | `${(typeof PAIRED)[number]}:readonly`
  | (typeof FULL_ONLY)[number]
  | `${(typeof READONLY_ONLY)[number]}:readonly`;

/** An area of Genesys Cloud that scopes are named after: a scope without `:readonly`. */
export type GenesysArea = (typeof PAIRED)[number] | (typeof FULL_ONLY)[number] | (typeof READONLY_ONLY)[number];

const readonlyOf = (area: string): string => area + READONLY_SUFFIX;

/**
 * Every scope name that Genesys Cloud defines, sorted by code unit.
 *
 * @example GENESYS_SCOPES.includes('analytics:readonly') // true
 */
export const GENESYS_SCOPES: readonly string[] = Object.freeze(
  [...PAIRED, ...PAIRED.map(readonlyOf), ...FULL_ONLY, ...READONLY_ONLY.map(readonlyOf)].sort()
);

const names: ReadonlySet<string> = new Set(GENESYS_SCOPES);
const areas: ReadonlySet<string> = new Set([...PAIRED, ...FULL_ONLY, ...READONLY_ONLY]);

/** Whether Genesys Cloud defines exactly this scope (case counts, RFC 6749 section 3.3). */
export function isGenesysScope(scope: string): scope is GenesysCloudScope {
  return names.has(scope);
}

/** The Genesys area a name lies in, in any case: the text before its first colon, if Genesys has such an area. */
export function genesysArea(scope: string): string | undefined {
  const colon = scope.indexOf(':');
  const area = (colon < 0 ? scope : scope.slice(0, colon)).toLowerCase();
  return areas.has(area) ? area : undefined;
}
