import { type RelayHandler, createRelayHandler } from 'genesys-auth-relay';
import { SANDBOX_CLIENT, type Sandbox } from 'genesys-sandbox';

/** The relay of a site on this machine, for everyone who opens it. */
export function siteRelay(
  { tokenEndpoint, apiOrigin }: Sandbox,
  mode: 'proxy' | 'token' = 'token'
): Promise<RelayHandler> {
  process.env['COMPAT_SECRET'] = SANDBOX_CLIENT.secret;
  return createRelayHandler(
    {
      mode,
      genesys: { tokenEndpoint, apiOrigin, client: { id: SANDBOX_CLIENT.id, secret: { env: 'COMPAT_SECRET' } } },
      scopes: ['analytics:readonly', 'routing:readonly'],
      identities: [{ type: 'loopback', roles: ['developer'] }],
      roles: { developer: { scopes: ['analytics:readonly', 'routing:readonly'] } },
      log: { level: 'silent' }
    },
    { basePath: '/genesys' }
  );
}
