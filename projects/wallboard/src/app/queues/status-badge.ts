import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import type { Verdict } from '../board/verdict';
import { Icon } from '../shell/icon';

/** A verdict as colour, icon and words. */
@Component({
  selector: 'wb-status-badge',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon],
  template: `<span class="badge level-{{ verdict().level }}"
    ><wb-icon [name]="verdict().level" />{{ verdict().reason }}</span
  >`,
  styles: `
    .badge {
      display: inline-flex;
      align-items: center;
      gap: 0.3125rem;
      padding: 0.0625rem 0.5rem 0.0625rem 0.375rem;
      border-radius: 1rem;
      background: var(--wb-level-soft);
      color: var(--wb-level);
      font-size: 0.75rem;
      font-weight: 650;
      white-space: nowrap;
    }
  `
})
export class StatusBadge {
  readonly verdict = input.required<Verdict>();
}
