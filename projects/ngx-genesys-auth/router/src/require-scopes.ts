import { Injector, inject, runInInjectionContext } from '@angular/core';
import { type RedirectCommand, Router, type UrlTree } from '@angular/router';
import { type GenesysAuthError, GenesysAuthService, type GenesysScope, isScopeDenied } from 'ngx-genesys-auth';

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
 * A guard for routes whose pages need scopes, in token mode and in proxy mode. It calls `GenesysAuthService.ensureScopes()`,
 * which asks the relay if necessary. The guard answers no only if {@link isScopeDenied} is true for the error: the relay does
 * not grant one of the scopes, or grants this user nothing. Any other error becomes an error of the navigation, for
 * `withNavigationErrorHandler()`, so that an outage is not shown as a missing right.
 *
 * On the server it answers for the visitor with `provideServerGenesysAuth()`. Without it, or without a credential of the visitor,
 * the navigation fails with `server_no_credential`: render guarded routes in the browser then (`RenderMode.Client`).
 *
 * @param scopes all of them are needed; without any, it is enough that the relay accepts the user. The last argument may be options
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
      await (config === undefined ? auth : auth.for(config)).ensureScopes(...needed);
      return true;
    } catch (error) {
      if (!isScopeDenied(error)) throw error;
      if (redirectTo === undefined) return false;
      return runInInjectionContext(injector, () =>
        typeof redirectTo === 'string' ? inject(Router).parseUrl(redirectTo) : redirectTo(error)
      );
    }
  };
}

type Argument = GenesysScope | RequireScopesOptions;

const isScope = (argument: Argument): argument is GenesysScope => typeof argument === 'string';

const isOptions = (argument: Argument): argument is RequireScopesOptions => typeof argument === 'object';
