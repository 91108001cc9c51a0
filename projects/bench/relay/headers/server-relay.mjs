// A relay that reads every header it knows of: three kinds of identity, the hub, CORS. It says on request what CPU time it has used.
import { jwtOf, serve } from '../relay-server.mjs';

const { UPSTREAM, KEY_SHA256 } = process.env;
const scopes = ['analytics', 'notifications'];
process.on('message', () => process.send(process.cpuUsage()));
await serve({
  mode: 'proxy',
  genesys: { tokenEndpoint: `${UPSTREAM}/oauth/token`, apiOrigin: UPSTREAM },
  scopes,
  identities: [
    ...jwtOf(UPSTREAM),
    { type: 'apiKey', keys: [{ id: 'bench', sha256: KEY_SHA256, roles: ['agent'] }] },
    {
      type: 'proxyHeader',
      trustedProxies: ['127.0.0.1/32'],
      proof: { secret: { env: 'PROOF' } },
      subjectHeader: 'X-Forwarded-User',
      roles: ['agent']
    }
  ],
  roles: { agent: { scopes } },
  cors: { origins: ['https://app.example.com'] },
  notifications: {}
});
