import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { formatDay, formatTime } from '../board/format';
import { BOARD_CONFIG } from '../boot/board-config';
import { BoardData } from '../live/board-data';
import { Clock } from '../live/clock';
import { ConnectionPill } from './connection-pill';
import { ThemeSwitch } from './theme-switch';
import { UserMenu } from './user-menu';

/** Whose board this is, whether it is live, what time it is, who is signed in. */
@Component({
  selector: 'wb-board-header',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ConnectionPill, ThemeSwitch, UserMenu],
  template: `
    <header>
      <div class="brand">
        <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
          <rect width="32" height="32" rx="8" />
          <path d="M7 17h4v8H7zm7-7h4v15h-4zm7 4h4v11h-4z" />
        </svg>
        <div class="names">
          <h1>{{ organization() }}</h1>
          <p class="muted">Queue wallboard</p>
        </div>
      </div>
      <wb-connection-pill class="connection" />
      <p class="clock">
        <time class="time" [attr.datetime]="iso()">{{ time() }}</time>
        <span class="muted day">{{ day() }}</span>
      </p>
      <wb-theme-switch />
      @if (hasSignIn) {
        <wb-user-menu />
      }
    </header>
  `,
  styles: `
    header {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0.5rem var(--wb-gap);
    }
    .brand {
      display: flex;
      align-items: center;
      gap: 0.75rem;
      min-width: 0;
      flex: 1 1 12rem;
    }
    .mark {
      flex: none;
      width: 2.375rem;
      height: 2.375rem;
      fill: #3446d8;
    }
    .mark path {
      fill: #fff;
    }
    .names {
      min-width: 0;
    }
    h1 {
      font-size: 1.1875rem;
      line-height: 1.2;
      font-weight: 700;
      letter-spacing: -0.01em;
      overflow-wrap: anywhere;
    }
    .clock {
      display: flex;
      flex-direction: column;
      align-items: flex-end;
      line-height: 1.15;
    }
    .time {
      font-size: 1.375rem;
      font-weight: 650;
    }
    wb-user-menu:empty {
      display: none;
    }
    @media (max-width: 34rem) {
      .connection {
        order: 1;
        flex: 1;
      }
      wb-theme-switch,
      wb-user-menu {
        order: 1;
      }
      .brand {
        flex-basis: 10rem;
      }
    }
  `
})
export class BoardHeader {
  readonly #data = inject(BoardData);
  readonly #now = inject(Clock).now;

  protected readonly hasSignIn = inject(BOARD_CONFIG).genesysSignIn === true;
  protected readonly organization = computed(() => this.#data.organization() ?? 'Genesys Cloud');
  protected readonly time = computed(() => formatTime(this.#now(), true));
  protected readonly day = computed(() => formatDay(this.#now()));
  protected readonly iso = computed(() => new Date(this.#now()).toISOString());
}
