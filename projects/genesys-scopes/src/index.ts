export { GENESYS_SCOPES, isGenesysScope, type GenesysCloudScope } from './catalogue/names.ts';
export { checkScope, checkScopes, type ScopeCheckOptions, type ScopeFinding } from './check.ts';
export { covers, isCovered, missingScopes } from './coverage.ts';
export { ScopeSyntaxError, formatScopes, isScopeToken, parseScopes } from './grammar.ts';
export { nearestScope } from './nearest.ts';
// A star, because only what a star exports can be augmented as `declare module 'genesys-scopes'`.
export * from './scope-name.ts';
