import { HttpClient } from '@angular/common/http';
import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { RouterOutlet } from '@angular/router';
import { GenesysSignIn, genesysScopes } from 'ngx-genesys-auth';
import { apiOrigin } from './settings';

/** Shows what the API says of the signed-in user. */
@Component({
  selector: 'app-desk',
  template: `
    @if (signIn.user() && me(); as data) {
      <p id="data">{{ data.name }} {{ data.email }}</p>
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush
})
export class Desk {
  protected readonly signIn = inject(GenesysSignIn);
  protected readonly me = toSignal(
    inject(HttpClient).get<{ name: string; email: string }>(`${apiOrigin}/api/v2/users/me`, {
      context: genesysScopes('user-basic-info')
    })
  );
}

@Component({
  selector: 'app-root',
  imports: [RouterOutlet],
  template: `
    @if (signIn.user(); as user) {
      <p id="user">{{ user.name }}</p>
      <button type="button" id="sign-out" (click)="signOut()">Sign out</button>
    } @else if (signIn.user() === null) {
      <button type="button" id="sign-in" (click)="signIn.signIn()">Sign in</button>
    }
    <router-outlet />
  `,
  changeDetection: ChangeDetectionStrategy.OnPush
})
export class App {
  protected readonly signIn = inject(GenesysSignIn);

  async signOut(): Promise<void> {
    location.assign(await this.signIn.signOut());
  }
}
