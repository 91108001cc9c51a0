import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, SignJWT, exportJWK, generateKeyPair } from 'jose';

/** A company's identity provider under the control of a test. */
export interface IdentityProvider {
  /** URL at which it listens. */
  readonly url: string;
  readonly issuer: string;
  readonly jwksUri: string;
  /** Requests for the keys so far. */
  keyRequests(): number;
  /** An access token for the relay; claims and header may be replaced, or removed by `undefined`. */
  token(claims?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
  /** Adds a key and signs with it from now on. */
  rotate(): Promise<void>;
  /** Withdraws a key id from the published keys. */
  withdraw(kid: string): void;
  /** Answer of the provider to every request; `undefined`: its normal answers. */
  fail(status: number | undefined): void;
  close(): Promise<void>;
}

/** Options of a provider. */
export interface ProviderOptions {
  readonly algorithm?: 'ES256' | 'RS256' | 'EdDSA';
  /** Seconds since the epoch. */
  readonly now: () => number;
  /** Whether metadata is published, and where. */
  readonly discovery?: 'openid' | 'oauth' | 'other-issuer' | 'none';
  /** Whether tokens and keys carry key ids. */
  readonly keyIds?: boolean;
  /** URL at which the relay reaches it, if something stands in between. */
  readonly publicUrl?: string;
}

/** Starts an identity provider. */
export async function startIdentityProvider(options: ProviderOptions): Promise<IdentityProvider> {
  const { algorithm = 'ES256', now, discovery = 'openid', keyIds = true, publicUrl } = options;
  const published: Record<string, unknown>[] = [];
  let count = 0;
  let keyRequests = 0;
  let failing: number | undefined;
  let issuer = '';

  const places = { openid: '/.well-known/openid-configuration', oauth: '/.well-known/oauth-authorization-server' };
  const server: Server = createServer((request, response) => {
    const send = (body: object) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.url === '/jwks') keyRequests += 1;
    if (failing !== undefined) response.writeHead(failing).end();
    else if (request.url === '/jwks') send({ keys: published });
    else if (discovery !== 'none' && request.url === places[discovery === 'oauth' ? 'oauth' : 'openid'])
      send({ issuer: discovery === 'other-issuer' ? 'https://evil.example' : issuer, jwks_uri: `${issuer}/jwks` });
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  issuer = publicUrl ?? url;

  async function publish(): Promise<{ kid: string; key: CryptoKey }> {
    const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
    count += 1;
    const kid = `key-${count}`;
    published.push({ ...(await exportJWK(publicKey)), ...(keyIds ? { kid } : {}), alg: algorithm, use: 'sig' });
    return { kid, key: privateKey };
  }
  let current = await publish();

  return {
    url,
    issuer,
    jwksUri: `${issuer}/jwks`,
    keyRequests: () => keyRequests,
    rotate: async () => {
      current = await publish();
    },
    withdraw: (kid) => {
      published.splice(0, published.length, ...published.filter((key) => key['kid'] !== kid));
    },
    fail: (status) => {
      failing = status;
    },
    token: (claims = {}, header = {}) => {
      const seconds = Math.floor(now());
      const usual: Record<string, unknown> = {
        iss: issuer,
        aud: 'relay',
        sub: 'ann',
        roles: ['developer'],
        iat: seconds,
        exp: seconds + 300
      };
      const payload = Object.fromEntries(
        Object.entries({ ...usual, ...claims }).filter(([, value]) => value !== undefined)
      );
      const kid = keyIds ? { kid: current.kid } : {};
      return new SignJWT(payload)
        .setProtectedHeader({ alg: algorithm, typ: 'at+jwt', ...kid, ...header })
        .sign(current.key);
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      })
  };
}
