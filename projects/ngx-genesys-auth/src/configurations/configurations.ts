import type { HttpRequest } from '@angular/common/http';
import { EnvironmentInjector, inject } from '@angular/core';
import { CONFIGURATION_NAME, NEEDED_SCOPES } from '../attach/context';
import { type OffOriginGuard, isForwarded, offOriginGuard } from '../attach/guard';
import { isGenesysApi, startOf } from '../attach/origin';
import type { ApiHandler } from '../attach/steps';
import type { GenesysAuthCore } from '../core';
import { wrongConfig } from '../errors';
import { checkFeatures } from '../features';
import { type Configuration, createConfiguration } from './configuration';
import { PROVIDED, type Provided, nameOf } from './provided';

/** The configurations of an app. */
export interface Configurations {
  readonly all: readonly Configuration[];
  /** @throws GenesysAuthConfigError each time, if a configuration that needs no loading is wrong */
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
  readonly guard: OffOriginGuard;
}

/** Makes the {@link Configurations} of all that was provided. Must be called in an injection context. */
export function createConfigurations(): Configurations {
  const parent = inject(EnvironmentInjector);
  const provided = inject(PROVIDED);
  const kept = ngDevMode ? withReplacements(provided) : provided;
  const all: Configuration[] = [];
  /** The configurations that are ready, until another one is. */
  let cores: readonly GenesysAuthCore[] | undefined;
  /** Takes what may be for an API that is not known yet, if there is one. */
  let later: ApiHandler | undefined;
  /** What handles URLs that begin with `near`, which is where the last request went. */
  let near: string;
  let here: ApiHandler | undefined;

  /** What is wrong with the configurations that could not start. */
  const mistakes = new Map<Configuration, unknown>();

  // Each starts by itself: a mistake in one must not keep the others from working.
  const startAll = (): void => {
    for (const configuration of waiting.splice(0)) {
      try {
        configuration.start();
      } catch (error) {
        mistakes.set(configuration, error);
      }
    }
  };

  const collect = (): readonly GenesysAuthCore[] => {
    startAll();
    const unknown = all.filter(({ core }) => !core);
    later = (unknown.find((one) => !mistakes.has(one)) ?? unknown[0])?.handler;
    cores = all.flatMap(({ core }) => core ?? []);
    near = '/';
    here = undefined;
    return cores;
  };

  const self: Configurations = {
    all,
    start() {
      // Not earlier: Angular would report an error of a factory once, and a circular dependency from then on.
      if (ngDevMode) {
        checkNames(kept.map(nameOf));
        for (const one of kept) checkFeatures(one.features, nameOf(one));
      }
      startAll();
      for (const mistake of mistakes.values()) throw mistake;
    },
    changed() {
      cores = undefined;
    },
    get(name) {
      const found = all.find((one) => one.name === name) ?? (name === undefined ? all[0] : undefined);
      if (found) return found;
      throw ngDevMode
        ? wrongConfig(
            'name',
            `there is no configuration "${name ?? ''}".`,
            `Give one of ${all.map((one) => `"${one.name ?? ''}"`).join(', ')}.`
          )
        : wrongConfig('name');
    },
    find({ url, context }) {
      const ready = cores ?? collect();
      if (context.has(CONFIGURATION_NAME)) {
        const name = context.get(CONFIGURATION_NAME);
        // The name of a configuration in a nested injector.
        if (isForwarded(context) && !all.some((one) => one.name === name)) return undefined;
        const { core, handler } = self.get(name);
        return !core || core.config.apiOrigin === startOf(url) ? handler : undefined;
      }
      if (!url.startsWith(near)) {
        const start = startOf(url);
        near = `${start}/`;
        here =
          ready.find(({ config }) => config.apiOrigin === start)?.attacher ?? (isGenesysApi(start) ? later : undefined);
      }
      // It may be for an API that nobody knows yet.
      return here ?? (later && context.has(NEEDED_SCOPES) && !isForwarded(context) ? later : undefined);
    },
    guard: offOriginGuard(parent)
  };
  all.push(...kept.map((one) => createConfiguration(one, parent, self)));
  const waiting = [...all];
  return self;
}

/** Those that are used: what a test provides stands for what the app provides under the same name. Tests run in development mode. */
const withReplacements = (provided: readonly Provided[]): readonly Provided[] =>
  provided.filter((one) => one.replaces ?? !provided.some((other) => other.replaces && nameOf(other) === nameOf(one)));

/** Names stand in the source of the app: who writes one twice sees it at the first start. */
function checkNames(names: readonly (string | undefined)[]): void {
  const again = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (again < 0) return;
  const name = names[again];
  throw wrongConfig(
    'name',
    `two configurations ${name === undefined ? 'have no name' : `are called "${name}"`}.`,
    'Give each call of provideGenesysAuth() or forRoot() a name of its own.'
  );
}
