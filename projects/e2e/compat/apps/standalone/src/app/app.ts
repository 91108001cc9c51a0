import { ChangeDetectionStrategy, Component } from '@angular/core';
import { GenesysScopesDirective } from 'ngx-genesys-auth';
import { Queues } from './queues';

@Component({
  selector: 'app-root',
  imports: [Queues, GenesysScopesDirective],
  template: `
    <h1>Queues</h1>
    <app-queues />
    <p class="granted" *genesysScopes="'routing:readonly'">You may read them.</p>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush
})
export class App {}
