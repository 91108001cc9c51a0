import { DOCUMENT, inject } from '@angular/core';
import {
  type HubPosition,
  NOTIFICATIONS_PROTOCOL,
  RELAY_PATHS,
  TICKET_PROTOCOL_PREFIX,
  type TicketResponse,
  isTicketResponse
} from 'genesys-auth-protocol';
import { ɵGENESYS_AUTH_CORE as GENESYS_AUTH_CORE } from 'ngx-genesys-auth';
import type { Observable } from 'rxjs';
import {
  type ConnectionListener,
  GENESYS_WEBSOCKET,
  type NotificationConnection,
  type NotificationSource,
  type NotificationSourceFactory
} from '../source';
import { Socket } from '../socket';
import { HubConnection } from './connection';

/**
 * Events over the relay's hub: many browsers share few channels of Genesys Cloud, no token is needed in the browser, each topic
 * is checked against what the caller may have, and a short loss is made good from the hub's memory.
 */
export function relayHub(): NotificationSourceFactory {
  return () => new HubSource();
}

class HubSource implements NotificationSource {
  readonly #core = inject(GENESYS_AUTH_CORE);
  readonly #sockets = inject(GENESYS_WEBSOCKET);
  readonly #url = socketUrl(this.#core.config.relayUrl + RELAY_PATHS.notifications, inject(DOCUMENT).baseURI);
  /** The position of the newest connection. Frames of an earlier connection do not change it. */
  #position: HubPosition | undefined;
  #newest: object | undefined;

  open(topics: readonly string[], listener: ConnectionListener): NotificationConnection {
    const self = {};
    this.#newest = self;
    return new HubConnection(topics, listener, {
      ticket: () => this.#ticket(),
      open: (ticket, events) =>
        new Socket(this.#sockets, this.#url, [NOTIFICATIONS_PROTOCOL, TICKET_PROTOCOL_PREFIX + ticket], events),
      resume: this.#position,
      at: (position) => {
        if (this.#newest === self) this.#position = position;
      }
    });
  }

  #ticket(): Observable<TicketResponse> {
    return this.#core.relay.call('POST', RELAY_PATHS.ticket, undefined, isTicketResponse);
  }
}

function socketUrl(url: string, base: string): string {
  const absolute = new URL(url, base);
  absolute.protocol = absolute.protocol === 'https:' ? 'wss:' : 'ws:';
  return absolute.href;
}
