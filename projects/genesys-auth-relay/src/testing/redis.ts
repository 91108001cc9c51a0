import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { Redis } from 'ioredis';
import { freePort } from '../../../../scripts/lib/free-port.cjs';
import { findRedis } from '../../../../scripts/lib/tools.cjs';
import type { TestCertificate } from './certificate.ts';

/** A Redis of the test's own, empty, on this machine alone. */
export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** A client of the test's, to look at what is there and to change it. */
  readonly client: Redis;
  /** Kills it; what it held is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>;
  /** Stops it in the middle of everything: connections stay, nothing is answered. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}

/** The program, which is Redis and Sentinel. */
export const server = findRedis();

/** `describe`, where there is a Redis; without one `npm test` ends with a loud "NOT RUN". */
export const describeWithRedis = server === undefined ? describe.skip : describe;

/** How a Redis of a test differs from a plain one. */
export interface TestRedisOptions {
  /** More arguments of `redis-server`. */
  readonly args?: readonly string[];
  /** Speaks TLS alone, with this certificate. */
  readonly tls?: TestCertificate;
}

export function answers(port: number, tls?: TestCertificate): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = tls ? connectTls({ port, host: '127.0.0.1', ca: tls.cert }) : connect(port, '127.0.0.1');
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.setTimeout(500, () => {
      end(false);
    });
    socket.on('error', () => {
      end(false);
    });
    socket.on('data', (chunk: Buffer) => {
      end(chunk.toString().startsWith('+PONG'));
    });
    socket.write('PING\r\n');
  });
}

const encrypted = (port: number, { certFile, keyFile }: TestCertificate): readonly string[] => [
  ...['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no'],
  ...['--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', certFile]
];

/** Starts one. */
export async function startRedis({ args: more = [], tls }: TestRedisOptions = {}): Promise<TestRedis> {
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'relay-redis-'));
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const args = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', dir, '--daemonize', 'no'];
    const where = tls ? encrypted(port, tls) : ['--port', String(port)];
    child = spawn(server ?? '', [...args, ...where, ...more], { stdio: 'ignore' });
    const deadline = Date.now() + 15_000;
    while (!(await answers(port, tls))) {
      if (Date.now() > deadline) throw new Error(`Redis does not answer on port ${port}`);
      await delay(20);
    }
  }
  async function kill(): Promise<void> {
    const running = child;
    child = undefined;
    if (running?.exitCode !== null || running.signalCode !== null) return;
    running.kill('SIGKILL');
    await once(running, 'exit');
  }
  await start();
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
    kill,
    restart: start,
    freeze: () => child?.kill('SIGSTOP'),
    thaw: () => child?.kill('SIGCONT'),
    close: async () => {
      client.disconnect();
      await kill();
      rmSync(dir, { recursive: true, force: true });
    }
  };
}
