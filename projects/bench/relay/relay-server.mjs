// What the relays of the measurements share: a client, an admin listener with metrics, limits out of the way, and the relay's own
// log to standard output.
import { parseRelayConfig, startRelay } from 'genesys-auth-relay';

/** Starts a relay with this beside the common configuration, and sends its port. */
export async function serve({ genesys, ...more }) {
  const config = parseRelayConfig(
    {
      listen: { host: '127.0.0.1', port: 0 },
      admin: { host: '127.0.0.1', port: 0 },
      genesys: { ...genesys, client: { id: 'bench', secret: { env: 'SECRET' } } },
      limits: { requestsPerMinute: 1_000_000 },
      log: { level: 'info' },
      ...more
    },
    { ...process.env, SECRET: 'bench-secret' }
  );
  const { url } = await startRelay(config);
  process.send(Number(new URL(url).port));
}

/** Callers known by the JWTs of `identity.mjs`. */
export const jwtOf = (issuer) => [{ type: 'jwt', issuer, audience: 'relay', jwksUri: `${issuer}/jwks` }];
