import { ChangeDetectionStrategy, Component } from '@angular/core';

@Component({
  selector: 'app-root',
  standalone: false,
  template: `
    <h1>Queues</h1>
    <app-queues />
    <p class="granted" *genesysScopes="'routing:readonly'">You may read them.</p>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush
})
export class App {}
