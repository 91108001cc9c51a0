import { parseRelayConfig, startRelay, type RelayConfigInput, type RunningRelay } from 'genesys-auth-relay';

/** Where a relay gets its tokens, and as which client. */
export interface Client {
  readonly tokenEndpoint: string;
  readonly apiOrigin: string;
  readonly id: string;
  readonly secret: string;
  readonly auth?: 'basic' | 'post';
}

/** Starts a relay on a free port, silent and without an admin listener. */
export function startTestRelay(
  { tokenEndpoint, apiOrigin, id, secret, auth = 'basic' }: Client,
  config: Pick<RelayConfigInput, 'scopes' | 'identities' | 'roles' | 'notifications' | 'acceptSharedPrivileges'>
): Promise<RunningRelay> {
  const input = {
    mode: 'token',
    listen: { host: '127.0.0.1', port: 0 },
    admin: false,
    genesys: { tokenEndpoint, apiOrigin, client: { id, secret: { env: 'SECRET' }, auth } },
    log: { level: 'silent' },
    ...config
  };
  return startRelay(parseRelayConfig(input, { SECRET: secret }));
}
