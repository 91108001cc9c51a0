import { READONLY_SUFFIX } from '../coverage.ts';
import { AREAS } from './areas.ts';
import { GENESYS_SCOPES, type GenesysCloudScope, isGenesysScope } from './names.ts';

/** What is known about a scope of Genesys Cloud. */
export interface ScopeInfo {
  readonly name: GenesysCloudScope;
  /** The area it is named after: the name without `:readonly`. */
  readonly area: string;
  /** Whether it reads only. */
  readonly readonly: boolean;
  /** One sentence, in our own words: Genesys publishes none. */
  readonly description: string;
}

// Where "Read and change" would be wrong.
const OWN_VERB: ReadonlyMap<string, string> = new Map([
  ['upload', 'Upload'],
  ['data-extensions', 'Read'],
  ['billing', 'Read'],
  ['notifications', 'Open and use']
]);

const areas: ReadonlyMap<string, string> = new Map(Object.entries(AREAS));

/**
 * Describes a scope of Genesys Cloud.
 *
 * @returns `undefined` for a name that Genesys Cloud does not define
 * @example describeScope('routing:readonly')?.description // 'Read queues, skills, ...'
 */
export function describeScope(name: string): ScopeInfo | undefined {
  if (!isGenesysScope(name)) return undefined;
  const readonly = name.endsWith(READONLY_SUFFIX);
  const area = readonly ? name.slice(0, -READONLY_SUFFIX.length) : name;
  const verb = readonly ? 'Read' : (OWN_VERB.get(area) ?? 'Read and change');
  return { name, area, readonly, description: `${verb} ${areas.get(area) ?? area}.` };
}

/** Every scope of Genesys Cloud with its area and a description, sorted by name. */
export const GENESYS_SCOPE_CATALOGUE: readonly ScopeInfo[] = GENESYS_SCOPES.flatMap(
  (name) => describeScope(name) ?? []
);
