// What the relays of the measurements share: a client, an admin listener with metrics, limits out of the way, and a log that costs
// what a log costs but goes nowhere.
import { parseRelayConfig, startRelay } from 'genesys-auth-relay';
import pino from 'pino';

/** Starts a relay with this beside the common configuration, and prints its port. */
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
  // Each line is written at once, as the relay's own logger does.
  const log = pino({ level: 'info', base: { name: 'genesys-auth-relay' } }, pino.destination('/dev/null'));
  const { url } = await startRelay(config, { log });
  console.log(new URL(url).port);
}

/** Callers known by the JWTs of `identity.mjs`. */
export const jwtOf = (issuer) => [{ type: 'jwt', issuer, audience: 'relay', jwksUri: `${issuer}/jwks` }];
