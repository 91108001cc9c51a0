// Proxy mode as it is served: identity by JWT, policy, the operation checked against the catalogue, budget, log, metrics.
import { parseRelayConfig, startRelay } from 'genesys-auth-relay';
import pino from 'pino';

const config = parseRelayConfig(
  {
    mode: 'proxy',
    listen: { host: '127.0.0.1', port: 0 },
    admin: { host: '127.0.0.1', port: 0 },
    genesys: {
      tokenEndpoint: `${process.env.IDENTITY}/oauth/token`,
      apiOrigin: process.env.UPSTREAM,
      client: { id: 'bench', secret: { env: 'SECRET' } }
    },
    scopes: ['routing', 'users'],
    identities: [
      { type: 'jwt', issuer: process.env.IDENTITY, audience: 'relay', jwksUri: `${process.env.IDENTITY}/jwks` }
    ],
    roles: { agent: { scopes: ['routing', 'users'] } },
    limits: { requestsPerMinute: 1_000_000 },
    proxy: { requestsPerMinute: 1_000_000 },
    log: { level: 'info' }
  },
  { ...process.env, SECRET: 'bench-secret' }
);
const log = pino(
  { level: 'info', base: { name: 'genesys-auth-relay' } },
  pino.destination({ dest: '/dev/null', sync: false, minLength: 4096 })
);
const { url } = await startRelay(config, { log });
console.log(new URL(url).port);
