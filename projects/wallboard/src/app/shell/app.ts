import { ChangeDetectionStrategy, Component, computed, effect, inject, untracked } from '@angular/core';
import { toObservable } from '@angular/core/rxjs-interop';
import { RouterOutlet } from '@angular/router';
import { GenesysSignIn } from 'ngx-genesys-auth';
import { distinctUntilChanged, switchMap } from 'rxjs';
import { BOARD_CONFIG } from '../boot/board-config';
import { BoardData } from '../live/board-data';
import { BoardLoop } from '../live/board-loop';
import { Page } from '../live/page';
import { BoardHeader } from './board-header';
import { FailureBanner } from './failure-banner';
import { SignInBanner } from './sign-in-banner';

/** The frame of every page: whose board this is, what is wrong, and the page itself. */
@Component({
  selector: 'wb-root',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [BoardHeader, FailureBanner, RouterOutlet, SignInBanner],
  template: `
    <div class="board">
      <wb-board-header />
      <main>
        @if (hasSignIn) {
          <wb-sign-in-banner />
        }
        <wb-failure-banner />
        <router-outlet />
      </main>
    </div>
  `,
  styleUrl: './app.css'
})
export class App {
  protected readonly hasSignIn = inject(BOARD_CONFIG).genesysSignIn === true;

  constructor() {
    const loop = inject(BoardLoop);
    const { failure } = inject(BoardData);
    if (!this.hasSignIn) {
      loop.start();
      return;
    }
    const page = inject(Page);
    const { user } = inject(GenesysSignIn);
    // A display reads while it is visible. Each reading for a user extends their session, and that of an unattended page has to end.
    const isSignedIn$ = toObservable(computed(() => Boolean(user())));
    loop.start(
      isSignedIn$.pipe(
        switchMap((isSignedIn) => (isSignedIn ? page.attended$ : page.visible$)),
        distinctUntilChanged()
      )
    );
    effect(() => {
      // What has failed without the user may succeed now.
      if (user() && untracked(failure)) loop.retryNow();
    });
  }
}
