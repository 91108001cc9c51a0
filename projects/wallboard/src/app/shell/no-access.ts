import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Icon } from './icon';

/** Stands for a page whose guard said no. */
@Component({
  selector: 'wb-no-access',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, RouterLink],
  template: `
    <section class="card panel" aria-labelledby="no-access-title" data-testid="no-access">
      <h2 id="no-access-title" class="card-title"><wb-icon name="lock" /> You may not see this page</h2>
      <p>
        @if (scope(); as scope) {
          Your role does not have the scope <code>{{ scope }}</code>.
        } @else {
          The relay gives you no access to Genesys Cloud.
        }
        Ask the administrator of the relay.
      </p>
      <a class="button" routerLink="/">Back to the board</a>
    </section>
  `,
  styles: `
    .panel {
      display: grid;
      gap: 0.75rem;
      justify-items: start;
      padding: 0.875rem 1rem;
    }
  `
})
export class NoAccess {
  /** The missing scope, from the URL. */
  readonly scope = input<string>();
}
