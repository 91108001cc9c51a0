import type { RelayConfig } from '../config/config.ts';
import type { RelayLogger } from '../runtime/runtime.ts';

/** The grants by which the relay obtains the tokens of API calls. Callers with identity `genesysToken` send their tokens. */
export function grantOf({ genesys, signIn }: Pick<RelayConfig, 'genesys' | 'signIn'>): string {
  const grants = [
    ...(signIn?.actAs === 'user' ? ['authorization_code'] : []),
    ...(genesys.clients.length > 0 ? ['client_credentials'] : [])
  ];
  return grants.length === 0 ? 'none' : grants.join(' and ');
}

/** Whose access tokens go with API calls, and which rights they carry. */
function describeTokens({ genesys, identities, signIn }: RelayConfig): string {
  const kinds = [
    ...(signIn?.actAs === 'user' ? ['those of signed-in users, with the rights of the user'] : []),
    ...(identities.some(({ type }) => type === 'genesysToken')
      ? ['those that callers send, with the rights of their user']
      : []),
    ...(genesys.clients.length > 0 ? ['those of the relay, with the rights of its OAuth client'] : [])
  ];
  return kinds.join('; ');
}

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
      grant: grantOf(config),
      region: genesys.region,
      tokenEndpoint: new URL(genesys.tokenEndpoint).origin,
      apiOrigin: genesys.apiOrigin,
      clients: genesys.clients.map(({ name }) => name),
      identities: identities.map(({ type }) => type),
      roles: [...roles.keys()],
      scopes
    },
    mode === 'proxy'
      ? `the relay forwards API calls in proxy mode, with these access tokens: ${describeTokens(config)}; each call is checked against the rights of the caller`
      : 'the relay serves access tokens of the client_credentials grant in token mode: they carry the rights of the OAuth client, not those of the user'
  );
  for (const warning of config.warnings) log.warn({ event: 'config_warning' }, warning);
}
