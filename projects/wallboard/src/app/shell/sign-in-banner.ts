import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { type GenesysAuthErrorCode, GenesysSignIn } from 'ngx-genesys-auth';
import { Icon } from './icon';

/** What has happened, in words for users. The library's own texts are for developers. */
const WORDS: Partial<Record<GenesysAuthErrorCode, string>> = {
  sign_in_cancelled: 'You have cancelled sign-in.',
  organization_not_allowed: 'Users of your organization may not use this board.',
  relay_forbidden: 'Your account has no access to this board.',
  cookies_blocked: 'This browser has not kept the cookie of your session. Allow cookies for this page.'
};

/** Says why no user is signed in, if there is a reason: the session has ended, or sign-in was cancelled or has failed. */
@Component({
  selector: 'wb-sign-in-banner',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon],
  template: `
    @if (signIn.problem(); as problem) {
      <section class="banner level-watch" aria-label="Sign-in" data-testid="sign-in-problem">
        <wb-icon name="lock" />
        <div class="words">
          @if (hasEnded()) {
            <p role="alert">
              <strong>Your session has ended.</strong> This page stays as it is, with what you have typed. Sign in again
              in a new window, then repeat what has failed.
            </p>
          } @else {
            <p role="alert">
              <strong>{{ words() }}</strong> The board works without sign-in.
            </p>
          }
          <p class="fine">
            <code>{{ problem.code }}</code>
          </p>
        </div>
        <button type="button" class="button" data-testid="sign-in-again" (click)="again()">Sign in again</button>
      </section>
    }
  `,
  styleUrl: './banner.css'
})
export class SignInBanner {
  protected readonly signIn = inject(GenesysSignIn);
  protected readonly hasEnded = computed(() => this.signIn.problem()?.code === 'session_ended');
  protected readonly words = computed(() => {
    const problem = this.signIn.problem();
    return (problem && WORDS[problem.code]) ?? 'Sign-in has failed.';
  });

  /** In a new window where the page has something to lose. */
  protected again(): void {
    void this.signIn.signIn({ newWindow: this.hasEnded() });
  }
}
