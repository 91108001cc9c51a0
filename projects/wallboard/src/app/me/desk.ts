import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { takeUntilDestroyed, toSignal } from '@angular/core/rxjs-interop';
import { RouterLink } from '@angular/router';
import { GenesysSignIn } from 'ngx-genesys-auth';
import { EMPTY, switchMap, timer } from 'rxjs';
import { readConversations, readMe, readOwnQueues, readPresences } from '../api/me';
import { formatTime } from '../board/format';
import { BOARD_CONFIG } from '../boot/board-config';
import { POLL_MS } from '../live/pacing';
import { Page } from '../live/page';
import { PresenceForm } from './presence-form';
import { reading } from './reading';

/** What the signed-in user does: presence, which they can change, routing status, queues and conversations. */
@Component({
  selector: 'wb-desk',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PresenceForm, RouterLink],
  templateUrl: './desk.html',
  styleUrl: './desk.css'
})
export class Desk {
  readonly #api = `${inject(BOARD_CONFIG).apiOrigin}/api/v2`;
  readonly #page = inject(Page);
  readonly #user = inject(GenesysSignIn).user;

  protected readonly me = this.#reading('/users/me?expand=presence,routingStatus', readMe);
  protected readonly presences = this.#reading('/presence/definitions', readPresences);
  protected readonly queues = this.#reading('/routing/queues/me?pageSize=100', readOwnQueues);
  protected readonly conversations = this.#reading('/conversations', (answer) =>
    readConversations(answer, this.#user()?.id ?? '')
  );
  /** The first reading that failed. The banner of the page reports the end of the session. */
  protected readonly failure = computed(() => {
    const failures = [this.me, this.presences, this.queues, this.conversations].map(({ failure }) => failure());
    return failures.find((failure) => failure !== undefined && failure.code !== 'session_ended');
  });
  protected readonly presence = computed(() => {
    const me = this.me.value();
    if (me === undefined) return undefined;
    const { id, system, message, since } = me.presence;
    const choice = this.presences.value()?.find((one) => one.id === id);
    return { userId: me.id, id, label: choice?.label ?? system ?? 'Unknown', message, since: sinceTime(since) };
  });
  protected readonly routing = computed(() => {
    const routing = this.me.value()?.routing;
    return routing && { status: routing.status, since: sinceTime(routing.since) };
  });
  protected readonly talks = computed(() =>
    this.conversations.value()?.map(({ queueId, since, ...talk }) => ({
      ...talk,
      queue: this.queues.value()?.find(({ id }) => id === queueId)?.name,
      since: sinceTime(since)
    }))
  );

  /** Each reading extends the session of the user, so nothing is read while the desk is unattended: its session has to end. */
  protected readonly isAttended = toSignal(this.#page.attended$, { initialValue: true });

  constructor() {
    // Status and conversations change by themselves. Their first reading has already begun.
    this.#page.attended$
      .pipe(
        switchMap((isAttended, index) => (isAttended ? timer(index === 0 ? POLL_MS : 0, POLL_MS) : EMPTY)),
        takeUntilDestroyed()
      )
      .subscribe(() => {
        this.me.reload();
        this.conversations.reload();
      });
  }

  /** Nothing is read without a user. After the session has ended, reading starts again when the user has signed in again. */
  #reading<T>(path: string, parse: (answer: unknown) => T) {
    return reading(() => (this.#user() ? this.#api + path : undefined), parse);
  }
}

const sinceTime = (at: number | undefined) => (at === undefined ? '' : `since ${formatTime(at)}`);
