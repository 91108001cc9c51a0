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
    @if (failure(); as failure) {
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
  styleUrl: './banner.css'
})
export class FailureBanner {
  protected readonly data = inject(BoardData);
  protected readonly loop = inject(BoardLoop);
  /** The banner of sign-in reports the end of the session. */
  protected readonly failure = computed(() => {
    const failure = this.data.failure();
    return failure?.code === 'session_ended' ? null : failure;
  });
  protected readonly keptFrom = computed(() => {
    const updatedAt = this.data.updatedAt();
    return updatedAt === null ? null : formatTime(updatedAt, true);
  });
}
