export { type RequireScopesOptions, type ScopeGuardFn, requireScopes } from './require-scopes';
