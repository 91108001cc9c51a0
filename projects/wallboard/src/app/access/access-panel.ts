import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { GenesysAuthService } from 'ngx-genesys-auth';
import { BOARD_CONFIG } from '../boot/board-config';
import { formatTime } from '../board/format';
import type { Level } from '../board/verdict';
import { Icon, type IconName } from '../shell/icon';
import { Countdown } from './countdown';
import { scopeLines } from './scope-lines';

type Status = ReturnType<GenesysAuthService['status']>;

const LOOKS: Readonly<Record<Status, { level: Level; icon: IconName; words: string }>> = {
  unknown: { level: 'none', icon: 'none', words: 'No token yet' },
  ready: { level: 'good', icon: 'good', words: 'Ready' },
  renewing: { level: 'none', icon: 'renew', words: 'Renewing' },
  failed: { level: 'critical', icon: 'critical', words: 'Failed' },
  'signed-out': { level: 'watch', icon: 'lock', words: 'Signed out' }
};

/** What the library knows about the token: its state, its scopes, its end, the last error. Never the token itself. */
@Component({
  selector: 'wb-access-panel',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Countdown, Icon],
  templateUrl: './access-panel.html',
  styleUrl: './access-panel.css'
})
export class AccessPanel {
  readonly #config = inject(BOARD_CONFIG);
  readonly #busy = signal(false);
  protected readonly auth = inject(GenesysAuthService);
  protected readonly busy = this.#busy.asReadonly();
  protected readonly looks = computed(() => LOOKS[this.auth.status()]);
  protected readonly scopes = computed(() => scopeLines(this.#config, this.auth.scopes()));
  protected readonly expiresAt = computed(() => {
    const at = this.auth.expiresAt();
    return at === null ? null : { ms: at.getTime(), iso: at.toISOString(), time: formatTime(at.getTime(), true) };
  });

  protected async renew(): Promise<void> {
    this.#busy.set(true);
    try {
      await this.auth.renew();
    } catch {
      // The reason is in `auth.error`, which the panel shows.
    } finally {
      this.#busy.set(false);
    }
  }
}
