import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../../../scripts/lib/free-port.cjs';
import { killRedis, spawnRedis } from '../../../../scripts/lib/redis-server.cjs';
import { findRedis } from '../../../../scripts/lib/tools.cjs';
import type { TestCertificate } from './certificate.ts';

/** An empty Redis for a test, reachable only from this machine. */
export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** A client with which the test reads and changes the content. */
  readonly client: Redis;
  /** Kills it. Its content is lost. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>;
  /** Suspends it: connections stay open, and nothing is answered. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}

/** `describe`, where there is a Redis; without one `npm test` ends with a loud "NOT RUN". */
export const describeWithRedis = findRedis() === undefined ? describe.skip : describe;

/** Options of a Redis. */
export interface TestRedisOptions {
  /** More arguments of `redis-server`. */
  readonly args?: readonly string[];
  /** Accepts only TLS, with this certificate. */
  readonly tls?: TestCertificate;
}

const encrypted = (port: number, { certFile, keyFile }: TestCertificate): readonly string[] => [
  ...['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no'],
  ...['--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', certFile]
];

/** Starts one. */
export async function startRedis({ args: more = [], tls }: TestRedisOptions = {}): Promise<TestRedis> {
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'relay-redis-'));
  const start = (): Promise<ChildProcess> => {
    const args = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', dir, '--daemonize', 'no'];
    const where = tls ? encrypted(port, tls) : ['--port', String(port)];
    return spawnRedis([...args, ...where, ...more], port, tls?.cert);
  };
  let child = await start();
  const client = new Redis(port, '127.0.0.1', {
    protocol: 2,
    retryStrategy: () => 50,
    maxRetriesPerRequest: null,
    disconnectTimeout: 200,
    ...(tls && { tls: { ca: tls.cert } })
  });
  client.on('error', () => undefined);
  return {
    url: `redis${tls ? 's' : ''}://127.0.0.1:${port}`,
    port,
    client,
    kill: () => killRedis(child),
    restart: async () => {
      child = await start();
    },
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    close: async () => {
      client.disconnect();
      await killRedis(child);
      rmSync(dir, { recursive: true, force: true });
    }
  };
}
