/** When and how often a fault strikes. */
export interface FaultWindow {
  /** Milliseconds until it begins; default 0. */
  readonly afterMs?: number;
  /** Milliseconds it lasts. */
  readonly forMs?: number;
  /** How often it strikes at most. */
  readonly times?: number;
}

/** Which requests a fault strikes. */
export interface RequestTarget {
  /**
   * Method and path, either with `*` for anything: `POST /api/v2/analytics/*`, `/oauth/token`, `*`. Default: everything.
   * Opening a socket is `GET /channels/*`.
   */
  readonly route?: string;
  readonly host?: 'login' | 'api';
}

/** Which events a fault strikes. */
export interface EventTarget {
  /** Topic, with `*` for anything: `v2.analytics.queues.*`. Default: all. */
  readonly topic?: string;
}

/** Which sockets a fault strikes. */
export interface SocketTarget {
  /** Id of an OAuth client; default: those of all. */
  readonly clientId?: string;
}

/**
 * Something that goes wrong.
 *
 * Faults of requests, events and heartbeats are active until their window is over, they have struck `times` times, or they
 * are removed. Those of sockets and tokens strike at once what there is, and, with `forMs`, what comes while they last.
 */
export type Fault = FaultWindow &
  (
    | ({
        /** Answers later: by `ms`, and up to `jitterMs` more. */
        readonly type: 'latency';
        readonly ms: number;
        readonly jitterMs?: number;
      } & RequestTarget)
    | ({
        /** Answers with an error of the server, 500 to 599. Default 503. */
        readonly type: 'serverError';
        readonly status?: number;
      } & RequestTarget)
    | ({
        /**
         * Answers 429; `retryAfterSeconds` 0 leaves the header out. The token endpoint answers 400 `invalid_request` without the
         * header, as Genesys does.
         */
        readonly type: 'rateLimit';
        readonly retryAfterSeconds: number;
      } & RequestTarget)
    | ({
        /** Answers at once, but the body trickles in over `ms`. */
        readonly type: 'slowBody';
        readonly ms: number;
      } & RequestTarget)
    | ({
        /** Cuts the connection instead of answering. */
        readonly type: 'dropConnection';
      } & RequestTarget)
    | ({
        /** Does what the request asks for, then cuts the connection instead of answering. */
        readonly type: 'loseAnswer';
      } & RequestTarget)
    | ({
        /**
         * Sends the user back from `/oauth/authorize` with an error, such as `access_denied` (the user refused) or
         * `server_error`. With `route: 'POST /oauth/authorize'` it happens after the login page.
         */
        readonly type: 'authorizeError';
        readonly error: string;
        readonly description?: string;
      } & RequestTarget)
    | {
        /** The token endpoint refuses an authenticated client, for example with `invalid_grant`. Default status 400. */
        readonly type: 'tokenError';
        readonly error: string;
        readonly description?: string;
        readonly status?: number;
        /** `client_credentials`, `authorization_code` or `refresh_token`; default: all. */
        readonly grantType?: string;
      }
    | ({
        /** Cuts sockets without a goodbye. */
        readonly type: 'dropSockets';
      } & SocketTarget)
    | ({
        /** Closes sockets properly; default 1001. */
        readonly type: 'closeSockets';
        readonly code?: number;
        readonly reason?: string;
      } & SocketTarget)
    | ({
        /** Half-open sockets: nothing comes, nothing is read, nobody says goodbye. They stay so, whatever follows. */
        readonly type: 'freezeSockets';
      } & SocketTarget)
    | ({
        /** Sends `v2.system.socket_closing`, and closes after `graceMs` (default 60,000). */
        readonly type: 'socketClosing';
        readonly graceMs?: number;
      } & SocketTarget)
    | ({
        /** No heartbeats. */
        readonly type: 'missHeartbeats';
      } & SocketTarget)
    | ({
        /** Sends events twice, with the same correlation id. */
        readonly type: 'duplicateEvents';
      } & EventTarget)
    | ({
        /** Holds an event back until the next one of its topic has been sent. */
        readonly type: 'reorderEvents';
      } & EventTarget)
    | ({
        /** Loses events. */
        readonly type: 'loseEvents';
      } & EventTarget)
    | ({
        /**
         * Access tokens die, and the channels they made. With `email` only those of this user. With `refreshTokens: true` the
         * user's refresh tokens die too, as when the user changes the password.
         */
        readonly type: 'revokeTokens';
        readonly email?: string;
        readonly refreshTokens?: boolean;
      } & SocketTarget)
    | {
        /** The sandbox says that it is `ms` later (or earlier) than its clock: in `Date` headers and `GET /api/v2/date`. */
        readonly type: 'clockOffset';
        readonly ms: number;
      }
  );

/** The kind of a fault. */
export type FaultType = Fault['type'];

/** A fault that was added. */
export interface ActiveFault {
  readonly id: string;
  readonly fault: Fault;
  /** How often it has struck. */
  readonly hits: number;
}

/** Finds faults of one kind. */
export type FaultOf<T extends FaultType> = Extract<Fault, { type: T }>;
