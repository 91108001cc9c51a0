import { posix } from 'node:path';
import type { Tree } from '@angular-devkit/schematics';
import { quoted } from './source';
import type { Target } from './target';

/** The class of the example. */
export const EXAMPLE = 'GenesysQueues';

/**
 * Writes a component that shows the queues of the organization.
 *
 * @param apiOrigin origin of the API, such as `https://api.mypurecloud.de`
 * @returns the file, and whether it was there before
 */
export function addExample(
  tree: Tree,
  { project, sourceRoot }: Target,
  apiOrigin: string
): { readonly file: string; readonly isNew: boolean } {
  const file = posix.join('/', sourceRoot, 'app/genesys-queues.ts');
  if (tree.exists(file)) return { file, isNew: false };
  tree.create(file, component(project.prefix ?? 'app', apiOrigin));
  return { file, isNew: true };
}

const component = (prefix: string, apiOrigin: string): string => `import { httpResource } from '@angular/common/http';
import { ChangeDetectionStrategy, Component, computed } from '@angular/core';
import { GenesysAuthError } from 'ngx-genesys-auth';

interface Queues {
  readonly entities: readonly { readonly id: string; readonly name: string }[];
}

/** The queues of the Genesys Cloud organization. */
@Component({
  selector: ${quoted(`${prefix}-genesys-queues`)},
  template: \`
    <h2>Queues</h2>
    @if (queues.isLoading()) {
      <p role="status">Loading</p>
    } @else if (queues.error(); as error) {
      <p role="alert">{{ error.message }} {{ hint() }}</p>
      <button type="button" (click)="queues.reload()">Try again</button>
    } @else if (queues.hasValue()) {
      <ul>
        @for (queue of queues.value().entities; track queue.id) {
          <li>{{ queue.name }}</li>
        } @empty {
          <li>You see no queue.</li>
        }
      </ul>
    }
  \`,
  changeDetection: ChangeDetectionStrategy.OnPush
})
export class ${EXAMPLE} {
  // Needs the scope "routing:readonly", and the permission "Routing > Queue > View".
  protected readonly queues = httpResource<Queues>(() => ${quoted(`${apiOrigin}/api/v2/routing/queues`)});

  /** What to do about an error of the library, with a link to its page. */
  protected readonly hint = computed(() => {
    const error = this.queues.error();
    return error instanceof GenesysAuthError ? error.hint : '';
  });
}
`;
