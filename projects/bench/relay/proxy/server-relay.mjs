// Proxy mode as it is served: identity by JWT, policy, the operation checked against the catalogue, budget, log, metrics.
import { jwtOf, serve } from '../relay-server.mjs';

const { IDENTITY, UPSTREAM } = process.env;
const scopes = ['routing', 'users'];
await serve({
  mode: 'proxy',
  genesys: { tokenEndpoint: `${IDENTITY}/oauth/token`, apiOrigin: UPSTREAM },
  scopes,
  identities: jwtOf(IDENTITY),
  roles: { agent: { scopes } },
  proxy: { requestsPerMinute: 1_000_000 }
});
