import { createHash, randomBytes } from 'node:crypto';
import type { RelayConfigInput } from '../index.ts';

/** Environment variable in the configurations of tests. */
export const SECRET_ENV = 'RELAY_TEST_SECRET';

/** A key and its hash, as `hash-key` makes them. */
export function newKey(): { key: string; sha256: string } {
  const key = randomBytes(32).toString('base64url');
  return { key, sha256: createHash('sha256').update(key).digest('hex') };
}

/** One key for all tests of a run. */
export const KEY = newKey();

/** Where a test's token endpoint and API are. */
export interface Upstreams {
  readonly tokenEndpoint: string;
  readonly apiOrigin: string;
}

/** A valid configuration, of which any part can be replaced. */
export function configFor(
  { tokenEndpoint, apiOrigin }: Upstreams,
  more: Partial<RelayConfigInput> = {},
  genesys: Partial<RelayConfigInput['genesys']> = {}
): RelayConfigInput {
  return {
    mode: 'token',
    listen: { host: '127.0.0.1', port: 0 },
    admin: false,
    genesys: {
      tokenEndpoint,
      apiOrigin,
      client: { id: 'relay-client', secret: { env: SECRET_ENV } },
      timeoutMs: 2000,
      ...genesys
    },
    scopes: ['analytics', 'routing', 'users:readonly', 'admin:platform'],
    identities: [
      { type: 'apiKey', keys: [{ id: 'reports', sha256: KEY.sha256, roles: ['developer'] }] },
      { type: 'loopback', roles: ['developer'] }
    ],
    roles: { developer: { scopes: ['analytics', 'routing'], defaultScopes: ['analytics'] } },
    log: { level: 'silent' },
    ...more
  };
}
