import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { RouterOutlet } from '@angular/router';
import { BoardLoop } from '../live/board-loop';
import { BoardHeader } from './board-header';
import { FailureBanner } from './failure-banner';

/** The frame of every page: whose board this is, what is wrong, and the page itself. */
@Component({
  selector: 'wb-root',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [BoardHeader, FailureBanner, RouterOutlet],
  template: `
    <div class="board">
      <wb-board-header />
      <main>
        <wb-failure-banner />
        <router-outlet />
      </main>
    </div>
  `,
  styleUrl: './app.css'
})
export class App {
  constructor() {
    inject(BoardLoop).start();
  }
}
