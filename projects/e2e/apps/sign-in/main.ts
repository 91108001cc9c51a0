// A desk whose users sign in, as docs/recipes/sign-in.md shows it. Browser tests click through it.
import { HttpClient, HttpErrorResponse, provideHttpClient, withInterceptors } from '@angular/common/http';
import { ChangeDetectionStrategy, Component, inject, provideZonelessChangeDetection, signal } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { Router, RouterOutlet, provideRouter, withNavigationErrorHandler } from '@angular/router';
import {
  type GenesysAuthConfig,
  GenesysAuthError,
  GenesysSignIn,
  genesysAuthInterceptor,
  genesysScopes,
  provideGenesysAuth,
  withProxyMode,
  withSignIn
} from 'ngx-genesys-auth';
import { requireSignIn } from 'ngx-genesys-auth/router';
import { firstValueFrom } from 'rxjs';

const codeOf = (error: unknown): string => {
  if (error instanceof HttpErrorResponse) return `${error.status}`;
  return error instanceof GenesysAuthError ? error.code : String(error);
};

/** The navigation that failed, if the router has nothing to show. */
const failedNavigation = signal<{ readonly url: string; readonly code: string } | null>(null);

interface Me {
  readonly name: string;
  readonly email: string;
}

@Component({
  selector: 'e2e-desk',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <h1>Desk</h1>
    <label>Note <input id="note" /></label>
    <button type="button" id="load" (click)="load()">Load</button>
    @if (signIn.user() && me(); as data) {
      <p id="data">{{ data.name }} {{ data.email }}</p>
    }
    @if (error()) {
      <p id="load-error" role="alert">{{ error() }}</p>
      <button type="button" id="again" (click)="load()">Try again</button>
    }
  `
})
class Desk {
  protected readonly signIn = inject(GenesysSignIn);
  readonly #http = inject(HttpClient);
  protected readonly me = signal<Me | undefined>(undefined);
  protected readonly error = signal('');

  constructor() {
    void this.load();
  }

  async load(): Promise<void> {
    this.error.set('');
    try {
      const { apiOrigin } = await firstValueFrom(this.#http.get<GenesysAuthConfig>('/config.json'));
      // Marked, so that it waits: the sandbox's origin is not known before the configuration is there.
      const context = genesysScopes('user-basic-info');
      this.me.set(await firstValueFrom(this.#http.get<Me>(`${apiOrigin ?? ''}/api/v2/users/me`, { context })));
    } catch (error) {
      this.error.set(codeOf(error));
    }
  }
}

@Component({ selector: 'e2e-home', changeDetection: ChangeDetectionStrategy.OnPush, template: '<h1>Home</h1>' })
class Home {}

@Component({
  selector: 'e2e-signed-out',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '<h1>Signed out</h1>'
})
class SignedOut {}

@Component({
  selector: 'e2e-app',
  imports: [RouterOutlet],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <header>
      @if (signIn.user(); as user) {
        <p id="user">{{ user.name }}</p>
        <button type="button" id="sign-out" (click)="signOut()">Sign out</button>
        <button type="button" id="other-user" (click)="signIn.signIn({ prompt: 'login' })">Another user</button>
      } @else if (signIn.problem()?.code === 'session_ended') {
        <p id="problem" role="alert">session_ended</p>
        <button type="button" id="sign-in" (click)="signIn.signIn({ newWindow: true })">Sign in again</button>
      } @else if (signIn.user() === null) {
        @if (signIn.problem(); as problem) {
          <p id="problem" role="alert">{{ problem.code }}: {{ problem.message }}</p>
        }
        <button type="button" id="sign-in" (click)="signIn.signIn()">Sign in</button>
      }
    </header>
    @if (failed(); as navigation) {
      <p id="failed" role="alert">{{ navigation.code }}</p>
      <button type="button" id="retry" (click)="retry(navigation.url)">Try again</button>
    }
    <router-outlet />
  `
})
class App {
  protected readonly signIn = inject(GenesysSignIn);
  protected readonly failed = failedNavigation.asReadonly();
  readonly #router = inject(Router);

  async signOut(): Promise<void> {
    const logoutUrl = await this.signIn.signOut();
    await this.#router.navigateByUrl('/signed-out', { replaceUrl: true });
    location.assign(logoutUrl);
  }

  async retry(url: string): Promise<void> {
    failedNavigation.set(null);
    await this.#router.navigateByUrl(url);
  }
}

void bootstrapApplication(App, {
  providers: [
    provideZonelessChangeDetection(),
    provideRouter(
      [
        { path: 'signed-out', component: SignedOut },
        { path: 'desk', component: Desk, canActivate: [requireSignIn({ redirectTo: '/signed-out' })] },
        { path: '**', component: Home }
      ],
      withNavigationErrorHandler(({ error, url }) => {
        failedNavigation.set({ url, code: codeOf(error) });
      })
    ),
    provideHttpClient(withInterceptors([genesysAuthInterceptor])),
    provideGenesysAuth(() => inject(HttpClient).get<GenesysAuthConfig>('/config.json'), withProxyMode(), withSignIn())
  ]
});
