import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { NO_FIGURE, formatSpan, isoSpan, spokenSpan } from '../board/format';
import type { BoardRow } from '../board/row';
import { judgeWait } from '../board/verdict';
import { BoardData } from '../live/board-data';
import { Icon } from '../shell/icon';

/** How long the contact that waits longest has waited. It counts on between two looks, as
 * that contact does, and stands still on an old board. */
@Component({
  selector: 'wb-wait-time',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon],
  template: `
    @if (waited() === null) {
      <span class="line none"
        ><span aria-hidden="true">{{ none }}</span
        ><span class="sr-only">Nobody waits</span></span
      >
    } @else {
      <span class="line level-{{ verdict().level }}">
        <time [attr.datetime]="iso()"
          ><span aria-hidden="true">{{ shown() }}</span
          ><span class="sr-only">{{ spoken() }}</span></time
        >
        @if (verdict().level === 'watch' || verdict().level === 'critical') {
          <wb-icon [name]="over()" /><span class="sr-only">{{ verdict().reason }}</span>
        }
      </span>
    }
  `,
  styles: `
    wb-icon {
      font-size: 1rem;
    }
    .line {
      display: flex;
      align-items: center;
      gap: 0.375rem;
      color: var(--wb-text);
    }
    .none {
      color: var(--wb-text-2);
    }
    .level-watch,
    .level-critical {
      color: var(--wb-level);
    }
  `
})
export class WaitTime {
  readonly row = input.required<BoardRow>();
  readonly #now = inject(BoardData).asOf;
  protected readonly none = NO_FIGURE;
  protected readonly waited = computed(() => {
    const since = this.row().waitingSince;
    return since === null ? null : this.#now() - since;
  });
  protected readonly verdict = computed(() => judgeWait(this.row(), this.#now()));
  protected readonly over = computed(() => (this.verdict().level === 'critical' ? 'critical' : 'watch'));
  protected readonly shown = computed(() => formatSpan(this.waited() ?? 0));
  protected readonly spoken = computed(() => spokenSpan(this.waited() ?? 0));
  protected readonly iso = computed(() => isoSpan(this.waited() ?? 0));
}
