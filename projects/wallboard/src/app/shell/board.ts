import { ChangeDetectionStrategy, Component } from '@angular/core';
import { AccessPanel } from '../access/access-panel';
import { QueueTable } from '../queues/queue-table';
import { TotalsStrip } from '../totals/totals-strip';
import { TrendPanel } from '../trend/trend-panel';

/** The figures of all queues, a trend, and what the page may do. */
@Component({
  selector: 'wb-board',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AccessPanel, QueueTable, TotalsStrip, TrendPanel],
  template: `
    <wb-totals-strip />
    <div class="columns">
      <wb-queue-table />
      <aside aria-label="Trend and access">
        <wb-trend-panel />
        <wb-access-panel />
      </aside>
    </div>
  `,
  styleUrl: './board.css'
})
export class Board {}
