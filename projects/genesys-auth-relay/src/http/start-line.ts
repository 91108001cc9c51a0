import type { RelayConfig } from '../config/config.ts';
import type { RelayLogger } from '../runtime/runtime.ts';

/**
 * Says at start what the relay serves (B2): tokens by client credentials are the application's, not the user's, and in
 * token mode the browser holds one.
 */
export function logStart(config: RelayConfig, log: RelayLogger): void {
  const { mode, genesys, identities, scopes, roles } = config;
  log.info(
    {
      event: 'started',
      mode,
      grant: 'client_credentials',
      region: genesys.region,
      tokenEndpoint: new URL(genesys.tokenEndpoint).origin,
      apiOrigin: genesys.apiOrigin,
      clients: genesys.clients.map(({ name }) => name),
      identities: identities.map(({ type }) => type),
      roles: [...roles.keys()],
      scopes
    },
    mode === 'proxy'
      ? 'the relay passes calls of the API on in proxy mode, with access tokens of the client_credentials grant: they carry the rights of the OAuth client, and each call is checked against those of the caller'
      : 'the relay serves access tokens of the client_credentials grant in token mode: they carry the rights of the OAuth client, not those of the user'
  );
  for (const warning of config.warnings) log.warn({ event: 'config_warning' }, warning);
}
