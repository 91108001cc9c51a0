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
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const settings = JSON.parse(process.argv[2]);

const machine = Date.now;
const now = () => machine() + (settings.clockOffMs ?? 0);
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
    Grant: 600,
    IdToken: 600
  },
  clientBasedCORS: () => true,
  cookies: { keys: ['only-for-tests'] },
  findAccount: (_ctx, login) => ({ accountId: login, claims: () => ({ sub: login }) }),
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
provider.on('server_error', (_ctx, error) => console.error(error));

const answered = {};
const handle = provider.callback();
server.on('request', (request, response) => {
  const path = request.url.split('?')[0];
  response.setHeader('date', new Date(now()).toUTCString());
  if (path === '/answered') {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answered));
    return;
  }
  response.on(
    'finish',
    () => (
      (answered[`${request.method} ${path}`] ??= []),
      answered[`${request.method} ${path}`].push(response.statusCode)
    )
  );
  handle(request, response);
});
process.stdin.resume().on('end', () => process.exit(0));
console.log(JSON.stringify({ origin }));
