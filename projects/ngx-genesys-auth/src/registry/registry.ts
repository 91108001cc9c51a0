import type { HttpInterceptorFn } from '@angular/common/http';
import { EnvironmentInjector, inject } from '@angular/core';
import { CONFIGURATION_NAME, NEEDED_SCOPES } from '../context/request-context';
import { isForwarded, createSendGuard } from '../attach/guard';
import { isGenesysApi, startOf } from '../attach/origin';
import { GenesysAuthConfigError, configError } from '../errors';
import { checkFeatures } from '../features/feature';
import { createConfiguration } from './create-configuration';
import type { Configuration, ConfigurationRegistry } from '../core/configuration';
import { PROVIDED, type Provided, nameOf } from '../core/provided';

/** What handles the requests to each API. */
interface Handlers {
  /** The handler of each API that is known, by its origin. */
  readonly byOrigin: ReadonlyMap<string, HttpInterceptorFn>;
  /** Handles requests that may be for an API that is not known yet; `undefined` if all are known. */
  readonly waiting: HttpInterceptorFn | undefined;
}

/** Creates the configurations of an app. Must be called in an injection context. */
export function createRegistry(): ConfigurationRegistry {
  const parent = inject(EnvironmentInjector);
  const provided = inject(PROVIDED);
  const used = ngDevMode ? withReplacements(provided) : provided;
  const all: Configuration[] = [];
  /** Collected by the first request after a change. */
  let handlers: Handlers | undefined;

  /** Starts all configurations, as a mistake in one must not keep the others from working. Returns the mistakes. */
  const startAll = (): readonly unknown[] =>
    all.flatMap((configuration) => {
      try {
        configuration.start();
        return [];
      } catch (mistake) {
        return [mistake];
      }
    });

  const collectHandlers = (): Handlers => {
    startAll();
    const known = all.flatMap(({ core }) => core ?? []);
    const unknown = all.filter(({ core }) => !core);
    return {
      // In reverse, so that of several configurations for one API the first handles its requests.
      byOrigin: new Map(known.reverse().map(({ config, handler }) => [config.apiOrigin, handler])),
      waiting: (unknown.find(({ loadsLater }) => loadsLater) ?? unknown[0])?.handler
    };
  };

  const registry: ConfigurationRegistry = {
    all,
    guard: createSendGuard(parent),
    start() {
      // Not earlier: Angular reports an error of a factory once, and a circular dependency from then on.
      if (ngDevMode) {
        checkNames(all.map(({ name }) => name));
        for (const { name, features } of all) checkFeatures(features, name);
      }
      for (const mistake of startAll()) throw mistake;
    },
    get(name) {
      const found = all.find((one) => one.name === name) ?? (name === undefined ? all[0] : undefined);
      if (found) return found;
      throw configError('name', 'unknownName', { name, known: all });
    },
    handlerFor({ url, context }) {
      handlers ??= collectHandlers();
      const origin = startOf(url);
      if (context.has(CONFIGURATION_NAME)) {
        const name = context.get(CONFIGURATION_NAME);
        // The name belongs to a configuration of a nested injector.
        if (isForwarded(context) && !all.some((one) => one.name === name)) return undefined;
        const { core, handler } = registry.get(name);
        return !core || core.config.apiOrigin === origin ? handler : undefined;
      }
      const { byOrigin, waiting } = handlers;
      const known = byOrigin.get(origin);
      if (known || !waiting) return known;
      const mayBeForUnknownApi = isGenesysApi(origin) || (context.has(NEEDED_SCOPES) && !isForwarded(context));
      return mayBeForUnknownApi ? waiting : undefined;
    }
  };

  const onCoreAvailable = (): void => {
    handlers = undefined;
  };
  for (const one of used) all.push(createConfiguration(one, parent, registry, onCoreAvailable));
  return registry;
}

/** Drops configurations that a test replaces by another one of the same name. Tests run in development mode. */
const withReplacements = (provided: readonly Provided[]): readonly Provided[] =>
  provided.filter(
    ({ config, replaces }) =>
      replaces ?? !provided.some((other) => other.replaces && nameOf(other.config) === nameOf(config))
  );

/** Development only: names are part of the app's source, so the first start shows that one is used twice. */
function checkNames(names: readonly (string | undefined)[]): void {
  const repeated = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (repeated < 0) return;
  const name = names[repeated];
  const message = `two configurations ${name === undefined ? 'have no name' : `are called "${name}"`}.`;
  const fix = 'Give each call of provideGenesysAuth() or forRoot() a different name.';
  throw new GenesysAuthConfigError([{ key: 'name', message, fix }]);
}
