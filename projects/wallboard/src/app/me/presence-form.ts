import { HttpClient } from '@angular/common/http';
import { ChangeDetectionStrategy, Component, computed, inject, input, output, signal } from '@angular/core';
import { firstValueFrom, timeout } from 'rxjs';
import type { PresenceChoice } from '../api/me';
import { BOARD_CONFIG } from '../boot/board-config';
import { type Failure, describeFailure } from '../live/failure';
import { REQUEST_TIMEOUT_MS } from '../live/pacing';

/**
 * Changes the presence of the signed-in user. When that fails, what the user has chosen and typed stays, so that they can try again, for
 * example after they have signed in again.
 */
@Component({
  selector: 'wb-presence-form',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <form (submit)="save($event)">
      <label>
        <span class="muted">New presence</span>
        <select data-testid="new-presence" (change)="chosen.set(select.value)" #select>
          @for (choice of choices(); track choice.id) {
            <option [value]="choice.id" [selected]="choice.id === selected()">{{ choice.label }}</option>
          }
        </select>
      </label>
      <label>
        <span class="muted">Message, for example when you are back</span>
        <input
          type="text"
          maxlength="500"
          autocomplete="off"
          data-testid="new-message"
          [value]="message()"
          (input)="message.set(text.value)"
          #text
        />
      </label>
      <div class="actions">
        <!-- Not disabled: a disabled button loses the focus. -->
        <button class="button" data-testid="save-presence" [attr.aria-disabled]="saving()">
          {{ saving() ? 'Saving…' : 'Save' }}
        </button>
        <p class="muted" role="status" data-testid="presence-saved">{{ saved() }}</p>
      </div>
      @if (failure(); as failure) {
        <div class="error level-critical" role="alert" data-testid="presence-failure">
          <p><strong>Your presence has not changed.</strong> {{ failure.message }} {{ failure.hint }}</p>
          <code>{{ failure.code }}</code>
        </div>
      }
    </form>
  `,
  styleUrl: './presence-form.css'
})
export class PresenceForm {
  /** The user whose presence it is. */
  readonly userId = input.required<string>();
  readonly choices = input.required<readonly PresenceChoice[]>();
  /** Id of the presence that the user has now. */
  readonly current = input.required<string | undefined>();
  /** The presence has changed. */
  readonly changed = output();

  readonly #http = inject(HttpClient);
  readonly #api = inject(BOARD_CONFIG).apiOrigin;
  protected readonly chosen = signal<string | undefined>(undefined);
  protected readonly selected = computed(() => this.chosen() ?? this.current());
  protected readonly message = signal('');
  protected readonly saving = signal(false);
  protected readonly saved = signal('');
  protected readonly failure = signal<Failure | undefined>(undefined);

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    const id = this.selected();
    if (this.saving() || id === undefined) return;
    this.saving.set(true);
    this.saved.set('');
    this.failure.set(undefined);
    try {
      const url = `${this.#api}/api/v2/users/${encodeURIComponent(this.userId())}/presences/purecloud`;
      const body = { presenceDefinition: { id }, message: this.message() };
      await firstValueFrom(this.#http.patch(url, body).pipe(timeout(REQUEST_TIMEOUT_MS)));
      const label = this.choices().find((choice) => choice.id === id)?.label ?? '';
      this.saved.set(`Your presence is now “${label}”.`);
      this.chosen.set(undefined);
      this.message.set('');
      this.changed.emit();
    } catch (error) {
      this.failure.set(describeFailure(error, Date.now()));
    } finally {
      this.saving.set(false);
    }
  }
}
