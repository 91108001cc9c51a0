import type { Cluster, Redis, RedisOptions } from 'ioredis';
import type { StoreConfig } from '../config/config.ts';
import { RelayConfigError } from '../config/error.ts';
import { errorCode } from '../runtime/error-code.ts';

/** The few commands the relay needs. Each ends within the command's time-out, one way or the other. */
export interface RedisClient {
  evalBuffer(script: string, keys: readonly string[], args: readonly (string | Buffer)[]): Promise<unknown>;
  getBuffer(key: string): Promise<Buffer | null>;
  /** Why there is no connection, as far as that is known: a code such as `ECONNREFUSED`, never a text of others. */
  trouble(): string | undefined;
  close(): Promise<void>;
}

/** Options of ioredis; without the mapping of replies, which would change what the commands answer. */
export type Options = Omit<RedisOptions, 'replyMapping'>;

const CONNECT_TIMEOUT_MS = 1000;

/**
 * Tells whether a server answers that it cannot serve, as after a failover of a managed Redis: the connection stays open, but the
 * master is elsewhere. A new connection finds it.
 */
export function needsNewConnection(error: Error): boolean {
  return /(?:^|-)(?:READONLY|LOADING|MASTERDOWN) /.test(error.message);
}

/**
 * Nothing is queued for a server that is away and nothing sent twice: whoever asks hears at once that it is away. A
 * connection on which an answer is owed for 3 s is given up, as one whose other end has vanished would never say so.
 */
const OPTIONS: Options = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  connectTimeout: CONNECT_TIMEOUT_MS,
  socketTimeout: 3000,
  // Its timer outlives a connection that was gone already, and keeps a process that ends.
  disconnectTimeout: 200,
  retryStrategy: (times) => Math.min(50 * times, 500),
  connectionName: 'genesys-auth-relay',
  reconnectOnError: needsNewConnection,
  // What every server since Redis 2.8 and Valkey speaks.
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
 * Opens connections to Redis or Valkey as the configuration says: one server, the servers a sentinel names, or a cluster.
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
 * Without a listener ioredis writes each failed try to the console; the breaker reports it to the log, once.
 *
 * The socket needs a listener as well. ioredis listens for its first error only, and a TLS socket may have two: the certificate
 * is refused, and then the server sends an alert. Node would end the process at the second one.
 */
function listenForErrors(connection: Redis): void {
  connection.on('error', () => {
    // There is none yet if no sentinel names a server.
    const stream = connection.stream as Redis['stream'] | undefined;
    stream?.on('error', ignore);
  });
}

/**
 * Opens a connection for subscriptions beside the client of the store: to the same server, or to any node of a cluster, as a
 * message reaches the subscribers of all nodes. The client of a cluster cannot subscribe itself: it changes its node without an
 * event, so that nobody notices what is lost.
 *
 * @returns a connection that is not connected yet and never reconnects; `undefined` while no node of the cluster is known
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
 * Gives a command so many milliseconds (F6). Not the `commandTimeout` of ioredis: when this process was busy for that long,
 * the answer is there already and only has to be read, which is done between a timer and an immediate.
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

/** The first word of an error that the server answers, such as `WRONGPASS`. */
export function replyCode(error: unknown): string | undefined {
  return error instanceof Error ? /(?:^|: -)([A-Z]{4,20}) /.exec(error.message)?.[1] : undefined;
}

/** The code of a system error or of TLS, or that of an answer. */
const codeOf = (error: unknown): string | undefined => errorCode(error) ?? replyCode(error);

/**
 * Connects to the store, and goes on when it is not there: it may come later.
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
  /** Keeps what the server answers instead of a result. */
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
