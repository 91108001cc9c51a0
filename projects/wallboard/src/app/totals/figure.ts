import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { Verdict } from '../board/verdict';
import { Icon } from '../shell/icon';

/** One big number: what it counts, the number, and a line that puts it in proportion. */
@Component({
  selector: 'wb-figure',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon],
  host: { role: 'group', '[attr.aria-label]': 'label()' },
  template: `
    <div class="card figure level-{{ level() }}" [class.judged]="judged()">
      <p class="label" aria-hidden="true">{{ label() }}</p>
      <p class="value">{{ value() }}</p>
      <p class="note">
        @if (judged(); as verdict) {
          <wb-icon [name]="verdict.level" />
        }
        <span>{{ note() }}</span>
      </p>
    </div>
  `,
  styles: `
    :host {
      display: block;
      min-width: 0;
    }
    .figure {
      height: 100%;
      padding: 0.75rem 1rem 0.8125rem;
    }
    .label {
      color: var(--wb-text-2);
      font-size: var(--wb-size-small);
      font-weight: 600;
    }
    .value {
      font-size: var(--wb-size-hero);
      font-weight: 700;
      line-height: 1.1;
      letter-spacing: -0.02em;
      white-space: nowrap;
    }
    .note {
      display: flex;
      align-items: center;
      gap: 0.3125rem;
      min-height: 1.4em;
      color: var(--wb-text-2);
      font-size: var(--wb-size-small);
    }
    .judged .note {
      color: var(--wb-level);
      font-weight: 600;
    }
    .level-watch .value,
    .level-critical .value {
      color: var(--wb-level);
    }
  `
})
export class Figure {
  readonly label = input.required<string>();
  readonly value = input.required<string>();
  readonly note = input('');
  readonly verdict = input<Verdict | null>(null);
  /** A verdict that says something: nothing to judge shows no icon. */
  protected readonly judged = computed(() => {
    const verdict = this.verdict();
    return verdict === null || verdict.level === 'none' ? null : verdict;
  });
  protected readonly level = computed(() => this.judged()?.level ?? 'none');
}
