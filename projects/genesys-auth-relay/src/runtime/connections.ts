/** Idle connections are dropped before the load balancers in between do it (F15). */
const IDLE = { keepAliveTimeout: 10_000, keepAliveMaxTimeout: 25_000 };

/**
 * How many connections each host the relay talks to gets at most, and how long idle ones are kept, in milliseconds; options of
 * undici. `check` prints them (ASVS 5.0 13.1.2, 13.2.6), so they are what is set, not what is written about it.
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

/** Milliseconds in which a connection for calls that are passed on must stand. */
const LONGEST_CONNECT_MS = 10_000;

/** The same for the calls of the API that are passed on; how many and how long is configured. */
export const passedOn = ({ connections, timeoutMs }: { readonly connections: number; readonly timeoutMs: number }) => ({
  connections,
  ...IDLE,
  headersTimeout: timeoutMs,
  bodyTimeout: timeoutMs,
  connect: { timeout: Math.min(timeoutMs, LONGEST_CONNECT_MS) }
});
