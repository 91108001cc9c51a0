// An independent OAuth server: oidc-provider in a process of its own. It gets its settings as JSON in argv, listens on a
// free loopback port and prints {"origin": "..."}; it ends when its standard input does.
//
// settings: {
//   clients: oidc-provider client metadata[],
//   scopes: string[],
//   tokenTtl: seconds,
//   audience?: string,          with it, user access tokens are JWTs for that audience
//   roles?: { [login]: string[] }  claim "roles" of those JWTs
//   clockOffMs?: number         how far its clock is ahead of the machine's
// }
//
// GET /answered returns the statuses of its answers, GET /granted the answers with tokens, POST /clock?ms= advances its clock.
// Clients with the grant refresh_token get refresh tokens, and each refresh replaces them. Below /api/v2 is a stub of the Genesys API.
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';
import { createGenesysApi } from './genesys-api.mjs';

const settings = JSON.parse(process.argv[2]);

const machine = Date.now;
let clockOffMs = settings.clockOffMs ?? 0;
const now = () => machine() + clockOffMs;
Date.now = now;

const server = createServer();
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const origin = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(origin, {
  clients: settings.clients,
  scopes: ['openid', 'offline_access', ...settings.scopes],
  ttl: {
    ClientCredentials: settings.tokenTtl,
    AccessToken: settings.tokenTtl,
    Interaction: 600,
    Session: 600,
    Grant: 86_400,
    RefreshToken: 86_400,
    IdToken: 600
  },
  clientBasedCORS: () => true,
  cookies: { keys: ['only-for-tests'] },
  findAccount: (_ctx, login) => ({ accountId: login, claims: () => ({ sub: login }) }),
  issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: true,
  expiresWithSession: () => false,
  pkce: { required: (_ctx, client) => client.clientAuthMethod === 'none' },
  extraTokenClaims: (_ctx, token) => ({ roles: settings.roles?.[token.accountId] ?? [] }),
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: true },
    resourceIndicators: {
      enabled: settings.audience !== undefined,
      defaultResource: () => settings.audience,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: settings.scopes.join(' '),
        audience: settings.audience,
        accessTokenTTL: settings.tokenTtl,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'RS256' } }
      })
    }
  }
});
// RFC 6749 section 3.3: a request without a scope gets the default scopes. As at Genesys Cloud, these are the client's.
provider.use((ctx, next) => {
  const { scope, client_id } = ctx.query;
  const client = settings.clients.find((one) => one.client_id === client_id);
  if (ctx.path === '/auth' && scope === undefined && client?.scope) ctx.query = { ...ctx.query, scope: client.scope };
  return next();
});
provider.on('server_error', (_ctx, error) => console.error(error));

const granted = [];
provider.on('grant.success', ({ body }) => granted.push(body));
const api = createGenesysApi(provider);
const answered = {};
const handle = provider.callback();
server.on('request', (request, response) => {
  const [path, query] = request.url.split('?');
  response.setHeader('date', new Date(now()).toUTCString());
  const tell = (value) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  if (path === '/answered') return tell(answered);
  if (path === '/granted') return tell(granted);
  if (path === '/clock') {
    clockOffMs += Number(new URLSearchParams(query).get('ms'));
    return tell({});
  }
  response.on(
    'finish',
    () => (
      (answered[`${request.method} ${path}`] ??= []),
      answered[`${request.method} ${path}`].push(response.statusCode)
    )
  );
  return path.startsWith('/api/v2/') ? api(request, response) : handle(request, response);
});
process.stdin.resume().on('end', () => process.exit(0));
console.log(JSON.stringify({ origin }));
