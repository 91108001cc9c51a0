/**
 * What a client's roles must hold for a topic. Genesys Cloud names the permissions of each topic in its list of available
 * topics; these are the ones of the topics that the sandbox has events for.
 */
const RULES: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^v2\.analytics\.queues\./, ['analytics:queueObservation:view']],
  [/^v2\.routing\.queues\.[^.]+\.conversations(\.|$)/, ['conversation:communication:view']],
  [/^v2\.users\.[^.]+\.conversations(\.|$)/, ['conversation:communication:view']],
  [/^v2\.routing\.queues\.[^.]+\.users$/, ['routing:queue:view']]
];

/** The permissions a topic needs, all of them. */
export function permissionsFor(name: string): readonly string[] {
  return RULES.find(([pattern]) => pattern.test(name))?.[1] ?? [];
}

/** Which of them the roles lack. */
export function missingFor(names: readonly string[], held: readonly string[] | 'all'): string[] {
  if (held === 'all') return [];
  return [...new Set(names.flatMap(permissionsFor))].filter((permission) => !held.includes(permission));
}
