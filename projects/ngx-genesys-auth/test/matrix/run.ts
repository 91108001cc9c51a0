import { HttpBackend, HttpClient } from '@angular/common/http';
import {
  ChangeDetectionStrategy,
  Component,
  EnvironmentInjector,
  ErrorHandler,
  type ProviderToken,
  inject,
  provideEnvironmentInitializer
} from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { type Route, Router, RouterOutlet, provideRouter } from '@angular/router';
import { GenesysAuthService, withProxyMode } from 'ngx-genesys-auth';
import { GenesysAuthTesting } from 'ngx-genesys-auth/testing';
import { firstValueFrom } from 'rxjs';
import { API, codeOf, settle } from '../app';
import { Network, type User } from './network';
import type { Setup } from './setups';
import { PAGE_CONTEXT, type Way, contextFor, guardFor } from './ways';

export const FOREIGN = 'https://elsewhere.example/data';

/** What a user sees, and what the library says. */
export interface Visit {
  readonly shown: string;
  /** The code of the error that the page got. */
  readonly code: string | undefined;
  readonly status: string;
  readonly stateCode: string | undefined;
}

export interface Outcome {
  /** One for each user. */
  readonly visits: Visit[];
  /** What the open page shows after each sign-out. */
  readonly afterSignOut: string[];
  /** What left the app, in order, and marks of the test between. */
  readonly sent: string[];
  /** What the error handler of the app got. */
  readonly reported: unknown[];
}

@Component({ selector: 'genesys-home', template: '', changeDetection: ChangeDetectionStrategy.OnPush })
class Home {}

@Component({ selector: 'genesys-denied', template: 'no', changeDetection: ChangeDetectionStrategy.OnPush })
class Denied {}

@Component({
  selector: 'genesys-app',
  imports: [RouterOutlet],
  template: '<router-outlet />',
  changeDetection: ChangeDetectionStrategy.OnPush
})
class App {}

/**
 * Lets the users use an app one after the other: each opens the page, and signs out before the next one signs in. At the end
 * the app calls the API and another site, and after a sign-out the API twice at the same time.
 */
export async function run(isProxy: boolean, way: Way, setup: Setup, users: readonly User[]): Promise<Outcome> {
  const network = new Network();
  const reported: unknown[] = [];
  let code: string | undefined;
  const report = (error: unknown) => (code = codeOf(error));
  /** The injector that provides the library. */
  let injector: EnvironmentInjector | undefined;
  const get = <T>(token: ProviderToken<T>): T => {
    if (!injector) throw new Error('The lazy route is not loaded.');
    return injector.get(token);
  };
  const here = provideEnvironmentInitializer(() => (injector = inject(EnvironmentInjector)));

  const features = isProxy ? [withProxyMode()] : [];
  const page: Route = {
    path: 'page',
    component: way.page,
    ...(way.guard && { [way.guard]: [guardFor(setup.config)] })
  };
  const lazy = setup.route?.(features);
  TestBed.configureTestingModule({
    providers: [
      ...setup.root(features),
      { provide: HttpBackend, useValue: network },
      { provide: ErrorHandler, useValue: { handleError: (error: unknown) => reported.push(error) } },
      { provide: PAGE_CONTEXT, useValue: { config: setup.config, report } },
      here,
      provideRouter([
        { path: '', pathMatch: 'full', component: Home },
        { path: 'denied', component: Denied },
        lazy ? { path: '', loadChildren: () => [{ ...page, providers: [...lazy, here] }] } : page
      ])
    ]
  });
  const app = TestBed.createComponent(App);
  const shown = () => (app.nativeElement as HTMLElement).textContent.trim();
  const stable = async () => {
    await settle();
    await app.whenStable();
  };
  const open = async (url: string) => {
    await TestBed.inject(Router).navigateByUrl(url).catch(report);
    await stable();
  };
  const auth = () => {
    const service = get(GenesysAuthService);
    return setup.config === undefined ? service : service.for(setup.config);
  };
  const testing = TestBed.inject(GenesysAuthTesting, null);
  /** The relay answers for this user from now on. What follows the token is only right if the app asks the relay again. */
  const signIn = async (user: User) => {
    network.user = user;
    if (user === 'not granted') testing?.deny('routing');
    else if (user === 'relay down') testing?.fail();
    else if (visits.length > 0) testing?.grant();
    // The testing entry point has asked by itself.
    if (visits.length > 0 && way.isLive && !testing) await auth().renew();
  };
  const visit = (): Visit => ({
    shown: shown(),
    code,
    status: auth().status(),
    stateCode: auth().error()?.code
  });

  const visits: Visit[] = [];
  const afterSignOut: string[] = [];
  for (const user of users) {
    const isFirst = visits.length === 0;
    if (!isFirst) {
      auth().clear();
      await stable();
      afterSignOut.push(shown());
      network.sent.push('next user');
    }
    code = undefined;
    await signIn(user);
    if (!isFirst && !way.isLive) await open('/');
    if (isFirst || !way.isLive) await open('/page');
    if (isFirst && way.isPassive) {
      network.sent.push('other code asks');
      await auth()
        .ensureScopes()
        .catch(() => undefined);
    }
    await stable();
    visits.push(visit());
  }
  const http = get(HttpClient);
  const context = contextFor(setup.config);
  const callApi = () => firstValueFrom(http.get(`${API}/api/v2/users/me`, { context })).catch(() => undefined);
  await callApi();
  await firstValueFrom(http.get(FOREIGN));
  auth().clear();
  network.sent.push('two calls after a sign-out');
  await Promise.all([callApi(), callApi()]);
  return { visits, afterSignOut, sent: network.sent, reported };
}
