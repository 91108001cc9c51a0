// The lazy part: pages that check the scope `admin:platform`, each in its own way, and one that only a guard protects.
import { httpResource } from '@angular/common/http';
import { ChangeDetectionStrategy, Component, NgModule, inject, signal } from '@angular/core';
import { RouterModule } from '@angular/router';
import { GenesysAuthError, GenesysAuthModule, GenesysAuthService, genesysScopes } from 'ngx-genesys-auth';
import { QUERY, QUERY_URL } from './query';

const codeOf = (error: unknown): string => (error instanceof GenesysAuthError ? error.code : String(error));

@Component({
  selector: 'e2e-guarded',
  standalone: false,
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '<p id="answer">granted</p>'
})
export class Guarded {}

@Component({
  selector: 'e2e-directive',
  standalone: false,
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <p id="answer" *genesysScopes="'admin:platform'; else denied">granted</p>
    <ng-template #denied><p id="answer">denied</p></ng-template>
  `
})
export class Directive {}

@Component({
  selector: 'e2e-ensure-scopes',
  standalone: false,
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '<p id="answer">{{ answer() }}</p>'
})
export class EnsureScopes {
  protected readonly answer = signal('');

  constructor() {
    inject(GenesysAuthService)
      .ensureScopes('admin:platform')
      .then(
        () => {
          this.answer.set('granted');
        },
        (error: unknown) => {
          this.answer.set(codeOf(error));
        }
      );
  }
}

@Component({
  selector: 'e2e-resource',
  standalone: false,
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<p id="answer">{{ data.hasValue() ? 'granted' : data.error() ? codeOf(data.error()) : '' }}</p>`
})
export class Resource {
  protected readonly codeOf = codeOf;
  protected readonly data = httpResource(() => ({
    url: QUERY_URL,
    method: 'POST',
    body: QUERY,
    context: genesysScopes('analytics:readonly', 'admin:platform')
  }));
}

@NgModule({
  declarations: [Guarded, Directive, EnsureScopes, Resource],
  imports: [
    GenesysAuthModule,
    RouterModule.forChild([
      { path: 'guarded', component: Guarded },
      { path: 'directive', component: Directive },
      { path: 'ensure-scopes', component: EnsureScopes },
      { path: 'resource', component: Resource }
    ])
  ]
})
export class AdminModule {}
