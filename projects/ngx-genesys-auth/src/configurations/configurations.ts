import type { HttpRequest } from '@angular/common/http';
import { EnvironmentInjector, inject } from '@angular/core';
import { CONFIGURATION_NAME, NEEDED_SCOPES } from '../attach/context';
import type { ApiHandler } from '../attach/steps';
import { GenesysAuthConfigError } from '../errors';
import { type Configuration, createConfiguration } from './configuration';
import { PROVIDED, nameOf } from './provided';

/** The configurations of an app. */
export interface Configurations {
  readonly all: readonly Configuration[];
  /** @throws GenesysAuthConfigError if a configuration is at hand and wrong */
  start(): void;
  /** A configuration became ready. */
  readonly changed: () => void;
  /**
   * One configuration: by its name, or the one without a name, or the first.
   *
   * @throws GenesysAuthConfigError if there is none of this name
   */
  readonly get: (name?: string) => Configuration;
  /** What handles a request; `undefined` if it is for no API of ours. */
  readonly find: (request: HttpRequest<unknown>) => ApiHandler | undefined;
}

/** Makes the {@link Configurations} of all that was provided. Must be called in an injection context. */
export function createConfigurations(): Configurations {
  const parent = inject(EnvironmentInjector);
  const provided = inject(PROVIDED);
  const kept = provided.filter(
    (one) => one.replaces ?? !provided.some((other) => other.replaces && nameOf(other) === nameOf(one))
  );
  if (ngDevMode) checkNames(kept.map(nameOf));
  const all: Configuration[] = [];
  const waiting: Configuration[] = [];
  /** Where requests are looked for: those that are ready first, as the others take whatever may be for them. */
  let handlers: readonly ApiHandler[] | undefined;
  let later: ApiHandler | undefined;

  const collect = (): readonly ApiHandler[] => {
    self.start();
    const pending = all.filter(({ core }) => !core).map(({ handler }) => handler);
    later = pending[0];
    return (handlers = [...all.flatMap(({ core }) => core?.attacher ?? []), ...pending]);
  };

  const self: Configurations = {
    all,
    start() {
      for (const configuration of waiting.splice(0)) configuration.start();
    },
    changed() {
      handlers = undefined;
    },
    get(name) {
      const found = all.find((one) => one.name === name) ?? (name === undefined ? all[0] : undefined);
      if (found) return found;
      throw wrongName(
        ngDevMode ? `there is no configuration "${name ?? ''}".` : '',
        ngDevMode ? `Give one of ${all.map((one) => `"${one.name ?? ''}"`).join(', ')}.` : ''
      );
    },
    find({ url, context }) {
      const found = handlers ?? collect();
      if (context.has(CONFIGURATION_NAME)) {
        const { core, handler } = self.get(context.get(CONFIGURATION_NAME));
        return !core || handler.isApi(url) ? handler : undefined;
      }
      for (const handler of found) if (handler.isApi(url)) return handler;
      // It may be for an API that nobody knows yet.
      return context.has(NEEDED_SCOPES) ? later : undefined;
    }
  };
  all.push(...kept.map((one) => createConfiguration(one, parent, self)));
  waiting.push(...all);
  return self;
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
