// The token route as it is served: identity by JWT, policy, limits, log (to /dev/null) and metrics.
import { parseRelayConfig, startRelay } from 'genesys-auth-relay';
import pino from 'pino';

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
    scopes: ['analytics', 'routing'],
    identities: [
      { type: 'jwt', issuer: process.env.UPSTREAM, audience: 'relay', jwksUri: `${process.env.UPSTREAM}/jwks` }
    ],
    roles: { agent: { scopes: ['analytics', 'routing'] } },
    limits: { requestsPerMinute: 1_000_000 },
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
