import { createHmac } from 'node:crypto';
import { type Answer, ask } from '../testing/ask.ts';
import { testClock } from '../testing/clock.ts';
import { type IdentityProvider, type ProviderOptions, startIdentityProvider } from '../testing/identity-provider.ts';
import { type Setup, setUp } from '../testing/setup.ts';

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const MINUTE = 60_000;

describe('a caller with a JWT', () => {
  const clock = testClock();
  let provider: IdentityProvider;
  let world: Setup;

  async function start(options: Partial<ProviderOptions> = {}, identity: object = {}) {
    provider = await startIdentityProvider({ now: () => clock.now() / 1000, ...options });
    world = await setUp({
      runtime: { clock },
      config: {
        identities: [
          { type: 'jwt', issuer: provider.issuer, audience: 'relay', jwksUri: provider.jwksUri, ...identity },
          { type: 'loopback', roles: ['developer'] }
        ]
      }
    });
  }
  afterEach(async () => {
    await world.close();
    await provider.close();
  });

  const session = (token: string): Promise<Answer> =>
    ask(`${world.relay.url}/session`, { method: 'GET', headers: { authorization: `Bearer ${token}` } });
  const refused = { status: 401, body: { code: 'invalid_credentials' } };

  it.each(['ES256', 'RS256', 'EdDSA'] as const)('is the user of the token, signed with %s', async (algorithm) => {
    await start({ algorithm });
    const { status, body } = await session(await provider.token());
    expect(status).toBe(200);
    expect(body).toMatchObject({
      subject: 'ann',
      identity: 'jwt',
      roles: ['developer'],
      scopes: ['analytics', 'routing']
    });
  });

  it('10.3.3 is known by the issuer of the token, whatever other issuers its claims name', async () => {
    await start();
    // A key like this one stands first in the JSON.
    expect((await session(await provider.token({ '0': { iss: 'https://other.example' } }))).status).toBe(200);
    const stranger = { iss: 'https://other.example', act: { iss: provider.issuer } };
    expect(await session(await provider.token(stranger))).toMatchObject(refused);
  });

  it('4.2.5 is refused for a header of a token longer than 1 kB, before a key is asked for', async () => {
    await start();
    const long = await provider.token({}, { jku: 'a'.repeat(1000) });
    expect(await session(long)).toMatchObject(refused);
    expect(provider.keyRequests()).toBe(0);
    expect((await session(await provider.token({}, { jku: 'a'.repeat(600) }))).status).toBe(200);
  });

  it.each(['first', 'last'])('can try again while the keys of an identity are unavailable (%s)', async (place) => {
    provider = await startIdentityProvider({ now: () => clock.now() / 1000 });
    const { issuer, jwksUri } = provider;
    const identities = [
      { type: 'jwt' as const, issuer, audience: 'relay', jwksUri: `${new URL(jwksUri).origin}/nothing` },
      { type: 'jwt' as const, issuer, audience: 'another', jwksUri }
    ];
    if (place === 'last') identities.reverse();
    world = await setUp({ runtime: { clock }, config: { identities } });
    expect(await session(await provider.token())).toMatchObject({
      status: 503,
      body: { code: 'identity_unavailable' }
    });
  });

  it('needs no X-Genesys-Auth for a token, and gets one', async () => {
    await start();
    const answer = await ask(`${world.relay.url}/token`, {
      headers: { authorization: `Bearer ${await provider.token()}` }
    });
    expect(answer).toMatchObject({ status: 200, body: { scope: 'analytics' } });
  });

  it.each([
    ['10.3.1 9.2.3 another audience', { aud: 'other' }],
    ['10.3.1 9.2.3 no audience', { aud: undefined }],
    ['10.3.3 another issuer', { iss: 'https://other.example' }],
    ['no issuer', { iss: undefined }],
    ['9.2.1 an end in the past', { exp: Date.parse('2026-05-01T07:59:00Z') / 1000 }],
    ['9.2.1 no end', { exp: undefined }],
    ['9.2.1 a start in the future', { nbf: Date.parse('2026-05-01T08:30:00Z') / 1000 }],
    ['no subject', { sub: undefined }],
    ['a subject that is not text', { sub: 5 }],
    ['an empty subject', { sub: '' }]
  ])('is refused with %s', async (_what, claims) => {
    await start();
    const answer = await session(await provider.token(claims));
    expect(answer).toMatchObject(refused);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="genesys-auth-relay", error="invalid_token"');
  });

  it('F5 may be 5 s off the clock, no more', async () => {
    await start();
    const now = clock.now() / 1000;
    expect((await session(await provider.token({ exp: now - 3 }))).status).toBe(200);
    expect((await session(await provider.token({ nbf: now + 4 }))).status).toBe(200);
    expect(await session(await provider.token({ exp: now - 6 }))).toMatchObject(refused);
  });

  it('is refused as soon as a token that was good has ended', async () => {
    await start();
    const token = await provider.token();
    expect((await session(token)).status).toBe(200);
    clock.advance(299_000 + 6000);
    expect(await session(token)).toMatchObject(refused);
  });

  it.each([
    [
      'of the same host, TLS ended before the relay',
      { host: 'app.example.com', origin: 'https://app.example.com' },
      200
    ],
    [
      'of the same origin according to the browser',
      { origin: 'https://app.example.com', 'sec-fetch-site': 'same-origin' },
      200
    ],
    ['of another host', { host: 'app.example.com', origin: 'https://evil.example' }, 403],
    [
      'of the same host, but of another site according to the browser',
      { host: 'app.example.com', origin: 'https://app.example.com', 'sec-fetch-site': 'cross-site' },
      403
    ],
    ['of no origin', { origin: 'null', 'sec-fetch-site': 'same-origin' }, 403]
  ])('C1 may come from a page %s: %j', async (_what, headers, status) => {
    await start();
    const authorization = `Bearer ${await provider.token()}`;
    expect(
      (await ask(`${world.relay.url}/session`, { method: 'GET', headers: { authorization, ...headers } })).status
    ).toBe(status);
  });

  describe('9.1.1 that was forged', () => {
    const claims = () => ({
      iss: provider.issuer,
      aud: 'relay',
      sub: 'eve',
      roles: ['developer'],
      exp: clock.now() / 1000 + 60
    });

    it.each([
      ['9.1.2 alg none', { alg: 'none' }, ''],
      ['alg None', { alg: 'None' }, ''],
      ['no algorithm', { typ: 'JWT' }, 'AAAA'],
      ['a wrong signature', { alg: 'ES256', kid: 'key-1' }, Buffer.alloc(64, 1).toString('base64url')],
      ['an empty signature', { alg: 'ES256', kid: 'key-1' }, ''],
      ['a critical extension', { alg: 'ES256', kid: 'key-1', crit: ['b64'], b64: false }, 'AAAA'],
      ['9.1.3 an embedded key', { alg: 'ES256', jwk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } }, 'AAAA'],
      ['9.1.3 the URL of a key', { alg: 'ES256', jku: 'https://evil.example/jwks', kid: 'evil' }, 'AAAA']
    ])('with %s is refused', async (_what, header, signature) => {
      await start();
      expect(await session(`${encode(header)}.${encode(claims())}.${signature}`)).toMatchObject(refused);
    });

    it('9.1.2 by HS256 with the public key as secret is refused', async () => {
      await start();
      const keys = (await ask(provider.jwksUri, { method: 'GET' })).text;
      const unsigned = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: 'key-1' })}.${encode(claims())}`;
      for (const secret of [keys, JSON.stringify((JSON.parse(keys) as { keys: object[] }).keys[0])]) {
        const signature = createHmac('sha256', secret).update(unsigned).digest('base64url');
        expect(await session(`${unsigned}.${signature}`)).toMatchObject(refused);
      }
    });

    it.each([
      'a.b.c',
      '..',
      'not a token',
      'e30.e30.e30',
      `${'A'.repeat(5000)}.e30.`,
      '{}.{}.{}',
      '+/.+/.+/',
      'e30..e30'
    ])('as %j is refused', async (token) => {
      await start();
      expect(await session(token)).toMatchObject(refused);
    });
  });

  it.each([
    ['an ID token by typ', {}, { typ: 'logout+jwt' }],
    ['a logout token by its claim', { events: {} }, { typ: 'JWT' }],
    ['an ID token by its hash claim', { at_hash: 'x' }, { typ: 'JWT' }],
    ['an ID token of Keycloak', { typ: 'ID' }, { typ: 'JWT' }],
    ['a refresh token of Keycloak', { typ: 'Refresh' }, { typ: 'JWT' }],
    ['an ID token of Entra by its nonce', { nonce: 'n', tid: 't', oid: 'o', ver: '2.0' }, { typ: 'JWT' }],
    ['an ID token of Entra without a nonce', { tid: 't', oid: 'o', ver: '2.0', name: 'Ann' }, { typ: 'JWT' }],
    ['an ID token of Auth0', { nonce: 'n', azp: 'app' }, { typ: 'JWT' }],
    ['an ID token of Cognito', { token_use: 'id', client_id: 'app' }, { typ: 'JWT' }],
    ['a token that says nothing of its kind', {}, { typ: 'JWT' }]
  ])('9.2.2 is refused with %s', async (_what, claims, header) => {
    await start();
    expect(await session(await provider.token(claims, header))).toMatchObject(refused);
  });

  it.each([
    ['RFC 9068', {}, { typ: 'at+jwt' }],
    ['Entra, version 2', { azp: 'app', scp: 'relay.use', ver: '2.0' }, { typ: 'JWT' }],
    ['Entra, version 1', { appid: 'app', ver: '1.0' }, { typ: 'JWT' }],
    ['Keycloak', { typ: 'Bearer', azp: 'app', nonce: 'n' }, { typ: 'JWT' }],
    ['Okta', { cid: 'app', scp: ['relay'] }, { typ: 'JWT' }],
    ['Auth0', { azp: 'app', scope: 'openid' }, { typ: 'JWT' }],
    ['Cognito', { token_use: 'access', client_id: 'app' }, { typ: 'JWT' }]
  ])('9.2.2 is taken with an access token of %s', async (_what, claims, header) => {
    await start();
    expect((await session(await provider.token(claims, header))).status).toBe(200);
  });

  it('9.2.2 is taken with a token that says nothing of its kind where the configuration names its type', async () => {
    await start({}, { typ: ['JWT'] });
    expect((await session(await provider.token({}, { typ: 'JWT' }))).status).toBe(200);
  });

  it('9.2.2 may be held to one token type and to more claims', async () => {
    await start({}, { typ: ['at+jwt'], requiredClaims: ['client_id'] });
    expect((await session(await provider.token({ client_id: 'app' }))).status).toBe(200);
    expect((await session(await provider.token({ client_id: 'app' }, { typ: 'application/at+jwt' }))).status).toBe(200);
    expect(await session(await provider.token({}))).toMatchObject(refused);
    expect(await session(await provider.token({ client_id: 'app' }, { typ: 'JWT' }))).toMatchObject(refused);
  });

  it.each([
    ['/realm_access/roles', { realm_access: { roles: ['developer', 'other'] } }, 200],
    ['/a~1b/c~0d', { 'a/b': { 'c~d': 'developer' } }, 200],
    ['/groups', { groups: 'guests developer' }, 200],
    ['/groups', { groups: [1, null, { name: 'developer' }] }, 403],
    ['/groups', { groups: {} }, 403],
    ['/__proto__/roles', {}, 403],
    ['/nothing/here', {}, 403]
  ])('has the roles at %s', async (rolesPointer, claims, status) => {
    await start({}, { rolesPointer });
    expect((await session(await provider.token({ roles: undefined, ...claims }))).status).toBe(status);
  });

  it.each([[[]], [['guests']], [['__proto__', 'constructor', 'toString']]])(
    'S1 without a role of the relay (%j) is policy_denied',
    async (roles) => {
      await start();
      const answer = await ask(`${world.relay.url}/token`, {
        headers: { authorization: `Bearer ${await provider.token({ roles })}` }
      });
      expect(answer).toMatchObject({ status: 403, body: { code: 'policy_denied', error: 'unauthorized_client' } });
    }
  );

  it('16.5.3 never becomes loopback when the token is not valid', async () => {
    await start();
    const headers = { authorization: 'Bearer nonsense', 'x-genesys-auth': '1' };
    expect(await ask(`${world.relay.url}/session`, { method: 'GET', headers })).toMatchObject(refused);
    expect(
      (await ask(`${world.relay.url}/session`, { method: 'GET', headers: { 'x-genesys-auth': '1' } })).status
    ).toBe(200);
  });

  describe('and the keys of the provider', () => {
    it.each(['openid', 'oauth'] as const)('are found by %s metadata', async (discovery) => {
      await start({ discovery }, { jwksUri: undefined });
      expect((await session(await provider.token())).status).toBe(200);
    });

    it.each(['other-issuer', 'none'] as const)('S3 are not taken from metadata of %s', async (discovery) => {
      await start({ discovery }, { jwksUri: undefined });
      expect(await session(await provider.token())).toMatchObject({
        status: 503,
        body: { code: 'identity_unavailable' }
      });
    });

    it('fit without key ids, too, one after the other', async () => {
      await start({ keyIds: false });
      const first = await provider.token();
      await provider.rotate();
      expect((await session(await provider.token())).status).toBe(200);
      expect((await session(first)).status).toBe(200);
    });

    it('are not tried one after the other for a token without a key id, if they have ids', async () => {
      await start();
      const unnamed = { kid: undefined };
      expect((await session(await provider.token({}, unnamed))).status).toBe(200);
      await provider.rotate();
      clock.advance(10 * MINUTE + 1);
      expect(await session(await provider.token({}, unnamed))).toMatchObject({
        status: 401,
        body: {
          code: 'invalid_credentials',
          detail: 'The token does not say which key of its issuer signed it: kid is missing.'
        }
      });
      expect((await session(await provider.token())).status).toBe(200);
    });

    it('F13 are read once for a flood of unknown key ids, and again after 30 s', async () => {
      await start();
      await session(await provider.token());
      expect(provider.keyRequests()).toBe(1);
      const flood = await Promise.all(
        Array.from({ length: 40 }, async (_, index) => session(await provider.token({}, { kid: `unknown-${index}` })))
      );
      expect(new Set(flood.map(({ status }) => status))).toEqual(new Set([401]));
      expect(provider.keyRequests()).toBe(1);
      clock.advance(30_001);
      await Promise.all([1, 2, 3].map(async (index) => session(await provider.token({}, { kid: `unknown-${index}` }))));
      expect(provider.keyRequests()).toBe(2);
    });

    it('are read again when the provider signs with a new one', async () => {
      await start();
      await session(await provider.token());
      await provider.rotate();
      clock.advance(30_001);
      expect((await session(await provider.token())).status).toBe(200);
    });

    it('F13 stay good for a day when the provider is down', async () => {
      await start();
      await session(await provider.token());
      provider.fail(500);
      clock.advance(60 * MINUTE);
      expect((await session(await provider.token())).status).toBe(200);
      clock.advance(24 * 60 * MINUTE);
      expect(await session(await provider.token())).toMatchObject({
        status: 503,
        body: { code: 'identity_unavailable' }
      });
      provider.fail(undefined);
      clock.advance(1000);
      expect((await session(await provider.token())).status).toBe(200);
    });

    it('16.5.2 16.5.3 are no reason for a 401 when the provider was never reached: 503 with Retry-After, and it recovers', async () => {
      await start();
      provider.fail(503);
      const answer = await session(await provider.token());
      expect(answer).toMatchObject({ status: 503, body: { code: 'identity_unavailable', hint: expect.any(String) } });
      expect(answer.headers['retry-after']).toBe('5');
      provider.fail(undefined);
      clock.advance(1000);
      expect((await session(await provider.token())).status).toBe(200);
    });

    it('F13 are asked for at most once a second while the provider has never answered', async () => {
      await start();
      provider.fail(503);
      for (let second = 1; second <= 3; second++) {
        const tokens = await Promise.all(Array.from({ length: 20 }, (_, index) => provider.token({ sub: `${index}` })));
        for (const answer of await Promise.all(tokens.map(session))) expect(answer.status).toBe(503);
        expect((await session(await provider.token())).status).toBe(503);
        expect(provider.keyRequests()).toBe(second);
        clock.advance(1000);
      }
    });

    it('lose their hold on known tokens within minutes of being withdrawn', async () => {
      await start();
      const token = await provider.token({ exp: clock.now() / 1000 + 7200 });
      expect((await session(token)).status).toBe(200);
      provider.withdraw('key-1');
      clock.advance(11 * MINUTE);
      expect(await session(token)).toMatchObject(refused);
    });
  });
});

describe('two identity providers', () => {
  it('10.3.3 that name two people alike keep them apart', async () => {
    const clock = testClock();
    const now = () => clock.now() / 1000;
    const providers = [await startIdentityProvider({ now }), await startIdentityProvider({ now })];
    const identities = providers.map(({ issuer }) => ({ type: 'jwt' as const, issuer, audience: 'relay' }));
    const world = await setUp({ runtime: { clock }, config: { identities, limits: { requestsPerMinute: 1 } } });
    const statuses: number[] = [];
    for (const provider of [...providers, ...providers]) {
      const headers = { authorization: `Bearer ${await provider.token()}` };
      statuses.push((await ask(`${world.relay.url}/session`, { method: 'GET', headers })).status);
    }
    expect(statuses).toEqual([200, 200, 429, 429]);
    const stolen = await providers[0]!.token({ iss: providers[1]!.issuer });
    const answer = await ask(`${world.relay.url}/session`, {
      method: 'GET',
      headers: { authorization: `Bearer ${stolen}` }
    });
    expect(answer.status).toBe(401);
    await world.close();
    await Promise.all(providers.map((provider) => provider.close()));
  });
});
