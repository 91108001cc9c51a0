import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { AccessPanel } from '../access/access-panel';
import { BoardLoop } from '../live/board-loop';
import { QueueTable } from '../queues/queue-table';
import { TotalsStrip } from '../totals/totals-strip';
import { TrendPanel } from '../trend/trend-panel';
import { BoardHeader } from './board-header';
import { FailureBanner } from './failure-banner';

/** The whole board. */
@Component({
  selector: 'wb-root',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AccessPanel, BoardHeader, FailureBanner, QueueTable, TotalsStrip, TrendPanel],
  template: `
    <div class="board">
      <wb-board-header />
      <main>
        <wb-failure-banner />
        <wb-totals-strip />
        <div class="columns">
          <wb-queue-table />
          <aside aria-label="Trend and access">
            <wb-trend-panel />
            <wb-access-panel />
          </aside>
        </div>
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
