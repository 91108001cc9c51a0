import { httpResource } from '@angular/common/http';
import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { type QueueAgent, readAgentStatus } from '../api/agent';
import { formatTime } from '../board/format';
import { BOARD_CONFIG } from '../boot/board-config';
import { describeFailure } from '../live/failure';

/** What an agent does, and since when. The call needs `users:readonly`. */
@Component({
  selector: 'wb-agent-details',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (!agent()) {
      <p class="muted">Select an agent.</p>
    } @else if (failure(); as failure) {
      <p role="alert">
        <strong>{{ failure.message }}</strong> {{ failure.hint }} <code>{{ failure.code }}</code>
      </p>
    } @else if (status.hasValue()) {
      <p data-testid="agent-status">{{ status.value().status }}{{ since() }}</p>
    } @else {
      <p class="muted" role="status">Reading…</p>
    }
  `
})
export class AgentDetails {
  readonly agent = input.required<QueueAgent | undefined>();
  readonly #api = inject(BOARD_CONFIG).apiOrigin;

  protected readonly status = httpResource(
    () => {
      const agent = this.agent();
      return agent && `${this.#api}/api/v2/users/${encodeURIComponent(agent.id)}/routingstatus`;
    },
    { parse: readAgentStatus }
  );
  protected readonly since = computed(() => {
    const since = this.status.hasValue() ? this.status.value().since : undefined;
    return since === undefined ? '' : ` since ${formatTime(since, true)}`;
  });
  protected readonly failure = computed(() => {
    const error = this.status.error();
    return error === undefined ? undefined : describeFailure(error, Date.now());
  });
}
