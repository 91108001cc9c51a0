/** Idle connections are closed before load balancers in between close them (F15). */
const IDLE = { keepAliveTimeout: 10_000, keepAliveMaxTimeout: 25_000 };

/**
 * Maximum number of connections to each host, and the lifetime of idle ones in milliseconds, as options of undici. `check` prints
 * these values (ASVS 5.0 13.1.2, 13.2.6), so the printed values are those in use.
 */
export const CONNECTIONS = {
  tokenEndpoint: { connections: 16, pipelining: 1, ...IDLE },
  /** For verifying reported tokens. */
  api: { connections: 4, pipelining: 1, ...IDLE },
  /** For tokens of users. Each request has a new connection: one on a connection that breaks may or may not have arrived. */
  userTokens: { connections: 16, pipelining: 0 },
  /** For reading and ending users' tokens at the API, and for reading the users. */
  users: { connections: 16, pipelining: 1, ...IDLE },
  identityProvider: { connections: 2, ...IDLE },
  /** For the channels of the notification hub. */
  channels: { connections: 4, ...IDLE }
} as const;

/** Time limit for opening a connection for forwarded calls, in milliseconds. */
const LONGEST_CONNECT_MS = 10_000;

/** The options for forwarded API calls. Number and time limits come from the configuration. */
export const proxyPoolOptions = ({
  connections,
  timeoutMs
}: {
  readonly connections: number;
  readonly timeoutMs: number;
}) => ({
  connections,
  ...IDLE,
  headersTimeout: timeoutMs,
  bodyTimeout: timeoutMs,
  connect: { timeout: Math.min(timeoutMs, LONGEST_CONNECT_MS) }
});
