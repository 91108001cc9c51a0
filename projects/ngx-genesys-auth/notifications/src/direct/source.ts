import { inject } from '@angular/core';
import { ɵGENESYS_AUTH_CORE as GENESYS_AUTH_CORE, type ɵLiveToken as LiveToken } from 'ngx-genesys-auth';
import {
  type ConnectionListener,
  GENESYS_WEBSOCKET,
  type NotificationConnection,
  type NotificationSource,
  type NotificationSourceFactory
} from '../source';
import { ChannelApi } from './api';
import { DirectConnection } from './connection';
import type { Subscriptions } from './subscriptions';
import { TokenWatch } from './token-watch';

/**
 * Events straight from Genesys Cloud, over a channel of the token that the interceptor attaches. For few clients of an OAuth
 * client: Genesys Cloud keeps 20 channels for it, and the 21st ends the one used the longest ago. For more, and with a
 * relay in proxy mode, take {@link relayHub}.
 *
 * In development an app that combines it with `withProxyMode()` does not start (`config_invalid`).
 *
 * A channel dies with its token: in time before, the token is renewed, and a channel of the new one takes over.
 */
export function directChannel(): NotificationSourceFactory {
  return Object.assign(() => new DirectSource(), { needsToken: ngDevMode ? 'directChannel()' : undefined });
}

class DirectSource implements NotificationSource {
  readonly #tokens = inject(GENESYS_AUTH_CORE).tokens;
  readonly #api = new ChannelApi();
  readonly #sockets = inject(GENESYS_WEBSOCKET);
  #kept: { readonly channel: Subscriptions; readonly token: LiveToken | undefined } | undefined;
  #before: DirectConnection | undefined;

  open(topics: readonly string[], listener: ConnectionListener): NotificationConnection {
    const watch = new TokenWatch(this.#tokens, () => {
      this.#kept = undefined;
      listener.closing();
    });
    watch.begin(this.#kept?.token);
    // If the previous connection still lives, this one replaces it on the same channel.
    this.#before?.relieved();
    const connection = new DirectConnection(topics, listener, {
      api: this.#api,
      sockets: this.#sockets,
      channel: this.#kept?.channel,
      keep: (channel) => {
        this.#kept = { channel, token: this.#tokens.held() };
        watch.begin(this.#kept.token);
      },
      forget: (channel) => {
        if (this.#kept?.channel === channel) this.#kept = undefined;
      }
    });
    this.#before = connection;
    return {
      setTopics: (wanted) => {
        connection.setTopics(wanted);
      },
      probe: (answered) => {
        connection.probe(answered);
      },
      close: () => {
        watch.end();
        connection.close();
      }
    };
  }
}
