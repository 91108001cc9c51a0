import { HttpClient } from '@angular/common/http';
import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { GenesysAuthError, GenesysScopesDirective } from 'ngx-genesys-auth';

/** What a user of the library might test. */
@Component({
  selector: 'e2e-queues',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [GenesysScopesDirective],
  template: `
    <p>{{ text() }}</p>
    <button *genesysScopes="'routing'; else denied" type="button">Edit</button>
    <ng-template #denied>You may only look.</ng-template>
  `
})
export class Queues {
  readonly text = signal('Loading');

  constructor() {
    inject(HttpClient)
      .get<{ total: number }>('https://api.mypurecloud.com/api/v2/routing/queues')
      .subscribe({
        next: ({ total }) => {
          this.text.set(`${total} queues`);
        },
        error: (error: unknown) => {
          this.text.set(error instanceof GenesysAuthError ? error.code : 'failed');
        }
      });
  }
}
