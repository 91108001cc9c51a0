// The hub as a relay serves it: identity, policy, positions, memory, bounds, metrics.
import { parseRelayConfig, startRelay } from 'genesys-auth-relay';

const config = parseRelayConfig(
  {
    mode: 'token',
    listen: { host: '127.0.0.1', port: 0 },
    admin: { host: '127.0.0.1', port: 0 },
    genesys: {
      tokenEndpoint: `${process.env.UPSTREAM}/oauth/token`,
      apiOrigin: process.env.UPSTREAM,
      client: { id: 'bench', secret: { env: 'SECRET' } }
    },
    scopes: ['analytics', 'notifications'],
    identities: [{ type: 'apiKey', keys: [{ id: 'bench', sha256: process.env.KEY_SHA256, roles: ['board'] }] }],
    roles: { board: { scopes: ['analytics', 'notifications'] } },
    notifications: { clients: 100_000, clientsPerCaller: 100_000 },
    limits: { requestsPerMinute: 1_000_000 },
    log: { level: 'warn' }
  },
  { ...process.env, SECRET: 'bench-secret' }
);
const { url } = await startRelay(config);
console.log(new URL(url).port);
