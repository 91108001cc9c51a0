import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../../../scripts/lib/free-port.cjs';
import { killRedis, spawnRedis } from '../../../../scripts/lib/redis-server.cjs';
import { type TestRedis, startRedis } from './redis.ts';
import { until } from './until.ts';

/** A master, its replica, and a sentinel that watches them, reachable only from this machine. */
export interface TestSentinel {
  /** The name of the master. */
  readonly name: string;
  readonly port: number;
  readonly master: TestRedis;
  readonly replica: TestRedis;
  /** Port of the server that the sentinel currently names as master. */
  masterPort(): Promise<number>;
  close(): Promise<void>;
}

/** Starts them, and waits until the replica is in step and the sentinel knows it. */
export async function startSentinel(name = 'main'): Promise<TestSentinel> {
  const master = await startRedis();
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(master.port)] });
  await until(
    async () => (await replica.client.info('replication')).includes('master_link_status:up'),
    'the replication'
  );
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'relay-sentinel-'));
  const file = join(folder, 'sentinel.conf');
  const watch = [
    `monitor ${name} 127.0.0.1 ${master.port} 1`,
    `down-after-milliseconds ${name} 500`,
    `failover-timeout ${name} 5000`
  ];
  writeFileSync(
    file,
    [`port ${port}`, 'bind 127.0.0.1', `dir ${folder}`, ...watch.map((l) => `sentinel ${l}`)].join('\n')
  );
  const child = await spawnRedis([file, '--sentinel'], port);
  const client = new Redis(port, '127.0.0.1', { protocol: 2, maxRetriesPerRequest: null, disconnectTimeout: 200 });
  client.on('error', () => undefined);
  const ask = (what: string) => client.call('SENTINEL', what, name);
  await until(async () => {
    const replicas = await ask('replicas');
    return Array.isArray(replicas) && replicas.length === 1;
  }, 'a sentinel that knows the replica');
  return {
    name,
    port,
    master,
    replica,
    masterPort: async () => {
      const address = await ask('get-master-addr-by-name');
      return Number(Array.isArray(address) ? address[1] : NaN);
    },
    close: async () => {
      client.disconnect();
      await Promise.all([killRedis(child), master.close(), replica.close()]);
      rmSync(folder, { recursive: true, force: true });
    }
  };
}
