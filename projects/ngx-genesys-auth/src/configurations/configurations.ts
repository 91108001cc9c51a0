import type { HttpRequest } from '@angular/common/http';
import { EnvironmentInjector, inject } from '@angular/core';
import { CONFIGURATION_NAME, NEEDED_SCOPES } from '../attach/context';
import type { ApiHandler } from '../attach/steps';
import { GenesysAuthConfigError } from '../errors';
import { Configuration } from './configuration';
import { PROVIDED, nameOf } from './provided';

/** The configurations of an app. */
export class Configurations {
  readonly all: readonly Configuration[];
  #isStarted = false;
  /** Where requests are looked for: those that are ready first, as the others take whatever may be for them. */
  #handlers: readonly ApiHandler[] | undefined;
  #later: ApiHandler | undefined;

  constructor() {
    const parent = inject(EnvironmentInjector);
    const provided = inject(PROVIDED);
    const replaced = new Set(provided.filter(({ replaces }) => replaces).map(nameOf));
    const kept = provided.filter((one) => one.replaces ?? !replaced.has(nameOf(one)));
    if (ngDevMode) checkNames(kept.map(nameOf));
    this.all = kept.map((one) => new Configuration(one, parent, this));
  }

  /** @throws GenesysAuthConfigError if a configuration is at hand and wrong */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    for (const configuration of this.all) configuration.start();
  }

  /** A configuration became ready. */
  changed(): void {
    this.#handlers = undefined;
  }

  /**
   * One configuration: by its name, or the one without a name, or the first.
   *
   * @throws GenesysAuthConfigError if there is none of this name
   */
  get(name?: string): Configuration {
    const found = this.all.find((one) => one.name === name) ?? (name === undefined ? this.all[0] : undefined);
    if (!found) {
      const known = ngDevMode ? this.all.map((one) => `"${one.name ?? ''}"`).join(', ') : '';
      throw wrongName(
        ngDevMode ? `there is no configuration "${name ?? ''}".` : '',
        ngDevMode ? `Give one of ${known}.` : ''
      );
    }
    return found;
  }

  /** What handles a request; `undefined` if it is for no API of ours. */
  find(request: HttpRequest<unknown>): ApiHandler | undefined {
    const { url, context } = request;
    for (const handler of this.#handlers ?? this.#collect()) {
      if (handler.isApi(url)) return context.has(CONFIGURATION_NAME) ? this.#named(request) : handler;
    }
    // It may be for an API that nobody knows yet.
    return this.#later && (context.has(NEEDED_SCOPES) || context.has(CONFIGURATION_NAME)) ? this.#later : undefined;
  }

  #named({ url, context }: HttpRequest<unknown>): ApiHandler | undefined {
    const { handler } = this.get(context.get(CONFIGURATION_NAME));
    return handler.isApi(url) ? handler : undefined;
  }

  #collect(): readonly ApiHandler[] {
    this.start();
    this.#later = this.all.find(({ core }) => !core)?.handler;
    const ready = this.all.flatMap(({ core }) => core?.attacher ?? []);
    return (this.#handlers = this.#later ? [...ready, this.#later] : ready);
  }
}

const wrongName = (message: string, fix: string) => new GenesysAuthConfigError([{ key: 'name', message, fix }]);

/** Names stand in the source of the app: who writes one twice sees it at the first start. */
function checkNames(names: readonly (string | undefined)[]): void {
  const again = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (again < 0) return;
  const name = names[again];
  throw wrongName(
    `two configurations ${name === undefined ? 'have no name' : `are called "${name}"`}.`,
    'Give each call of provideGenesysAuth() or forRoot() a name of its own.'
  );
}
