import { isPlatformServer } from '@angular/common';
import {
  Directive,
  ErrorHandler,
  PLATFORM_ID,
  TemplateRef,
  ViewContainerRef,
  computed,
  effect,
  inject,
  input,
  linkedSignal,
  untracked
} from '@angular/core';
import type { GenesysScope } from 'genesys-scopes';
import { GenesysAuthError, isScopeDenied } from '../errors';
import { SERVER_RELAY } from '../token/server-access';
import { GenesysAuthService } from '../service/service';

/** What the directive asks. */
interface Question {
  readonly auth: GenesysAuthService;
  readonly needed: readonly string[];
}

/**
 * Shows a part of a template only if the user has all of the given scopes, or ones that cover them. Works in token mode and
 * in proxy mode, and follows every change.
 *
 * While the answer is not known, nothing is shown the first time, and later what was shown before: nothing flickers during a
 * renewal, and an outage is not shown as a missing right. If there is no answer yet when the directive appears, or the user
 * has signed out, it asks the relay by `ensureScopes()`. After `clear()` a directive that is already on the page shows the
 * `else` template. It does not ask again by itself, as that could sign the user in again. On the server nothing is shown,
 * unless the server has a credential.
 *
 * A scope that is malformed, misspelt or not configured is reported to the `ErrorHandler` as a `GenesysScopeError`; the
 * `else` template is shown.
 *
 * It hides; it does not protect. The relay and the API decide what a user may do.
 *
 * @example
 * <button *genesysScopes="'routing'">Edit</button>
 * <app-report *genesysScopes="['analytics:readonly', 'users:readonly']; else denied" />
 * <app-report *genesysScopes="'analytics'; config: 'emea'" />
 * <ng-template #denied>Ask your administrator.</ng-template>
 */
@Directive({ selector: '[genesysScopes]' })
export class GenesysScopesDirective {
  readonly #service = inject(GenesysAuthService);
  readonly #errors = inject(ErrorHandler);
  readonly #silent = isPlatformServer(inject(PLATFORM_ID)) && !inject(SERVER_RELAY, { optional: true });
  readonly #view = inject(ViewContainerRef);
  readonly #template = inject<TemplateRef<unknown>>(TemplateRef);

  /** The scopes, all of which are needed: one, or a list. With an empty list a token is enough. */
  readonly genesysScopes = input.required<GenesysScope | readonly GenesysScope[]>();
  /** The name of the configuration whose token is meant, where there are several. */
  readonly genesysScopesConfig = input<string>();
  /** What is shown if a scope is missing. */
  readonly genesysScopesElse = input<TemplateRef<unknown> | null | undefined>();

  readonly #auth = computed(() => {
    const name = this.genesysScopesConfig();
    return name === undefined ? this.#service : this.#service.for(name);
  });
  readonly #needed = computed(() => [this.genesysScopes()].flat());
  readonly #invalid = computed(() => {
    const [auth, needed] = [this.#auth(), this.#needed()];
    return untracked(() => auth.validate(...needed)).errors[0];
  });
  /** The answer. While it is not known, the last answer to the same question. */
  readonly #granted = linkedSignal<Question & { fresh: boolean | undefined }, boolean | undefined>({
    source: () => ({ auth: this.#auth(), needed: this.#needed(), fresh: this.#answer() }),
    computation: ({ auth, needed, fresh }, last) =>
      fresh ?? (last?.source.auth === auth && last.source.needed === needed ? last.value : undefined)
  });
  readonly #shown = computed(() => {
    const granted = this.#granted();
    if (granted === undefined) return undefined;
    return granted ? this.#template : this.genesysScopesElse();
  });

  constructor() {
    effect(() => {
      const error = this.#invalid();
      if (!error) return;
      untracked(() => {
        this.#errors.handleError(error);
      });
    });
    // Runs when the scopes or the configuration change, not when the token changes.
    effect(() => {
      const [auth, needed] = [this.#auth(), this.#needed()];
      if (this.#silent || this.#invalid()) return;
      untracked(() => {
        if (auth.status() !== 'signed-out' && this.#answer() !== undefined) return;
        auth.ensureScopes(...needed).catch((error: unknown) => {
          // The error is in the state, too. Where the configuration is loaded at run time, a wrong scope is found only now.
          if (error instanceof GenesysAuthError && error.code === 'scope_not_configured')
            this.#errors.handleError(error);
        });
      });
    });
    effect(() => {
      const template = this.#shown();
      untracked(() => {
        this.#view.clear();
        if (template) this.#view.createEmbeddedView(template);
      });
    });
  }

  #answer(): boolean | undefined {
    if (this.#invalid()) return false;
    const status = this.#auth().status();
    const granted = this.#auth().hasScopes(...this.#needed());
    if (granted || status === 'ready' || status === 'signed-out') return granted;
    if (status === 'renewing' && this.#auth().scopes().size > 0) return false;
    return status === 'failed' && isScopeDenied(this.#auth().error()) ? false : undefined;
  }
}
