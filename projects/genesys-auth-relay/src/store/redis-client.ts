import type { Cluster, Redis, RedisOptions } from 'ioredis';
import type { StoreConfig } from '../config/config.ts';
import { RelayConfigError } from '../config/error.ts';
import { errorCode } from '../runtime/error-code.ts';

/** The few commands that the relay needs. Each succeeds or fails within the time limit of commands. */
export interface RedisClient {
  evalBuffer(script: string, keys: readonly string[], args: readonly (string | Buffer)[]): Promise<unknown>;
  getBuffer(key: string): Promise<Buffer | null>;
  /** Why there is no connection, if it is known: a code such as `ECONNREFUSED`, never text from the server. */
  trouble(): string | undefined;
  close(): Promise<void>;
}

/** Options of ioredis. Without the mapping of replies, which would change the answers of the commands. */
export type Options = Omit<RedisOptions, 'replyMapping'>;

const CONNECT_TIMEOUT_MS = 1000;

/**
 * Whether a server answers that it cannot serve. After a failover of a managed Redis the connection stays open, but another
 * server is the master. A new connection finds it.
 */
export function needsNewConnection(error: Error): boolean {
  return /(?:^|-)(?:READONLY|LOADING|MASTERDOWN) /.test(error.message);
}

/**
 * No command is queued while the server is unreachable, and none is sent twice: commands fail at once. A connection without an
 * answer for 3 s is closed, because a connection whose other end has disappeared does not report it.
 */
const OPTIONS: Options = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  connectTimeout: CONNECT_TIMEOUT_MS,
  socketTimeout: 3000,
  // Its timer stays active after a connection that has already closed, and keeps a process from ending.
  disconnectTimeout: 200,
  retryStrategy: (times) => Math.min(50 * times, 500),
  connectionName: 'genesys-auth-relay',
  reconnectOnError: needsNewConnection,
  // The protocol of every server since Redis 2.8, and of Valkey.
  protocol: 2
};

const missing = () =>
  new RelayConfigError([
    {
      key: 'store.redis',
      message: 'the package ioredis is not installed',
      fix: 'install it beside the relay: npm install ioredis'
    }
  ]);

/** Loads ioredis, which is installed only where it is used. */
async function load() {
  try {
    return await import('ioredis');
  } catch (error) {
    const code = errorCode(error);
    throw code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND' ? missing() : error;
  }
}

/**
 * Opens connections to Redis or Valkey by the configuration: to one server, to the servers that a sentinel names, or to a cluster.
 *
 * @returns the ioredis client, not connected yet
 * @throws RelayConfigError `config_invalid` when ioredis is not installed
 */
export async function createRedis(config: StoreConfig): Promise<Redis | Cluster> {
  const ioredis = await load();
  const client = build(ioredis, config, OPTIONS);
  if (client instanceof ioredis.Cluster) {
    client.on('error', ignore);
    client.on('+node', listenForErrors);
  } else listenForErrors(client);
  return client;
}

const ignore = (): void => undefined;

/**
 * Without a listener ioredis writes each failed attempt to the console. The breaker logs the failure once.
 *
 * The socket needs a listener as well. ioredis listens only for its first error, and a TLS socket may emit two: the certificate
 * is refused, and then the server sends an alert. Node would end the process at the second error.
 */
function listenForErrors(connection: Redis): void {
  connection.on('error', () => {
    // There is no socket if no sentinel names a server.
    const stream = connection.stream as Redis['stream'] | undefined;
    stream?.on('error', ignore);
  });
}

/**
 * Opens a connection for subscriptions in addition to the client of the store: to the same server, or to any node of a cluster,
 * because a message reaches the subscribers of all nodes. The client of a cluster cannot subscribe: it changes its node without
 * an event, so that lost messages are not noticed.
 *
 * @returns a client that is not connected yet and never reconnects; `undefined` while no node of the cluster is known
 */
export function subscriptionOf(client: Redis | Cluster): Redis | undefined {
  const nodes = 'nodes' in client ? client.nodes() : [client];
  const connection = nodes[Math.floor(Math.random() * nodes.length)]?.duplicate({
    ...OPTIONS,
    autoResubscribe: false,
    readOnly: false,
    retryStrategy: () => null
  });
  if (connection !== undefined) listenForErrors(connection);
  return connection;
}

function build({ Redis, Cluster }: Awaited<ReturnType<typeof load>>, config: StoreConfig, options: Options) {
  const { sentinel, cluster } = config;
  const tls = config.ca === undefined ? {} : { ca: config.ca };
  if (sentinel === undefined && !cluster)
    return new Redis(config.url.reveal(), config.ca === undefined ? options : { ...options, tls });
  const { hostname, port, username, password, protocol, pathname } = new URL(config.url.reveal());
  const login: Options = {
    ...options,
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) })
  };
  const isEncrypted = protocol === 'rediss:';
  if (sentinel !== undefined) {
    return new Redis({
      ...login,
      sentinels: [...sentinel.hosts],
      name: sentinel.name,
      db: Number(pathname.slice(1) || 0),
      ...(isEncrypted ? { tls, enableTLSForSentinelMode: true } : {})
    });
  }
  return new Cluster([{ host: hostname, port: Number(port || 6379) }], {
    lazyConnect: true,
    enableOfflineQueue: false,
    slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
    clusterRetryStrategy: (times) => Math.min(50 * times, 500),
    redisOptions: { ...login, ...(isEncrypted ? { tls } : {}) }
  });
}

/**
 * Limits the time of a command (F6). Not with the `commandTimeout` of ioredis: if this process was busy for that long, the answer
 * has arrived and only has to be read, which happens between a timer and an immediate.
 */
export async function within<T>(timeoutMs: number, command: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => setImmediate(reject, new Error('the store does not answer in time')), timeoutMs);
    timer.unref();
  });
  try {
    return await Promise.race([command, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The code at the start of an error from the server, such as `WRONGPASS`. */
export function replyCode(error: unknown): string | undefined {
  return error instanceof Error ? /(?:^|: -)([A-Z]{4,20}) /.exec(error.message)?.[1] : undefined;
}

/** The code of a system error, of a TLS error, or of an answer. */
const codeOf = (error: unknown): string | undefined => errorCode(error) ?? replyCode(error);

/**
 * Connects to the store. If it is not reachable, it continues to try.
 *
 * @throws RelayConfigError `config_invalid` when ioredis is not installed
 */
export async function openRedis(config: StoreConfig): Promise<RedisClient> {
  const client = await createRedis(config);
  const { timeoutMs } = config;
  let trouble: string | undefined;
  client.on('error', (error: unknown) => {
    trouble = codeOf(error) ?? trouble;
  });
  client.on('ready', () => {
    trouble = undefined;
  });
  await client.connect().catch(() => undefined);
  /** Notes an error answer of the server. */
  const noted = async <T>(command: Promise<T>): Promise<T> => {
    try {
      return await within(timeoutMs, command);
    } catch (error) {
      trouble = codeOf(error) ?? trouble;
      throw error;
    }
  };
  return {
    evalBuffer: (script, keys, args) => noted(client.callBuffer('EVAL', script, keys.length, ...keys, ...args)),
    getBuffer: (key) => noted(client.getBuffer(key)),
    trouble: () => trouble,
    close: async () => {
      await Promise.resolve();
      client.disconnect();
    }
  };
}
