import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { SERVICE_PERIOD } from '../api/service';
import { BY_NAME, type OrderKey, orderBy, sortRows } from '../board/order';
import { ALL_QUEUES, type BoardRow } from '../board/row';
import { judge } from '../board/verdict';
import { BoardData } from '../live/board-data';
import { Icon } from '../shell/icon';
import { ArrowKeys } from './arrow-keys';
import { ServiceBar } from './service-bar';
import { StatusBadge } from './status-badge';
import { WaitTime } from './wait-time';

interface Column {
  readonly key: OrderKey;
  readonly label: string;
  readonly note?: string;
}

/** The queues: a table that can be sorted where there is room, cards on a phone, and the same to a screen reader. */
@Component({
  selector: 'wb-queue-table',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ArrowKeys, Icon, ServiceBar, StatusBadge, WaitTime],
  templateUrl: './queue-table.html',
  styleUrl: './queue-table.css'
})
export class QueueTable {
  protected readonly data = inject(BoardData);
  readonly #now = this.data.asOf;
  readonly #order = signal(BY_NAME);
  protected readonly order = this.#order.asReadonly();
  protected readonly columns: readonly Column[] = [
    { key: 'name', label: 'Queue' },
    { key: 'status', label: 'Status' },
    { key: 'waiting', label: 'Waiting' },
    { key: 'oldest', label: 'Oldest wait' },
    { key: 'interacting', label: 'Interacting' },
    { key: 'onQueue', label: 'On queue' },
    { key: 'service', label: 'Service level', note: SERVICE_PERIOD }
  ];
  protected readonly lines = computed(() => {
    const now = this.#now();
    const selected = this.data.selected().id;
    const rows = [...sortRows(this.data.rows(), this.#order(), now), this.data.total()];
    return rows.map((row) => ({
      row,
      verdict: judge(row, now),
      selected: row.id === selected,
      total: row.id === ALL_QUEUES
    }));
  });
  protected readonly empty = computed(() => this.data.ready() && this.data.rows().length === 0);

  protected sort(key: OrderKey): void {
    this.#order.update((order) => orderBy(key, order));
  }

  protected sorted(key: OrderKey): 'ascending' | 'descending' | 'none' {
    const order = this.#order();
    if (order.key !== key) return 'none';
    return order.descending ? 'descending' : 'ascending';
  }

  protected select(row: BoardRow): void {
    this.data.select(row.id);
  }
}
