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
import { GenesysAuthError } from './errors';
import { SERVER_RELAY } from './relay/server';
import { GenesysAuthService } from './service';

/**
 * Shows a part of a template only if the token has all of the given scopes, or ones that cover them; follows the token.
 *
 * While that is not known, nothing is shown the first time, and later what was shown before: no flicker while the token is
 * renewed, and nobody is told that they may not because a server is down. If nobody has needed a token yet, the directive
 * asks for it. On the server nothing is shown, unless it has a credential.
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
  /** The answer, or the last one to the same question while there is none. */
  readonly #granted = linkedSignal<{ needed: readonly string[]; fresh: boolean | undefined }, boolean | undefined>({
    source: () => ({ needed: this.#needed(), fresh: this.#answer() }),
    computation: ({ needed, fresh }, last) => fresh ?? (last?.source.needed === needed ? last.value : undefined)
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
    effect(() => {
      if (this.#silent || this.#invalid() || this.#auth().status() !== 'unknown') return;
      // What it fails with is in the state, for all to see.
      this.#auth()
        .token(...untracked(this.#needed))
        .catch((error: unknown) => {
          // Where the configuration is loaded at run time, this shows only now.
          if (error instanceof GenesysAuthError && error.code === 'scope_not_configured')
            this.#errors.handleError(error);
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
    return status === 'failed' && isAnswer(this.#auth().error()) ? false : undefined;
  }
}

/** Whether a failure says something about the user, and not only about a server or the network. */
const isAnswer = (error: GenesysAuthError | null): boolean =>
  error !== null && (error.code.startsWith('scope_') || /^relay_(forbidden|unauthenticated)$/.test(error.code));
