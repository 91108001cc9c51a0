import { ChangeDetectionStrategy, Component, effect, inject, untracked } from '@angular/core';
import { RouterOutlet } from '@angular/router';
import { GenesysSignIn } from 'ngx-genesys-auth';
import { BOARD_CONFIG } from '../boot/board-config';
import { BoardData } from '../live/board-data';
import { BoardLoop } from '../live/board-loop';
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
    loop.start();
    if (!this.hasSignIn) return;
    const { user } = inject(GenesysSignIn);
    effect(() => {
      // What has failed without the user may succeed now.
      if (user() && untracked(failure)) loop.retryNow();
    });
  }
}
