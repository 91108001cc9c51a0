import { httpResource } from '@angular/common/http';
import { ChangeDetectionStrategy, Component, computed, signal } from '@angular/core';
import { GenesysAuthError, genesysScopes, isScopeDenied } from 'ngx-genesys-auth';

interface Queues {
  readonly total: number;
  readonly entities: readonly { readonly id: string; readonly name: string }[];
}

@Component({
  selector: 'app-queue-list',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (problem(); as problem) {
      <p role="alert">{{ problem }}</p>
    } @else if (queues.hasValue()) {
      <ul>
        @for (queue of queues.value().entities; track queue.id) {
          <li>{{ queue.name }}</li>
        }
      </ul>
      <button type="button" (click)="page.set(page() + 1)">Next page</button>
    } @else {
      <p>Loading</p>
    }
  `
})
export class QueueList {
  readonly page = signal(1);
  readonly queues = httpResource<Queues>(() => ({
    url: 'https://api.mypurecloud.de/api/v2/routing/queues',
    params: { pageNumber: this.page() },
    context: genesysScopes('routing:readonly')
  }));
  readonly problem = computed(() => {
    const error = this.queues.error();
    if (error === undefined) return undefined;
    if (isScopeDenied(error)) return 'You may not see the queues.';
    return error instanceof GenesysAuthError ? error.code : 'The queues could not be loaded.';
  });
}
