import { ChangeDetectionStrategy, Component, DOCUMENT, inject, signal } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { GenesysSignIn } from 'ngx-genesys-auth';
import { type Failure, describeFailure } from '../live/failure';
import { Icon } from './icon';

/** Who is signed in, with the way to their page and out; or the button that signs in. */
@Component({
  selector: 'wb-user-menu',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, RouterLink],
  template: `
    @if (signIn.user(); as user) {
      <a class="button name" routerLink="/me" data-testid="user">
        <wb-icon name="person" /><span class="text">{{ user.name }}</span
        ><span class="sr-only">: my desk</span>
      </a>
      <button type="button" class="button" data-testid="sign-out" (click)="signOut()">Sign out</button>
      @if (failure(); as failure) {
        <p class="failure" role="alert">You are still signed in. {{ failure.message }} {{ failure.hint }}</p>
      }
    } @else if (signIn.user() === null && signIn.problem() === null) {
      <button type="button" class="button" data-testid="sign-in" (click)="signIn.signIn()">
        <wb-icon name="person" />Sign in
      </button>
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0.5rem;
      min-width: 0;
    }
    .name {
      min-width: 0;
      max-width: 16rem;
    }
    .text {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .failure {
      flex-basis: 100%;
      font-size: var(--wb-size-small);
      overflow-wrap: anywhere;
    }
  `
})
export class UserMenu {
  readonly #location = inject(DOCUMENT).location;
  readonly #router = inject(Router);
  protected readonly signIn = inject(GenesysSignIn);
  protected readonly failure = signal<Failure | undefined>(undefined);

  /** Ends the session of the relay and that of Genesys Cloud, which then returns to the board. */
  protected async signOut(): Promise<void> {
    this.failure.set(undefined);
    try {
      const logoutUrl = await this.signIn.signOut();
      // If Genesys Cloud does not answer, "Back" leads to the board. The desk would start sign-in again.
      await this.#router.navigateByUrl('/', { replaceUrl: true });
      this.#location.assign(logoutUrl);
    } catch (error) {
      this.failure.set(describeFailure(error, Date.now()));
    }
  }
}
