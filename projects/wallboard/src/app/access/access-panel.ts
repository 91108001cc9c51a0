import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { GenesysAuthService } from 'ngx-genesys-auth';
import { BOARD_CONFIG, type BoardConfig } from '../boot/board-config';
import { formatTime } from '../board/format';
import type { Level } from '../board/verdict';
import { Icon, type IconName } from '../shell/icon';
import { Countdown } from './countdown';
import { scopeLines } from './scope-lines';

type Status = ReturnType<GenesysAuthService['status']>;

const LOOKS: Readonly<Record<Status, { level: Level; icon: IconName }>> = {
  unknown: { level: 'none', icon: 'none' },
  ready: { level: 'good', icon: 'good' },
  renewing: { level: 'none', icon: 'renew' },
  failed: { level: 'critical', icon: 'critical' },
  'signed-out': { level: 'watch', icon: 'lock' }
};

/** What is true in one mode. */
interface Words {
  readonly status: Readonly<Record<Status, string>>;
  /** What `expiresAt()` is the end of. */
  readonly until: string;
  readonly renew: string;
  readonly renewing: string;
  /** Where token and secret are. */
  readonly foot: string;
}

const STATUS = { ready: 'Ready', failed: 'Failed', 'signed-out': 'Signed out' } as const;

const WORDS: Readonly<Record<BoardConfig['mode'], Words>> = {
  // The page has a token and shows its life.
  token: {
    status: { ...STATUS, unknown: 'No token yet', renewing: 'Renewing' },
    until: 'Token expires in',
    renew: 'Renew now',
    renewing: 'Renewing…',
    foot: 'The client secret stays on the server; the token stays in memory.'
  },
  // The page has no token. It asks the relay what the user may do, when a request needs the answer.
  proxy: {
    status: { ...STATUS, unknown: 'Not checked yet', renewing: 'Checking' },
    until: 'This check is valid for',
    renew: 'Check now',
    renewing: 'Checking…',
    foot: 'This page has no token: calls of the API go through the relay, which keeps token and client secret.'
  }
};

/** What the library knows about the access to Genesys Cloud: its state, its scopes, its end, the last error. Never a token. */
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
  protected readonly words = WORDS[this.#config.mode];
  protected readonly looks = computed(() => LOOKS[this.auth.status()]);
  protected readonly status = computed(() => this.words.status[this.auth.status()]);
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
