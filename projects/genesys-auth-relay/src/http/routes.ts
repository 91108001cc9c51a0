import { RELAY_PATHS } from 'genesys-auth-protocol';
import type { RelayConfig } from '../config/config.ts';
import type { Relay } from '../relay/relay.ts';
import type { RouteHandler } from './request-context.ts';
import {
  createApiHandler,
  createNotificationsHandler,
  createSessionHandler,
  createTicketHandler,
  createTokenHandler
} from './route-handlers.ts';
import { apiPageHeaders } from './preflight.ts';
import { createSignInCallbackHandler, createSignInHandler, createSignOutHandler } from './sign-in-route-handlers.ts';

/** One row of the table of routes. */
export interface Route {
  /** Path below the prefix of the relay. `/*` at the end stands for every path below it. */
  readonly path: string;
  readonly methods: readonly string[];
  /** Whether HEAD is served as GET, without the body. Only for a GET that changes nothing. */
  readonly servesHead?: boolean;
  /** Whether the handler checks the query. Otherwise the query must hold no credential. */
  readonly checksQuery?: boolean;
  /** Headers that a page of another origin may send. Default: those of a request to the relay itself. */
  readonly pageHeaders?: () => string;
  /** Whether the current configuration serves it. Default: always. A path that is not served is unknown. */
  readonly isServed?: () => boolean;
  readonly handle: RouteHandler;
}

/** The path of all API calls, as the log and the metrics name it. */
export const API_PATH = `${RELAY_PATHS.api}/*`;

/**
 * Builds the table of all routes.
 *
 * @param prefix path the relay is mounted at
 */
export function createRoutes(relay: Relay, config: RelayConfig, prefix: string): readonly Route[] {
  const { hub } = relay;
  // A reload may add or remove sign-in.
  const isServed = () => relay.signIn !== undefined;
  // Genesys Cloud sends its code in the query.
  const signInRoutes: readonly Route[] = [
    { path: RELAY_PATHS.signIn, methods: ['GET'], checksQuery: true, isServed, handle: createSignInHandler(relay) },
    {
      path: RELAY_PATHS.signInCallback,
      methods: ['GET'],
      checksQuery: true,
      isServed,
      handle: createSignInCallbackHandler(relay)
    },
    { path: RELAY_PATHS.signOut, methods: ['POST'], isServed, handle: createSignOutHandler(relay) }
  ];
  const hubRoutes: readonly Route[] =
    hub === undefined
      ? []
      : [
          { path: RELAY_PATHS.ticket, methods: ['POST'], handle: createTicketHandler(relay, hub) },
          { path: RELAY_PATHS.notifications, methods: ['GET'], handle: createNotificationsHandler(prefix) }
        ];
  return [
    { path: RELAY_PATHS.token, methods: ['POST'], handle: createTokenHandler(relay, config.limits.bodyBytes) },
    { path: RELAY_PATHS.session, methods: ['GET'], servesHead: true, handle: createSessionHandler(relay) },
    ...signInRoutes,
    ...hubRoutes,
    {
      path: API_PATH,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      checksQuery: true,
      pageHeaders: () => apiPageHeaders(relay.apiProxy?.forwardHeaders ?? []),
      handle: createApiHandler(relay, prefix)
    }
  ];
}

/**
 * The path of a request target below the prefix, decoded and without the query. Returns an empty string for a path that is not
 * below the prefix, and `undefined` when an escape is malformed.
 *
 * @param target the URL as it came. It may be a whole URL (RFC 9112 section 3.2.2).
 */
export function pathBelow(prefix: string, target: string): string | undefined {
  const path = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').replace(/[?#].*/s, '');
  try {
    const decoded = decodeURI(path);
    return decoded.startsWith(prefix) ? decoded.slice(prefix.length) : '';
  } catch {
    return undefined;
  }
}

/** The routes that the current configuration serves. */
export const servedRoutes = (routes: readonly Route[]): readonly Route[] =>
  routes.filter(({ isServed }) => isServed === undefined || isServed());

/** Finds the route of a path below the prefix. */
export const findRoute = (routes: readonly Route[], path: string): Route | undefined =>
  routes.find((route) => (route.path.endsWith('/*') ? path.startsWith(route.path.slice(0, -1)) : path === route.path));
