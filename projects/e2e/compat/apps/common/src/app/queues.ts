import { HttpClient } from '@angular/common/http';
import { ApplicationRef, ChangeDetectionStrategy, Component, DOCUMENT, inject, signal } from '@angular/core';
import { GenesysAuthError, genesysScopes } from 'ngx-genesys-auth';
import { apiOrigin } from './settings';

interface Queue {
  readonly id: string;
  readonly name: string;
}

/** The queues of the organization, or why there are none. */
@Component({
  selector: 'app-queues',
  template: `
    <ul>
      @for (queue of queues(); track queue.id) {
        <li>{{ queue.name }}</li>
      }
    </ul>
    @if (failure(); as code) {
      <p class="failure">{{ code }}</p>
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush
})
export class Queues {
  readonly queues = signal<readonly Queue[]>([]);
  readonly failure = signal<string | null>(null);

  constructor() {
    const { body } = inject(DOCUMENT);
    void inject(ApplicationRef)
      .whenStable()
      .then(() => body.setAttribute('data-stable', ''));
    inject(HttpClient)
      .get<{ entities: Queue[] }>(`${apiOrigin}/api/v2/routing/queues`, { context: genesysScopes('routing:readonly') })
      .subscribe({
        next: ({ entities }) => this.queues.set(entities),
        error: (error: unknown) => this.failure.set(error instanceof GenesysAuthError ? error.code : String(error))
      });
  }
}
