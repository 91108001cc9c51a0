import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { formatSpan, formatTime } from '../board/format';
import type { Level } from '../board/verdict';
import { BoardData } from '../live/board-data';
import { Clock } from '../live/clock';
import type { Connection } from '../live/connection';
import { POLL_MS } from '../live/pacing';
import { Icon, type IconName } from './icon';

const LOOKS: Readonly<Record<Connection['state'], { level: Level; icon: IconName; words: string }>> = {
  connecting: { level: 'none', icon: 'renew', words: 'Connecting' },
  live: { level: 'good', icon: 'good', words: 'Live' },
  retrying: { level: 'watch', icon: 'renew', words: 'Retrying' },
  stale: { level: 'critical', icon: 'watch', words: 'Stale' },
  failed: { level: 'critical', icon: 'critical', words: 'No connection' }
};

const POLLING = { level: 'watch', icon: 'renew', words: `Every ${POLL_MS / 1000} s` } as const;

/**
 * Whether the figures are live. What is seen counts seconds; what is announced changes only with the state, so that a
 * screen reader is not interrupted once a second.
 */
@Component({
  selector: 'wb-connection-pill',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon],
  template: `
    <span class="pill level-{{ looks().level }}" aria-hidden="true" data-testid="connection">
      <wb-icon [name]="looks().icon" />
      <strong>{{ headline() }}</strong>
      @if (detail(); as detail) {
        <span class="detail">{{ detail }}</span>
      }
    </span>
    <span class="sr-only" role="status">{{ headline() }}</span>
  `,
  styles: `
    .pill {
      display: inline-flex;
      align-items: center;
      gap: 0.4375rem;
      min-height: 2rem;
      padding: 0.1875rem 0.75rem;
      border-radius: 1rem;
      background: var(--wb-level-soft);
      color: var(--wb-level);
      font-size: var(--wb-size-small);
      white-space: nowrap;
    }
    .detail {
      color: var(--wb-text);
    }
  `
})
export class ConnectionPill {
  readonly #data = inject(BoardData);
  readonly #now = inject(Clock).now;

  protected readonly looks = computed(() => {
    const { state } = this.#data.connection();
    // Figures that are read every few seconds are fresh, but they are not live.
    return state === 'live' && !this.#data.live() ? POLLING : LOOKS[state];
  });
  protected readonly headline = computed(() => {
    const connection = this.#data.connection();
    return connection.state === 'stale' ? `Stale since ${formatTime(connection.since, true)}` : this.looks().words;
  });
  protected readonly detail = computed(() => {
    const connection = this.#data.connection();
    const updatedAt = this.#data.updatedAt();
    if (connection.state === 'live') return updatedAt === null ? '' : `${formatSpan(this.#now() - updatedAt)} ago`;
    if (!('at' in connection) || connection.at === null) return '';
    const wait = connection.at - this.#now();
    return wait > 0 ? `again in ${formatSpan(wait + 999)}` : 'trying…';
  });
}
