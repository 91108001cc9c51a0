import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { SERVICE_PERIOD } from '../api/service';
import { RouterLink } from '@angular/router';
import { ALL_QUEUES } from '../board/row';
import { BoardData } from '../live/board-data';
import { hasPoints, loadTrend, serviceTrend } from './series';
import { TrendChart } from './trend-chart';

type View = 'service' | 'load';

/** The trend of the selected queue: how it was served, or how busy it is. */
@Component({
  selector: 'wb-trend-panel',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [RouterLink, TrendChart],
  templateUrl: './trend-panel.html',
  styleUrl: './trend-panel.css'
})
export class TrendPanel {
  protected readonly data = inject(BoardData);
  protected readonly views: readonly { id: View; label: string; period: string }[] = [
    { id: 'service', label: 'Service level', period: SERVICE_PERIOD },
    { id: 'load', label: 'Load', period: 'since opened' }
  ];
  protected readonly view = signal<View>('service');
  /** The selected queue; `undefined` while all are selected. */
  protected readonly queueId = computed(() => {
    const { id } = this.data.selected();
    return id === ALL_QUEUES ? undefined : id;
  });
  protected readonly period = computed(() => this.views.find((view) => view.id === this.view())?.period ?? '');
  protected readonly trend = computed(() => {
    const { id, name, slots, target } = this.data.selected();
    return this.view() === 'service'
      ? serviceTrend(name, slots, target.ratio)
      : loadTrend(name, id, this.data.samples());
  });
  protected readonly drawable = computed(() => hasPoints(this.trend()));
}
