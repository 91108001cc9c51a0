import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { SERVICE_PERIOD } from '../api/service';
import { NO_FIGURE, formatPercent, formatSpan } from '../board/format';
import { type Verdict, judge, judgeService, judgeWait } from '../board/verdict';
import { BoardData } from '../live/board-data';
import { Figure } from './figure';

/** The contact centre in five numbers. */
@Component({
  selector: 'wb-totals-strip',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Figure],
  template: `
    <section class="strip" [class.stale]="data.stale()" aria-label="Totals">
      <wb-figure
        label="Waiting"
        data-testid="total-waiting"
        [value]="waiting()"
        [verdict]="wait()"
        [note]="waitNote()"
      />
      <wb-figure
        label="Interacting"
        data-testid="total-interacting"
        [value]="interacting()"
        [note]="data.ready() ? 'in conversation now' : ''"
      />
      <wb-figure label="Agents on queue" data-testid="total-on-queue" [value]="onQueue()" [note]="idle()" />
      <wb-figure
        [label]="serviceLabel"
        data-testid="total-service"
        [value]="service()"
        [verdict]="serviceVerdict()"
        [note]="serviceNote()"
      />
      <wb-figure
        label="Need attention"
        [value]="attention().value"
        [verdict]="attention().verdict"
        [note]="attention().note"
      />
    </section>
  `,
  styles: `
    :host {
      display: block;
      container-type: inline-size;
    }
    .strip {
      display: grid;
      grid-template-columns: repeat(2, minmax(0, 1fr));
      gap: var(--wb-gap);
    }
    wb-figure:last-child {
      grid-column: 1 / -1;
    }
    @container (min-width: 44rem) {
      .strip {
        grid-template-columns: repeat(5, minmax(0, 1fr));
      }
      wb-figure:last-child {
        grid-column: auto;
      }
    }
  `
})
export class TotalsStrip {
  protected readonly data = inject(BoardData);
  readonly #now = this.data.asOf;
  readonly #total = this.data.total;

  protected readonly waiting = computed(() => this.#figure(this.#total().waiting));
  protected readonly interacting = computed(() => this.#figure(this.#total().interacting));
  protected readonly onQueue = computed(() => this.#figure(this.#total().onQueue));
  protected readonly idle = computed(() => (this.data.ready() ? this.#idle() : ''));
  protected readonly wait = computed(() => judgeWait(this.#total(), this.#now()));
  protected readonly waitNote = computed(() => {
    const since = this.#total().waitingSince;
    if (!this.data.ready()) return '';
    return since === null ? 'nobody waits' : `oldest ${formatSpan(this.#now() - since)}`;
  });
  protected readonly service = computed(() => formatPercent(this.#total().serviceLevel));
  protected readonly serviceVerdict = computed(() => judgeService(this.#total()));
  protected readonly serviceLabel = `Service level, ${SERVICE_PERIOD}`;
  protected readonly serviceNote = computed(() =>
    this.data.ready() ? `target ${formatPercent(this.#total().target.ratio)}` : ''
  );
  protected readonly attention = computed(() => this.#attention());

  #idle(): string {
    const { idle, agents } = this.#total();
    return agents === null ? `${idle} idle, counted per queue` : `${idle} idle`;
  }

  #figure(value: number): string {
    return this.data.ready() ? String(value) : NO_FIGURE;
  }

  #attention(): { value: string; note: string; verdict: Verdict | null } {
    if (!this.data.ready()) return { value: NO_FIGURE, note: '', verdict: null };
    const rows = this.data.rows();
    const levels = rows.map((row) => judge(row, this.#now()).level);
    const critical = levels.filter((level) => level === 'critical').length;
    const watch = levels.filter((level) => level === 'watch').length;
    if (critical + watch === 0) {
      return { value: '0', note: 'every queue is fine', verdict: { level: 'good', reason: 'Fine' } };
    }
    const level = critical > 0 ? 'critical' : 'watch';
    const note = `${critical} critical, ${watch} to watch`;
    return { value: `${critical + watch}/${rows.length}`, note, verdict: { level, reason: note } };
  }
}
