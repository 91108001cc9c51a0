import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, type OutgoingHttpHeaders, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  type RelayConfigInput,
  type RunningRelay,
  RelayStartError,
  parseRelayConfig,
  startRelay
} from 'genesys-auth-relay';
import { SANDBOX_CLIENT, type Sandbox, createSandbox } from 'genesys-sandbox';
import { newApiKey } from '../support/api-key.ts';
import { Cleanup } from '../support/cleanup.ts';
import { anchorOf, anchorsFrom, messagesOf } from '../support/first-failures.ts';

// Produces the failures of docs/recipes/first-failures.md at a real relay. The message that the developer sees has to be on the page,
// and the section of its code in docs/errors.md has to lead there. What needs a browser is in compat/first-failures.compat.ts.
const cleanup = new Cleanup();
interface Problem {
  readonly code: string;
  readonly detail: string;
}

/** Asks a relay as a browser or `curl` does, with any headers. */
async function ask(relay: RunningRelay, path: string, headers: OutgoingHttpHeaders, body?: object): Promise<Problem> {
  const own = { 'x-genesys-auth': '1', ...(body && { 'content-type': 'application/json' }) };
  const outgoing = request(`${relay.url}${path}`, { method: body ? 'POST' : 'GET', headers: { ...own, ...headers } });
  outgoing.end(body && JSON.stringify(body));
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  return JSON.parse(await text(answer)) as Problem;
}

/** An identity provider: its keys, and tokens that it signs. */
async function identityProvider() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256', use: 'sig' };
  const server = createServer((_, response) => response.end(JSON.stringify({ keys: [jwk] })));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  return {
    issuer,
    token: (claims: object) => {
      const now = Math.floor(Date.now() / 1000);
      const head = encoded({ alg: 'ES256', kid: 'one', typ: 'JWT' });
      const content = `${head}.${encoded({ iss: issuer, sub: 'ann', iat: now, exp: now + 300, ...claims })}`;
      const signature = sign('sha256', Buffer.from(content), { key: privateKey, dsaEncoding: 'ieee-p1363' });
      return `Bearer ${content}.${signature.toString('base64url')}`;
    },
    close: () => server.close()
  };
}

describe('a first failure, at the relay', () => {
  let sandbox: Sandbox;
  let provider: Awaited<ReturnType<typeof identityProvider>>;
  const { key, sha256 } = newApiKey();
  const WITHOUT_PERMISSION = { id: '00000000-0000-4000-8000-00000000000a', secret: 'a-secret', permissions: [] };

  const relay = (change: Partial<RelayConfigInput>, client: { id: string; secret: string } = SANDBOX_CLIENT) =>
    cleanup.keep(
      startRelay(
        parseRelayConfig(
          {
            mode: 'proxy',
            listen: { host: '127.0.0.1', port: 0 },
            admin: false,
            genesys: {
              tokenEndpoint: sandbox.tokenEndpoint,
              apiOrigin: sandbox.apiOrigin,
              client: { id: client.id, secret: { env: 'SECRET' } }
            },
            scopes: ['routing:readonly'],
            identities: [{ type: 'loopback', roles: ['developer'] }],
            roles: { developer: { scopes: ['routing:readonly'] } },
            log: { level: 'silent' },
            ...change
          },
          { SECRET: client.secret }
        )
      )
    );
  const jwt = (change: object = {}) => ({
    type: 'jwt' as const,
    issuer: provider.issuer,
    audience: 'genesys-relay',
    jwksUri: `${provider.issuer}/keys`,
    rolesPointer: '/roles',
    ...change
  });
  const QUEUES = '/api/v2/routing/queues';

  beforeAll(async () => {
    sandbox = await cleanup.keep(
      createSandbox({ clients: [SANDBOX_CLIENT, { ...SANDBOX_CLIENT, ...WITHOUT_PERMISSION }] })
    );
    provider = await cleanup.keep(identityProvider());
  });
  afterAll(() => cleanup.run());

  const failures: readonly (readonly [heading: string, code: string, produce: () => Promise<Problem>])[] = [
    [
      '403 origin_not_allowed behind ng serve',
      'origin_not_allowed',
      async () => ask(await relay({}), QUEUES, { origin: 'http://localhost:4200' })
    ],
    [
      '403 loopback_refused or dev_refused',
      'loopback_refused',
      async () => ask(await relay({}), QUEUES, { host: 'my-codespace-4200.app.github.dev' })
    ],
    [
      '403 proxy_mode, or relay_mode_mismatch',
      'proxy_mode',
      async () => ask(await relay({}), '/token', {}, { scopes: ['routing:readonly'] })
    ],
    ['401 unauthenticated', 'unauthenticated', async () => ask(await relay({ identities: [jwt()] }), '/session', {})],
    [
      '403 policy_denied',
      'policy_denied',
      async () => {
        const claims = { aud: 'genesys-relay', scope: 'openid', realm_access: { roles: ['developer'] } };
        return ask(await relay({ identities: [jwt()] }), '/session', { authorization: provider.token(claims) });
      }
    ],
    [
      '401 invalid_credentials',
      'invalid_credentials',
      async () => {
        const authorization = provider.token({ aud: 'my-app', scope: 'openid' });
        return ask(await relay({ identities: [jwt()] }), '/session', { authorization });
      }
    ],
    [
      '401 invalid_credentials',
      'invalid_credentials',
      async () => {
        const idToken = provider.token({ aud: 'genesys-relay', nonce: 'of-the-sign-in' });
        return ask(await relay({ identities: [jwt()] }), '/session', { authorization: idToken });
      }
    ],
    [
      'It works in curl, and not in the browser',
      'api_key_in_browser',
      async () => {
        const keys = [{ id: 'script', sha256, roles: ['developer'] }];
        const script = await relay({ identities: [{ type: 'apiKey', keys }] });
        const authorization = `Bearer ${key}`;
        expect(await ask(script, QUEUES, { authorization })).toMatchObject({ entities: expect.any(Array) });
        return ask(script, QUEUES, { authorization, 'sec-fetch-site': 'same-origin' });
      }
    ]
  ];

  it.each(failures)('"%s" (%s): its message is on the page', async (heading, code, produce) => {
    const problem = await produce();
    expect(problem.code).toBe(code);
    // Each relay has another port.
    expect(messagesOf(heading)).toContain(problem.detail.replace(/(?<=Host.*:)\d+/, '8080'));
    expect(anchorsFrom(code)).toContain(anchorOf(heading));
  });

  it('"A port is in use": its message is on the page', async () => {
    const { url } = await relay({});
    const { port } = new URL(url);
    const second = relay({ listen: { host: '127.0.0.1', port: Number(port) } });
    const error: unknown = await second.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RelayStartError);
    expect(messagesOf('A port is in use')).toContain((error as RelayStartError).message.replace(port, '8080'));
  });

  it('"403 missing.any.permissions": its message is on the page', async () => {
    const answer = await ask(await relay({}, WITHOUT_PERMISSION), QUEUES, {});
    const { code, message } = answer as unknown as { code: string; message: string };
    expect(code).toBe('missing.any.permissions');
    expect(messagesOf('403 missing.any.permissions')).toContain(message);
  });
});
