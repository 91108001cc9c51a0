import { httpResource } from '@angular/common/http';
import { ChangeDetectionStrategy, Component, computed, inject, input, linkedSignal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { GenesysScopesDirective } from 'ngx-genesys-auth';
import { type QueueAgent, readMembers } from '../api/agent';
import { BOARD_CONFIG } from '../boot/board-config';
import { BoardData } from '../live/board-data';
import { describeFailure } from '../live/failure';
import { Icon } from '../shell/icon';
import { AgentDetails } from './agent-details';

/** The agents of one queue. Its route has a guard, so it is shown only to those who may read queues. */
@Component({
  selector: 'wb-agents-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AgentDetails, GenesysScopesDirective, Icon, RouterLink],
  templateUrl: './agents-page.html',
  styleUrl: './agents-page.css'
})
export class AgentsPage {
  /** From the URL. */
  readonly queueId = input.required<string>();
  readonly #api = inject(BOARD_CONFIG).apiOrigin;
  readonly #board = inject(BoardData);

  // An absolute URL on the API's origin: the library's interceptor does the rest.
  protected readonly agents = httpResource(
    () => `${this.#api}/api/v2/routing/queues/${encodeURIComponent(this.queueId())}/members?pageSize=100`,
    { parse: readMembers }
  );
  protected readonly selected = linkedSignal<string, QueueAgent | undefined>({
    source: this.queueId,
    computation: () => undefined
  });
  protected readonly queueName = computed(
    () => this.#board.rows().find(({ id }) => id === this.queueId())?.name ?? 'this queue'
  );
  protected readonly failure = computed(() => {
    const error = this.agents.error();
    return error === undefined ? undefined : describeFailure(error, Date.now());
  });
}
