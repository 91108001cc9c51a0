// The hub as a relay serves it: identity, policy, positions, memory, bounds, metrics.
import { serve } from '../relay-server.mjs';

const { KEY_SHA256, UPSTREAM } = process.env;
const scopes = ['analytics', 'notifications'];
await serve({
  mode: 'token',
  genesys: { tokenEndpoint: `${UPSTREAM}/oauth/token`, apiOrigin: UPSTREAM },
  scopes,
  identities: [{ type: 'apiKey', keys: [{ id: 'bench', sha256: KEY_SHA256, roles: ['board'] }] }],
  roles: { board: { scopes } },
  notifications: { clients: 100_000, clientsPerCaller: 100_000 }
});
