import { httpResource } from '@angular/common/http';
import { ChangeDetectionStrategy, Component, InjectionToken, type Type, effect, inject, signal } from '@angular/core';
import { Router } from '@angular/router';
import {
  GenesysAuthService,
  GenesysScopesDirective,
  genesysConfig,
  genesysScopes,
  isScopeDenied
} from 'ngx-genesys-auth';
import { requireScopes } from 'ngx-genesys-auth/router';
import { API } from '../app';

/** What a page uses and reports to the test. */
export interface PageContext {
  /** The name of the configuration to use, where there are several. */
  readonly config: string | undefined;
  readonly report: (error: unknown) => void;
}
export const PAGE_CONTEXT = new InjectionToken<PageContext>('PAGE_CONTEXT');

/** How a page finds out whether the user may see it. */
export interface Way {
  /** It shows "yes", "no", or nothing while the answer is not known. */
  readonly page: Type<unknown>;
  readonly guard?: 'canActivate' | 'canMatch';
  /** Whether an open page follows a sign-out and a sign-in. Otherwise it must be opened again. */
  readonly isLive?: boolean;
  /** Whether it never asks the relay, so that other code must. */
  readonly isPassive?: boolean;
}

@Component({ selector: 'genesys-guarded', template: 'yes', changeDetection: ChangeDetectionStrategy.OnPush })
class Guarded {}

@Component({
  selector: 'genesys-directive',
  imports: [GenesysScopesDirective],
  template: `<b *genesysScopes="'routing'; config: config; else denied">yes</b><ng-template #denied>no</ng-template>`,
  changeDetection: ChangeDetectionStrategy.OnPush
})
class Directive {
  protected readonly config = inject(PAGE_CONTEXT).config;
}

@Component({
  selector: 'genesys-has-scopes',
  template: `{{ auth.hasScopes('routing') ? 'yes' : 'no' }}`,
  changeDetection: ChangeDetectionStrategy.OnPush
})
class HasScopes {
  protected readonly auth = injectAuth();
}

@Component({
  selector: 'genesys-resource',
  template: `{{ queues.hasValue() ? 'yes' : isDenied(queues.error()) ? 'no' : '' }}`,
  changeDetection: ChangeDetectionStrategy.OnPush
})
class Resource {
  readonly #context = inject(PAGE_CONTEXT);
  protected readonly isDenied = isScopeDenied;
  protected readonly queues = httpResource(() => ({
    url: `${API}/api/v2/routing/queues`,
    context: contextFor(this.#context.config, 'routing')
  }));

  constructor() {
    effect(() => {
      if (this.queues.error()) this.#context.report(this.queues.error());
    });
  }
}

@Component({
  selector: 'genesys-ensure-scopes',
  template: `{{ answer() }}`,
  changeDetection: ChangeDetectionStrategy.OnPush
})
class EnsureScopes {
  protected readonly answer = signal('');

  constructor() {
    const { report } = inject(PAGE_CONTEXT);
    injectAuth()
      .ensureScopes('routing')
      .then(
        () => {
          this.answer.set('yes');
        },
        (error: unknown) => {
          report(error);
          if (isScopeDenied(error)) this.answer.set('no');
        }
      );
  }
}

export const WAYS = {
  canActivate: { page: Guarded, guard: 'canActivate' },
  canMatch: { page: Guarded, guard: 'canMatch' },
  '*genesysScopes': { page: Directive, isLive: true },
  hasScopes: { page: HasScopes, isLive: true, isPassive: true },
  httpResource: { page: Resource },
  ensureScopes: { page: EnsureScopes }
} satisfies Record<string, Way>;

/** The guard of the page. It reports the error of a denied user and goes to another page, which shows "no". */
export const guardFor = (config: string | undefined) =>
  requireScopes('routing', {
    config,
    redirectTo: (denied) => {
      inject(PAGE_CONTEXT).report(denied);
      return inject(Router).parseUrl('/denied');
    }
  });

/** Marks a request as one for the configuration that the page uses. */
export function contextFor(config: string | undefined, ...scopes: string[]) {
  const context = genesysScopes(...scopes);
  return config === undefined ? context : genesysConfig(config, context);
}

function injectAuth(): GenesysAuthService {
  const { config } = inject(PAGE_CONTEXT);
  const auth = inject(GenesysAuthService);
  return config === undefined ? auth : auth.for(config);
}
