import { type EnvironmentProviders, inject } from '@angular/core';
import {
  RedirectCommand,
  Router,
  type Routes,
  provideRouter,
  withComponentInputBinding,
  withNavigationErrorHandler
} from '@angular/router';
import { GenesysAuthError, GenesysScopeError } from 'ngx-genesys-auth';
import { requireScopes, requireSignIn } from 'ngx-genesys-auth/router';
import { BOARD_CONFIG } from '../boot/board-config';
import { Board } from './board';
import { NoAccess } from './no-access';

const routes: Routes = [
  { path: '', pathMatch: 'full', component: Board, title: 'Queue wallboard' },
  {
    path: 'queues/:queueId',
    title: 'Agents of a queue',
    loadComponent: () => import('../agents/agents-page').then(({ AgentsPage }) => AgentsPage),
    canActivate: [
      requireScopes('routing:readonly', {
        redirectTo: (denied) => {
          const [scope] = denied instanceof GenesysScopeError ? denied.scopes : [];
          return inject(Router).createUrlTree(['/no-access'], { queryParams: { scope } });
        }
      })
    ]
  },
  {
    path: 'me',
    title: 'My desk',
    loadComponent: () => import('../me/my-page').then(({ MyPage }) => MyPage),
    canMatch: [() => inject(BOARD_CONFIG).genesysSignIn === true],
    // If sign-in was cancelled or has failed, the banner above the board says why.
    canActivate: [requireSignIn({ redirectTo: '/' })]
  },
  { path: 'no-access', component: NoAccess, title: 'No access' },
  { path: '**', redirectTo: '' }
];

/** The pages of the wallboard. */
export function boardRoutes(): EnvironmentProviders {
  return provideRouter(
    routes,
    withComponentInputBinding(),
    // A guard fails while the relay cannot be asked. The board says why, and tries again. All other errors are thrown.
    withNavigationErrorHandler(({ error }) =>
      error instanceof GenesysAuthError && error.code.startsWith('relay_')
        ? new RedirectCommand(inject(Router).parseUrl('/'))
        : undefined
    )
  );
}
