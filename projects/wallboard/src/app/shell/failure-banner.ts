import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { formatTime } from '../board/format';
import { BoardData } from '../live/board-data';
import { BoardLoop } from '../live/board-loop';
import { Icon } from './icon';

/** Says what went wrong and what to do, for as long as it is wrong. */
@Component({
  selector: 'wb-failure-banner',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon],
  template: `
    @if (data.failure(); as failure) {
      <section class="banner level-critical" aria-label="Problem" data-testid="failure">
        <wb-icon name="critical" />
        <div class="words">
          <p role="alert">
            <strong>{{ failure.message }}</strong> {{ failure.hint }}
          </p>
          <p class="fine">
            <code>{{ failure.code }}</code>
            @if (failure.correlationId; as id) {
              <span> · Correlation ID {{ id }}</span>
            }
            @if (keptFrom(); as time) {
              <span> · The figures below are from {{ time }}.</span>
            }
          </p>
        </div>
        @if (failure.retryAfterMs === undefined) {
          <button type="button" class="button" (click)="loop.retryNow()"><wb-icon name="renew" />Try now</button>
        }
      </section>
    }
  `,
  styles: `
    .banner {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0.5rem 0.75rem;
      padding: 0.625rem 0.875rem;
      border: 1px solid var(--wb-level);
      border-radius: var(--wb-radius);
      background: var(--wb-level-soft);
    }
    .banner > wb-icon {
      color: var(--wb-level);
      font-size: 1.25rem;
    }
    .words {
      flex: 1 1 16rem;
      min-width: 0;
      overflow-wrap: anywhere;
    }
    .fine {
      font-size: var(--wb-size-small);
    }
    .button {
      color: var(--wb-text);
    }
  `
})
export class FailureBanner {
  protected readonly data = inject(BoardData);
  protected readonly loop = inject(BoardLoop);
  protected readonly keptFrom = computed(() => {
    const updatedAt = this.data.updatedAt();
    return updatedAt === null ? null : formatTime(updatedAt, true);
  });
}
