import type { GenesysCloudScope } from './catalogue/names.ts';

/**
 * Declares the additional scopes of an organization to the compiler. Empty by default; augment it once.
 *
 * @example
 * declare module 'genesys-scopes' {
 *   interface GenesysScopeRegistry {
 *     own: 'admin:platform' | 'crm:read'; // these names autocomplete, too
 *     closed: true; // and any other name is now a compile error
 *   }
 * }
 */
// An interface without members is the point: only interfaces can be augmented from outside.
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface GenesysScopeRegistry {}

type OwnScope = GenesysScopeRegistry extends { own: infer Name extends string } ? Name : never;

// `string & {}` accepts every string and yet keeps the literals beside it visible to autocompletion.
type OpenEnd = GenesysScopeRegistry extends { closed: true } ? never : string & {};

/**
 * A scope name: autocompletes the names of Genesys Cloud and those of {@link GenesysScopeRegistry}, and accepts any other
 * string unless the registry closes the union. The type helps while typing; {@link checkScope} decides at run time.
 *
 * @example const scopes: GenesysScope[] = ['analytics', 'admin:platform'];
 */
// Empty here, a union of names where the registry is augmented.
// oxlint-disable-next-line typescript/no-redundant-type-constituents
export type GenesysScope = GenesysCloudScope | OwnScope | OpenEnd;
