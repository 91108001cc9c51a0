// The token route as it is served: identity by JWT, policy, limits, log and metrics.
import { jwtOf, serve } from '../relay-server.mjs';

const { UPSTREAM } = process.env;
const scopes = ['analytics', 'routing'];
await serve({
  mode: 'token',
  genesys: { tokenEndpoint: `${UPSTREAM}/oauth/token`, apiOrigin: UPSTREAM },
  scopes,
  identities: jwtOf(UPSTREAM),
  roles: { agent: { scopes } }
});
