import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { jwtVerify } from 'jose';
import { type ConfigIssue, RelayConfigError, parseRelayConfig } from '../index.ts';
import { Secret } from '../config/secret.ts';
import { createOutbound } from '../runtime/outbound.ts';
import { ask, asForm, basic, fromHere } from '../testing/ask.ts';
import { certificateMaker } from '../testing/certificate.ts';
import { KEY, SECRET_ENV, configFor, newKey } from '../testing/config.ts';
import { type Setup, setUp } from '../testing/setup.ts';
import { type Reply, replyWith, tokenNumber } from '../testing/token-server.ts';
import { until } from '../testing/until.ts';
import { createCertificatePools } from './certificate-pools.ts';

const MAKE_PAIR = {
  rsa: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'rsa-1024': () => generateKeyPairSync('rsa', { modulusLength: 1024 }),
  'rsa-pss': () => generateKeyPairSync('rsa-pss', { modulusLength: 2048 }),
  ec: () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
  'ec-384': () => generateKeyPairSync('ec', { namedCurve: 'secp384r1' }),
  'ec-521': () => generateKeyPairSync('ec', { namedCurve: 'secp521r1' }),
  secp256k1: () => generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
  ed25519: () => generateKeyPairSync('ed25519'),
  ed448: () => generateKeyPairSync('ed448'),
  x25519: () => generateKeyPairSync('x25519')
};
const pem = (kind: keyof typeof MAKE_PAIR) =>
  MAKE_PAIR[kind]().privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

describe('a client with more than one credential', () => {
  let world: Setup;
  const SECOND = { env: 'RELAY_TEST_SECOND' };
  const token = (scopes = ['analytics']) => ask(`${world.relay.url}/token`, fromHere({ scopes }));
  const credentials = () =>
    world.server.received.map(({ headers }) =>
      Buffer.from((headers.authorization ?? '').replace('Basic ', ''), 'base64').toString()
    );
  /** Answers with a token to these credentials alone. */
  const takes =
    (...taken: string[]): Reply =>
    (response, count) => {
      const isTaken = taken.includes(credentials().at(-1) ?? '');
      const body = isTaken
        ? { access_token: tokenNumber(count), token_type: 'bearer', expires_in: 3600 }
        : { error: 'invalid_client' };
      response.writeHead(isTaken ? 200 : 401).end(JSON.stringify(body));
    };
  const start = async (fallbacks: object[]) => {
    process.env[SECOND.env] = 'second-secret';
    const client = { id: 'relay-client', secret: { env: SECRET_ENV }, fallbacks };
    world = await setUp({ secret: 'first-secret', genesys: { client } });
  };
  afterEach(() => world.close());

  it('T7 13.3.4 tries the second secret once when the first is refused, and remembers which worked', async () => {
    await start([{ secret: SECOND }]);
    world.server.answerWith(takes('relay-client:second-secret'));
    expect((await token()).status).toBe(200);
    expect((await token(['routing'])).status).toBe(200);
    expect(credentials()).toEqual([
      'relay-client:first-secret',
      'relay-client:second-secret',
      'relay-client:second-secret'
    ]);
  });

  it('T7 goes back when the one that worked is refused later', async () => {
    await start([{ secret: SECOND }]);
    world.server.answerWith(takes('relay-client:second-secret'));
    await token();
    world.server.answerWith(takes('relay-client:first-secret'));
    expect((await token(['routing'])).status).toBe(200);
    expect(credentials().slice(2)).toEqual(['relay-client:second-secret', 'relay-client:first-secret']);
  });

  it('T7 moves on to another client, so that Genesys clients, which have one secret, can be changed without an outage', async () => {
    await start([{ id: 'relay-client-b', secret: SECOND }]);
    world.server.answerWith(takes('relay-client:first-secret'));
    const before = await token();
    world.server.answerWith(takes('relay-client-b:second-secret'));
    world.clock.advance(3600_000 * 0.9);
    expect((await token()).body['access_token']).toBe(before.body['access_token']);
    await until(async () => (await token()).body['access_token'] !== before.body['access_token'], 'the new token');
    expect(credentials()).toEqual([
      'relay-client:first-secret',
      'relay-client:first-secret',
      'relay-client-b:second-secret'
    ]);
  });

  it('T6 T7 gives up when all are refused, and asks nobody for a while', async () => {
    await start([{ secret: SECOND }]);
    world.server.answerWith(takes());
    expect((await token()).body['code']).toBe('upstream_invalid_client');
    expect((await token()).headers['retry-after']).toBe('5');
    expect(credentials()).toHaveLength(2);
  });

  it('T7 tries no other credential when the failure is not about the client', async () => {
    await start([{ secret: SECOND }]);
    world.server.answerWith(replyWith(400, { error: 'invalid_scope' }));
    await token();
    world.server.answerWith(replyWith(503, ''));
    await token(['routing']);
    expect(new Set(credentials())).toEqual(new Set(['relay-client:first-secret']));
  });
});

