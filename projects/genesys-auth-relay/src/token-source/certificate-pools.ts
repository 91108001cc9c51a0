import { Pool } from 'undici';
import type { Credential } from '../config/config.ts';
import type { Outbound } from '../runtime/outbound.ts';

interface Held {
  readonly pool: Pool;
  readonly pair: string;
}

/** Connections that authenticate the client by its TLS certificate (RFC 8705). Each certificate has its own pool. */
export interface CertificatePools {
  /** The connections of a credential. A renewed certificate gets new ones; requests on the old ones finish first. */
  of(credential: Credential): Pool;
  close(): Promise<void>;
}

/**
 * @param options of each pool, in addition to the certificate
 * @param ca certificate authority of the server, if it is not a well-known one
 */
export function createCertificatePools(
  origin: string,
  options: Pool.Options,
  outbound: Outbound,
  ca?: string
): CertificatePools {
  const held = new Map<Credential, Held>();
  return {
    of(credential) {
      const cert = credential.certificate?.reveal() ?? '';
      const key = credential.secret.reveal();
      const pair = `${cert}\n${key}`;
      const known = held.get(credential);
      if (known?.pair === pair) return known.pool;
      void known?.pool.close();
      const pool = new Pool(origin, {
        ...options,
        connect: outbound.connect({ cert, key, ...(ca === undefined ? {} : { ca }) })
      });
      held.set(credential, { pool, pair });
      return pool;
    },
    close: async () => {
      await Promise.all([...held.values()].map(({ pool }) => pool.destroy()));
    }
  };
}
