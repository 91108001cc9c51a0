import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { formatSpan, isoSpan } from '../board/format';
import { Clock } from '../live/clock';

/** Counts down to a moment, once a second, in place. */
@Component({
  selector: 'wb-countdown',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<time [attr.datetime]="iso()">{{ shown() }}</time>`
})
export class Countdown {
  /** Epoch milliseconds. */
  readonly to = input.required<number>();
  readonly #now = inject(Clock).now;
  readonly #left = computed(() => this.to() - this.#now());
  protected readonly shown = computed(() => formatSpan(this.#left()));
  protected readonly iso = computed(() => isoSpan(this.#left()));
}
