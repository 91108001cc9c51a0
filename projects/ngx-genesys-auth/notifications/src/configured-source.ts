import { Injector, inject, runInInjectionContext } from '@angular/core';
import {
  type ɵConfiguration as Configuration,
  ɵCONFIGURATION_REGISTRY as CONFIGURATION_REGISTRY
} from 'ngx-genesys-auth';
import { GenesysNotificationError } from './error';
import type {
  ConnectionListener,
  NotificationConnection,
  NotificationSource,
  NotificationSourceFactory
} from './source';

/**
 * The source of one configuration: made where the parts of that configuration are, and when it is known. A connection that is
 * opened before, as the configuration is still being loaded, waits for it.
 */
export class ConfiguredSource implements NotificationSource {
  readonly #configuration: Configuration;
  readonly #make: NotificationSourceFactory;
  #source: NotificationSource | undefined;

  /** @param name of the configuration; the default one without it. Must be called in an injection context */
  constructor(make: NotificationSourceFactory, name: string | undefined) {
    this.#configuration = inject(CONFIGURATION_REGISTRY).get(name);
    this.#make = make;
  }

  open(topics: readonly string[], listener: ConnectionListener): NotificationConnection {
    let wanted = topics;
    let connection: NotificationConnection | undefined;
    const waiting = this.#configuration.ready().subscribe({
      next: () => {
        connection = this.#made().open(topics, listener);
        if (wanted !== topics) connection.setTopics(wanted);
      },
      error: (cause: unknown) => {
        listener.closed(
          new GenesysNotificationError('connection_failed', 'The configuration could not be loaded.', {
            hint: 'See cause. It is tried again.',
            cause
          })
        );
      }
    });
    return {
      setTopics: (changed) => {
        wanted = changed;
        connection?.setTopics(changed);
      },
      probe: (answered) => {
        connection?.probe(answered);
      },
      close: () => {
        waiting.unsubscribe();
        connection?.close();
      }
    };
  }

  /** Forgets the source and what it kept of its last connection, because the user has signed out. */
  forget(): void {
    this.#source = undefined;
  }

  #made(): NotificationSource {
    const { featureInjector } = this.#configuration;
    this.#source ??= featureInjector ? runInInjectionContext(featureInjector.get(Injector), this.#make) : this.#make();
    return this.#source;
  }
}