describe('a pool of tokens', () => {
  it('keeps so many tokens for one client, and gives each caller always the same', async () => {
    const keys = Array.from({ length: 12 }, (_, index) => ({ id: `caller-${index}`, ...newKey() }));
    const world = await setUp({
      genesys: { client: { id: 'relay-client', secret: { env: SECRET_ENV }, pool: 3 } },
      config: {
        identities: [{ type: 'apiKey', keys: keys.map(({ id, sha256 }) => ({ id, sha256, roles: ['developer'] })) }]
      }
    });
    const tokenOf = async ({ id, key }: { id: string; key: string }) =>
      (
        await ask(
          `${world.relay.url}/token`,
          asForm({ grant_type: 'client_credentials' }, { authorization: basic(id, key) })
        )
      ).body['access_token'];
    const first = [];
    for (const key of keys) first.push(await tokenOf(key));
    const second = [];
    for (const key of keys) second.push(await tokenOf(key));
    expect(new Set(first).size).toBe(3);
    expect(second).toEqual(first);
    expect(world.server.received).toHaveLength(3);
    await world.close();
  });
});

describe('private_key_jwt', () => {
  it.each([
    ['rsa', 'RS256'],
    ['ec', 'ES256'],
    ['ec-384', 'ES384'],
    ['ec-521', 'ES512'],
    ['ed25519', 'EdDSA']
  ] as const)(
    'A1 S2 10.4.16 signs an assertion for the issuer alone, short-lived and fresh for each try: %s',
    async (kind, alg) => {
      process.env['RELAY_TEST_PEM'] = pem(kind);
      const world = await setUp({
        genesys: {
          issuer: 'https://issuer.example.com',
          client: { id: 'relay-client', auth: 'private_key_jwt', key: { env: 'RELAY_TEST_PEM' }, keyId: 'key-7' }
        }
      });
      world.server.answerWith((response, count) => {
        if (count === 1) response.writeHead(503).end();
        else response.end(JSON.stringify({ access_token: 'signed', token_type: 'Bearer' }));
      });
      const answer = await ask(`${world.relay.url}/token`, fromHere());
      expect(answer.body['access_token']).toBe('signed');

      const forms = world.server.received.map(({ form }) => form);
      expect(world.server.received.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
      const jtis = new Set<unknown>();
      for (const form of forms) {
        expect(form.get('client_id')).toBe('relay-client');
        expect(form.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
        expect(form.has('client_secret')).toBe(false);
        const { payload, protectedHeader } = await jwtVerify(
          form.get('client_assertion') ?? '',
          createPublicKey(process.env['RELAY_TEST_PEM']),
          { currentDate: new Date(world.clock.now()) }
        );
        expect(protectedHeader).toMatchObject({ alg, kid: 'key-7' });
        expect(payload).toMatchObject({ iss: 'relay-client', sub: 'relay-client', aud: 'https://issuer.example.com' });
        expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBeLessThanOrEqual(60);
        jtis.add(payload.jti);
      }
      expect(jtis.size).toBe(2);
      await world.close();
    }
  );
});

describe('tls_client_auth', () => {
  const certificates = certificateMaker();
  afterAll(() => {
    certificates.clear();
  });

  it('A2 S2 10.4.16 proves the client by its certificate, and by the new one once it was renewed', async () => {
    const host = certificates.make('host');
    const [first, renewed] = [certificates.make('first'), certificates.make('renewed')];
    const seen: string[] = [];
    const server = createServer(
      { key: host.key, cert: host.cert, requestCert: true, ca: [first.cert, renewed.cert], rejectUnauthorized: true },
      (request, response) => {
        const { socket } = request;
        if (socket instanceof TLSSocket) seen.push(String(socket.getPeerCertificate().subject.CN));
        response.end('{}');
      }
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const pools = createCertificatePools(origin, {}, createOutbound({}), host.cert);
    const secret = new Secret(first.key);
    const certificate = new Secret(first.cert);
    const credential = { id: 'relay-client', auth: 'tls_client_auth', secret, certificate } as const;
    const send = async () => (await pools.of(credential).request({ path: '/', method: 'POST' })).body.dump();
    await send();
    await send();
    secret.replace(renewed.key);
    certificate.replace(renewed.cert);
    await send();
    expect(seen).toEqual(['first', 'first', 'renewed']);
    await pools.close();
    server.closeAllConnections();
    server.close();
  });
});

describe('the credentials of the configuration', () => {
  const UPSTREAM = { tokenEndpoint: 'https://login.example.com/token', apiOrigin: 'https://api.example.com' };
  const env = { RELAY_TEST_SECRET: 'x', PEM: pem('ec') };
  const issuesOf = (client: object, more: object = {}, moreEnv: object = {}): readonly ConfigIssue[] => {
    const { genesys, ...rest } = configFor(UPSTREAM);
    try {
      parseRelayConfig(
        { ...rest, genesys: { ...genesys, ...more, client: { id: KEY.sha256, ...client } } },
        { ...env, ...moreEnv }
      );
    } catch (error) {
      if (error instanceof RelayConfigError) return error.issues;
    }
    throw new Error('the configuration was taken');
  };

  it.each<[string, object, string, RegExp]>([
    ['no secret', {}, 'genesys.client.secret', /is missing/],
    ['no key', { auth: 'private_key_jwt' }, 'genesys.client.key', /is missing/],
    [
      'a key that is none',
      { auth: 'private_key_jwt', key: { env: 'RELAY_TEST_SECRET' } },
      'genesys.client.key',
      /not a private key/
    ],
    ['a key in plain text', { auth: 'private_key_jwt', key: env.PEM }, 'genesys.client.key', /plain text/],
    [
      'a secret beside the key',
      { auth: 'private_key_jwt', key: { env: 'PEM' }, secret: { env: 'RELAY_TEST_SECRET' } },
      'genesys.client.secret',
      /no meaning/
    ],
    ['no certificate', { auth: 'tls_client_auth', key: { env: 'PEM' } }, 'genesys.client.certificate', /is missing/],
    [
      'a fallback without a secret',
      { secret: { env: 'RELAY_TEST_SECRET' }, fallbacks: [{ id: 'b' }] },
      'genesys.client.fallbacks[0].secret',
      /is missing/
    ],
    ['a pool of none', { secret: { env: 'RELAY_TEST_SECRET' }, pool: 0 }, 'genesys.client.pool', /from 1 to 50/]
  ])('are refused: %s', (_what, client, key, message) => {
    const issues = issuesOf(client, { issuer: 'https://issuer.example.com' });
    expect(issues).toEqual([expect.objectContaining({ key, message: expect.stringMatching(message) })]);
    expect(JSON.stringify(issues)).not.toContain(env.PEM.slice(40, 80));
  });

  it('need an issuer to make an assertion out to, that of a fallback as well', () => {
    const signed = { auth: 'private_key_jwt', key: { env: 'PEM' } };
    for (const client of [signed, { secret: { env: 'RELAY_TEST_SECRET' }, fallbacks: [signed] }]) {
      expect(issuesOf(client)).toEqual([expect.objectContaining({ key: 'genesys.issuer', message: 'is missing' })]);
    }
  });

  it.each(['rsa-1024', 'rsa-pss', 'secp256k1', 'ed448', 'x25519'] as const)(
    'are refused with a key that signs no assertion: %s',
    (kind) => {
      const client = { auth: 'private_key_jwt', key: { env: 'OTHER_PEM' } };
      const issues = issuesOf(client, { issuer: 'https://issuer.example.com' }, { OTHER_PEM: pem(kind) });
      expect(issues).toEqual([
        expect.objectContaining({
          key: 'genesys.client.key',
          message: 'is a key that cannot sign assertions',
          fix: expect.stringContaining('P-256')
        })
      ]);
    }
  );
});
