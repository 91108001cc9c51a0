import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { GenesysSignIn } from 'ngx-genesys-auth';
import { Desk } from './desk';

/**
 * The page of the signed-in user. The desk stays when the session ends, with all that the user has typed. It goes with all its data when
 * the user signs out, also in another tab.
 */
@Component({
  selector: 'wb-my-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Desk, RouterLink],
  template: `
    @if (hasDesk()) {
      <wb-desk />
    } @else {
      <section class="card panel" aria-labelledby="signed-out-title" data-testid="signed-out">
        <h2 id="signed-out-title" class="card-title">You are signed out</h2>
        <p>Sign in to see your presence, your queues and your conversations.</p>
        <a class="button" routerLink="/">Back to the board</a>
      </section>
    }
  `,
  styles: `
    .panel {
      display: grid;
      gap: 0.75rem;
      justify-items: start;
      padding: 0.875rem 1rem;
    }
  `
})
export class MyPage {
  readonly #signIn = inject(GenesysSignIn);
  protected readonly hasDesk = computed(
    () => Boolean(this.#signIn.user()) || this.#signIn.problem()?.code === 'session_ended'
  );
}
