import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { formatPercent } from '../board/format';
import type { BoardRow } from '../board/row';
import { judgeService } from '../board/verdict';
import { Icon } from '../shell/icon';

/** A service level: the number, an icon when it misses its target, and how far it is from it as a bar with a mark. */
@Component({
  selector: 'wb-service-bar',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon],
  template: `
    <span class="line level-{{ verdict().level }}">
      <span class="value">{{ value() }}</span>
      @if (verdict().level === 'watch' || verdict().level === 'critical') {
        <wb-icon [name]="missed()" />
      }
      <span class="sr-only">{{ verdict().reason }}</span>
    </span>
    <span class="bar level-{{ verdict().level }}" aria-hidden="true">
      <span class="fill" [style.inline-size.%]="percent()"></span>
      <span class="mark" [style.inset-inline-start.%]="row().target.ratio * 100"></span>
    </span>
  `,
  styles: `
    wb-icon {
      font-size: 1rem;
    }
    :host {
      display: block;
    }
    .line {
      display: flex;
      align-items: center;
      gap: 0.375rem;
      color: var(--wb-text);
    }
    .level-watch.line,
    .level-critical.line {
      color: var(--wb-level);
    }
    .value {
      font-size: var(--wb-size-figure);
      font-weight: 650;
      line-height: 1.2;
      white-space: nowrap;
    }
    .bar {
      position: relative;
      display: block;
      height: 0.375rem;
      max-width: 9rem;
      margin-top: 0.1875rem;
      border-radius: 0.1875rem;
      background: var(--wb-line);
    }
    .fill {
      display: block;
      height: 100%;
      border-radius: inherit;
      background: var(--wb-level);
    }
    .mark {
      position: absolute;
      inset-block: -0.125rem;
      width: 0.125rem;
      background: var(--wb-text);
    }
  `
})
export class ServiceBar {
  readonly row = input.required<BoardRow>();
  protected readonly verdict = computed(() => judgeService(this.row()));
  protected readonly missed = computed(() => (this.verdict().level === 'critical' ? 'critical' : 'watch'));
  protected readonly value = computed(() => formatPercent(this.row().serviceLevel));
  protected readonly percent = computed(() => (this.row().serviceLevel ?? 0) * 100);
}
