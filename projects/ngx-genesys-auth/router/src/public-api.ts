export { type RequireScopesOptions, type ScopeGuardFn, requireScopes } from './require-scopes';
export { type RequireSignInOptions, type SignInGuardFn, requireSignIn } from './require-sign-in';
