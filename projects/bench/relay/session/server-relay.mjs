// A relay in proxy mode whose users are known by JWTs, or by sessions in memory or in Redis. It reports its CPU time on request.
import { randomBytes } from 'node:crypto';
import { jwtOf, serve } from '../relay-server.mjs';

const { GENESYS, WITH, REDIS_URL } = process.env;
process.env.STORE_KEY = randomBytes(32).toString('base64');
process.on('message', () => process.send(process.cpuUsage()));
const scopes = ['routing', 'users'];
const signIn = {
  client: { id: 'bench', secret: { env: 'SECRET' } },
  redirectUri: 'https://app.example.test/genesys/sign-in/callback',
  appUrl: 'https://app.example.test/',
  organizations: ['organization'],
  roles: { agent: { everyone: true } },
  requestsPerMinute: 100_000,
  exchangesPerMinute: 100_000
};
await serve({
  mode: 'proxy',
  genesys: { tokenEndpoint: `${GENESYS}/oauth/token`, apiOrigin: GENESYS },
  scopes,
  ...(WITH === 'jwt' ? { identities: jwtOf(GENESYS) } : { signIn }),
  roles: { agent: { scopes } },
  proxy: { requestsPerMinute: 1_000_000 },
  ...(REDIS_URL !== undefined && { store: { redis: { url: REDIS_URL, key: { env: 'STORE_KEY' }, timeoutMs: 2000 } } })
});
