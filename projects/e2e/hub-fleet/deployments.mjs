// Redis as it is deployed: one server, a master with a replica and a sentinel, or a cluster of three masters.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../../scripts/lib/free-port.cjs';
import { killRedis, spawnRedis } from '../../../scripts/lib/redis-server.cjs';
import { until } from './until.mjs';

/** The user of the relays: a run takes its channels away and gives them back. */
const USER = ['--user', 'relay', 'on', '>password', '~*', '&*', '+@all'];

/** Starts a server with a client for the run. */
async function startNode(more = []) {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'hub-fleet-'));
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no', '--dir', folder];
  const start = () => spawnRedis([...args, ...more, ...USER], port);
  let child = await start();
  const client = new Redis(port, '127.0.0.1', {
    protocol: 2,
    retryStrategy: () => 50,
    maxRetriesPerRequest: null,
    disconnectTimeout: 200
  });
  client.on('error', () => undefined);
  return {
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
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

const urlOf = (port) => `redis://relay:password@127.0.0.1:${port}`;

async function startSingle() {
  const node = await startNode();
  return { nodes: [node], port: node.port, store: (port) => ({ url: urlOf(port) }), close: () => node.close() };
}

async function startWithSentinel() {
  const name = 'main';
  const master = await startNode();
  const replica = await startNode(['--replicaof', '127.0.0.1', String(master.port)]);
  const nodes = [master, replica];
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'hub-fleet-sentinel-'));
  const file = join(folder, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor ${name} 127.0.0.1 ${master.port} 1`,
    `sentinel down-after-milliseconds ${name} 2000`,
    `sentinel failover-timeout ${name} 5000`
  ];
  writeFileSync(file, lines.join('\n'));
  const child = await spawnRedis([file, '--sentinel'], port);
  const sentinel = new Redis(port, '127.0.0.1', { protocol: 2, maxRetriesPerRequest: null, disconnectTimeout: 200 });
  sentinel.on('error', () => undefined);
  const masterPort = async () => Number((await sentinel.call('SENTINEL', 'get-master-addr-by-name', name))[1]);
  /** Waits until each server is what the sentinel takes it for, so that the next failover can begin. */
  const settle = () =>
    until(async () => {
      const replicas = await sentinel.call('SENTINEL', 'replicas', name);
      const current = await masterPort();
      const other = nodes.find((node) => node.port !== current);
      const info = (await other?.client.info('replication')) ?? '';
      const isUp = replicas.some((fields) => !/down|disconnected/.test(fields[fields.indexOf('flags') + 1]));
      return isUp && info.includes('master_link_status:up');
    }, 'a replica that is in step');
  await settle();
  return {
    nodes,
    store: () => ({ url: urlOf(master.port), sentinel: { name, hosts: [{ host: '127.0.0.1', port }] } }),
    /** Kills the master, waits for the failover, and brings the old master back as a replica. */
    failOver: async () => {
      const before = await masterPort();
      const killed = nodes.find((node) => node.port === before);
      await killed?.kill();
      await until(async () => (await masterPort()) !== before, 'a new master');
      await killed?.restart();
    },
    masterPort,
    settle,
    close: async () => {
      sentinel.disconnect();
      await Promise.all([killRedis(child), ...nodes.map((node) => node.close())]);
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

async function startCluster() {
  const buses = await Promise.all([0, 1, 2].map(() => freePort()));
  const nodes = await Promise.all(
    buses.map((bus) =>
      startNode([
        ...['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf', '--cluster-port', String(bus)],
        ...['--cluster-node-timeout', '2000', '--cluster-require-full-coverage', 'no']
      ])
    )
  );
  const slots = [0, 5461, 10_923, 16_384];
  for (const [index, { client }] of nodes.entries()) {
    await client.call('CLUSTER', 'ADDSLOTSRANGE', String(slots[index]), String(slots[index + 1] - 1));
    await client.call('CLUSTER', 'MEET', '127.0.0.1', String(nodes[0].port), String(buses[0]));
  }
  const settle = () =>
    until(async () => {
      const infos = await Promise.all(nodes.map(({ client }) => client.call('CLUSTER', 'INFO')));
      return infos.every((info) => /cluster_state:ok[^]*cluster_slots_ok:16384[^]*cluster_known_nodes:3/.test(info));
    }, 'a cluster that knows its slots');
  await settle();
  return {
    nodes,
    store: () => ({ url: urlOf(nodes[0].port), cluster: true }),
    settle,
    close: () => Promise.all(nodes.map((node) => node.close()))
  };
}

export const deployments = { single: startSingle, sentinel: startWithSentinel, cluster: startCluster };
