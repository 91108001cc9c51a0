// A relay in proxy mode in a process of its own, which says what it holds when it is asked.
import { setTimeout as delay } from 'node:timers/promises';
import { startRelay } from 'genesys-auth-relay';

const { origin } = JSON.parse(process.argv[2] ?? '{}');
const relay = await startRelay({
  mode: 'proxy',
  listen: { port: 0 },
  admin: false,
  genesys: {
    tokenEndpoint: `${origin}/oauth/token`,
    apiOrigin: origin,
    client: { id: 'load', secret: { env: 'LOAD_SECRET' } }
  },
  scopes: ['routing', 'analytics'],
  identities: [{ type: 'loopback', roles: ['developer'] }],
  roles: { developer: { scopes: ['routing', 'analytics'] } },
  limits: { requestsPerMinute: 1_000_000 },
  proxy: { requestsPerMinute: 1_000_000, coalesce: true },
  log: { level: 'error' }
});

async function measured() {
  // Twice, with a turn between: what is freed by finalizers goes with the second.
  globalThis.gc?.();
  await delay(50);
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  const sockets = process.getActiveResourcesInfo().filter((name) => name.startsWith('TCPSocket')).length;
  return { heldMB: (heapUsed + external) / 2 ** 20, rssMB: rss / 2 ** 20, sockets };
}

process.on('message', async (message) => {
  if (message === 'measure') process.send?.({ measured: await measured() });
  if (message === 'stop') {
    await relay.close();
    process.disconnect();
  }
});
process.on('disconnect', () => process.exit(0));
process.send?.({ url: relay.url });
