import type { HttpRequest } from '@angular/common/http';
import type { Operation } from 'genesys-scopes/operations';
import type {
  GenesysAuthError,
  ɵOperationCatalogue as OperationCatalogue,
  ɵResolvedConfig as ResolvedConfig,
  ɵScopeRequirement as ScopeRequirement
} from 'ngx-genesys-auth';
import { type Observable, from, of, timeout } from 'rxjs';
import { missingPermissionOf } from './permission';
import { UnusedScopes } from './unused-scopes';
import { Verdicts, needsOf } from './verdict';

/** Finds the operation that a request calls; an `OperationIndex` of `genesys-scopes/operations` is one. */
export interface OperationFinder {
  /** The operation that a request calls, or `undefined` if none is known. */
  find(method: string, url: string): Operation | undefined;
}

/** How long requests wait for the index, in milliseconds, counted from the start of the app. */
const LONGEST_WAIT_MS = 3000;

/**
 * Infers the scopes that a request needs from its method and URL. Requests wait while the index is loaded. If it cannot be
 * loaded in time, requests continue without the check, and the relay and the API decide.
 */
export class ScopeCatalogue implements OperationCatalogue {
  readonly #verdicts: Verdicts;
  readonly #unused: UnusedScopes | undefined;
  readonly #began = performance.now();
  #index: OperationFinder | undefined;
  #loading: Promise<void> | undefined;

  constructor(config: ResolvedConfig, load: () => OperationFinder | Promise<OperationFinder>) {
    this.#verdicts = new Verdicts(config);
    if (ngDevMode) this.#unused = new UnusedScopes(config);
    this.#load(load);
  }

  wait(): Observable<unknown> | undefined {
    if (!this.#loading) return undefined;
    const leftMs = LONGEST_WAIT_MS - (performance.now() - this.#began);
    return leftMs > 0 ? from(this.#loading).pipe(timeout({ first: leftMs, with: () => of(undefined) })) : undefined;
  }

  requirementOf({ method, url }: HttpRequest<unknown>): ScopeRequirement | undefined {
    const operation = this.#index?.find(method, url);
    if (ngDevMode) this.noteUse(operation?.scopes);
    return operation && this.#verdicts.requirementOf(operation);
  }

  errorOf(response: unknown): GenesysAuthError | undefined {
    return missingPermissionOf(response);
  }

  noteUse(scopes?: readonly string[]): void {
    this.#unused?.note(scopes);
  }

  explain({ method, url }: HttpRequest<unknown>): string | undefined {
    const operation = this.#index?.find(method, url);
    return operation && needsOf(operation);
  }

  #load(load: () => OperationFinder | Promise<OperationFinder>): void {
    try {
      const index = load();
      if (!('then' in index)) {
        this.#accept(index);
        return;
      }
      this.#loading = index
        .then((loaded) => {
          this.#accept(loaded);
        })
        .catch(warnAboutLoad)
        .finally(() => (this.#loading = undefined));
    } catch (error) {
      warnAboutLoad(error);
    }
  }

  #accept(index: OperationFinder): void {
    // What an app loads at run time is easily the module instead of the index in it.
    if (typeof index.find !== 'function') throw new TypeError('It is not an operation index: it has no find().');
    this.#index = index;
  }
}

function warnAboutLoad(error: unknown): void {
  if (!ngDevMode) return;
  console.warn(
    'ngx-genesys-auth: the operation index of withScopeCatalogue() could not be loaded, so no scope is inferred from ' +
      'requests; the relay and the API still check.',
    error
  );
}
