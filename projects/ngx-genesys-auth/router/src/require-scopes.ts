import { Injector, inject, runInInjectionContext } from '@angular/core';
import { type RedirectCommand, Router, type UrlTree } from '@angular/router';
import { GenesysAuthError, GenesysAuthService, type GenesysScope } from 'ngx-genesys-auth';

/** Options of {@link requireScopes}. */
export interface RequireScopesOptions {
  /** The name of the configuration whose token is meant, where there are several. */
  readonly config?: string | undefined;
  /**
   * Where to go instead, if the answer is no: a URL of the app, or a function that makes a `UrlTree` or `RedirectCommand`
   * of the error that says what is missing. It is called in an injection context. Without it the navigation is cancelled.
   */
  readonly redirectTo?: string | ((denied: GenesysAuthError) => UrlTree | RedirectCommand) | undefined;
}

/** A guard that fits both `canActivate` (or `canActivateChild`) and `canMatch` of a route. */
export type ScopeGuardFn = () => Promise<true | false | UrlTree | RedirectCommand>;

/**
 * A guard for routes whose pages need scopes. It gets the token, if there is none yet, and so never says no before it
 * knows: it answers no only if the relay did not grant one of the scopes, or grants this caller nothing. Whatever else goes wrong
 * is an error of the navigation, for `withNavigationErrorHandler()`: nobody is told that they may not because a server is
 * down.
 *
 * On the server it answers for the visitor with `provideServerGenesysAuth()`. Without it, or without a credential of the visitor,
 * the navigation fails with `server_no_credential`: render guarded routes in the browser then (`RenderMode.Client`).
 *
 * @param scopes the scopes, all of which are needed; without any, a token is enough. The last argument may be options
 * @throws {@link GenesysScopeError} `scope_malformed`, `scope_near_miss`, `scope_unknown_in_area`, `scope_not_registered`,
 *   `scope_not_configured` (as an error of the navigation) before anything is sent: the guard itself is written wrongly
 * @throws {@link GenesysAuthError} `relay_*` except a refusal by the relay's policy, `signed_out`, `server_no_credential`
 * @example
 * const routes: Routes = [
 *   { path: 'reports', component: Reports, canActivate: [requireScopes('analytics:readonly')] },
 *   { path: 'queues', loadComponent: queues, canMatch: [requireScopes('routing', { redirectTo: '/denied' })] }
 * ];
 * @example
 * requireScopes('routing', {
 *   redirectTo: (denied) => inject(Router).createUrlTree(['/denied'], { queryParams: { why: denied.code } })
 * })
 */
export function requireScopes(
  ...scopes: readonly GenesysScope[] | readonly [...GenesysScope[], RequireScopesOptions]
): ScopeGuardFn;
export function requireScopes(...given: readonly Argument[]): ScopeGuardFn {
  const needed = given.filter(isScope);
  const { redirectTo, config } = given.find(isOptions) ?? {};
  return async () => {
    const injector = inject(Injector);
    try {
      const auth = inject(GenesysAuthService);
      await (config === undefined ? auth : auth.for(config)).token(...needed);
      return true;
    } catch (error) {
      if (!isNo(error)) throw error;
      if (redirectTo === undefined) return false;
      return runInInjectionContext(injector, () =>
        typeof redirectTo === 'string' ? inject(Router).parseUrl(redirectTo) : redirectTo(error)
      );
    }
  };
}

/** Whether an error is an answer: the relay knows the caller, and the caller may not. */
const isNo = (error: unknown): error is GenesysAuthError =>
  error instanceof GenesysAuthError && (error.code === 'scope_not_granted' || error.problem?.code === 'policy_denied');

type Argument = GenesysScope | RequireScopesOptions;

const isScope = (argument: Argument): argument is GenesysScope => typeof argument === 'string';

const isOptions = (argument: Argument): argument is RequireScopesOptions => typeof argument === 'object';
