import { type KeyObject, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { calculateJwkThumbprint, createLocalJWKSet, exportJWK, jwtVerify } from 'jose';
import { type Mistake, diagnose, startOdd } from '../../test/doctor.ts';
import type { DoctorOptions } from './doctor.ts';

const ID = '0a1b2c3d-1111-4222-8333-444455556666';
const pair = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
const pemOf = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const KEY = pair();
const PEM = pemOf(KEY);

/** A server that takes one key under one kid, made out to itself, and grants a token for nothing else. */
async function startStrict({ methods, scope = true }: { methods?: readonly string[]; scope?: boolean } = {}) {
  const jwk = { ...(await exportJWK(createPublicKey(PEM))), kid: 'key-1', alg: 'ES256' };
  const seen: string[] = [];
  const odd = await startOdd((request, response) => {
    const json = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.url?.includes('well-known') === true) {
      json(200, { issuer: odd.origin, ...(methods && { token_endpoint_auth_methods_supported: methods }) });
      return;
    }
    if (request.method === 'GET') {
      json(200, {});
      return;
    }
    void text(request).then(async (body) => {
      const form = new URLSearchParams(body);
      const assertion = form.get('client_assertion') ?? '';
      seen.push(assertion);
      const taken = await jwtVerify(assertion, createLocalJWKSet({ keys: [jwk] }), {
        audience: odd.origin,
        issuer: ID,
        subject: ID,
        clockTolerance: 5
      }).catch(() => undefined);
      if (taken === undefined || (taken.payload.iat ?? 0) > Date.now() / 1000 + 5)
        json(401, { error: 'invalid_client', error_description: 'client authentication failed' });
      else if (!scope && form.has('scope')) json(400, { error: 'invalid_scope' });
      else json(200, { access_token: `granted-${'t'.repeat(30)}`, token_type: 'Bearer', expires_in: 60 });
    });
  });
  return { ...odd, seen };
}

describe('doctor before a client by private_key_jwt', () => {
  let server: Awaited<ReturnType<typeof startStrict>>;
  beforeEach(async () => {
    server = await startStrict();
  });
  afterEach(() => server.close());

  const look = async (
    client: object,
    more: Mistake & { readonly issuer?: string } = {},
    options: DoctorOptions = {}
  ) => {
    const { issuer = server.origin, ...mistake } = more;
    const found = await diagnose(
      {
        genesys: { ...server.genesys, issuer },
        client: { id: ID, auth: 'private_key_jwt', key: { env: 'PEM' }, ...client },
        ...mistake,
        env: { PEM, ...mistake.env }
      },
      { regions: [], ...options }
    );
    for (const assertion of server.seen) expect(found.printed).not.toContain(assertion.slice(-20));
    expect(found.printed).not.toMatch(/granted-t|BEGIN/);
    for (const line of PEM.split('\n').slice(1, -2)) expect(found.printed).not.toContain(line.slice(0, 20));
    return found;
  };

  it('finds it healthy, with one token request', async () => {
    const found = await look({ keyId: 'key-1' });
    expect(found).toMatchObject({ healthy: true, exitCode: 0, tokenRequests: 1, findings: [] });
    expect(found.printed).toContain('with an assertion signed by genesys.client.key');
  });

  it('names a wrong key, and the thumbprint by which the right one is found', async () => {
    const other = pair();
    const found = await look({ keyId: 'key-1' }, { env: { PEM: pemOf(other) } });
    expect(found).toMatchObject({ causes: ['assertion_refused'], exitCode: 12 });
    expect(found.tokenRequests).toBeLessThanOrEqual(4);
    expect(found.findings[0]?.message).toContain(
      await calculateJwkThumbprint(await exportJWK(createPublicKey(pemOf(other))))
    );
  });

  it('names a wrong key id, proven by a request without it', async () => {
    const found = await look({ keyId: 'key-2' });
    expect(found).toMatchObject({ causes: ['key_id_wrong'], exitCode: 12, tokenRequests: 2 });
    expect(found.findings[0]?.fix).toContain('genesys.client.keyId');
    expect(found.steps).toContainEqual(expect.objectContaining({ name: 'API', outcome: 'ok' }));
  });

  it.each([
    [-300_000, /5 minutes behind/],
    [300_000, /5 minutes ahead/],
    // As a separate finding it would be a warning, but here it prevents the token.
    [30_000, /30 seconds ahead/]
  ])('names a clock that is off by %i ms, proven by an assertion by the server’s clock', async (off, words) => {
    const found = await look({ keyId: 'key-1' }, {}, { clock: { now: () => Date.now() + off } });
    expect(found).toMatchObject({ causes: ['clock_skew'], exitCode: 16, tokenRequests: 2 });
    expect(found.findings).toHaveLength(1);
    expect(found.findings[0]?.message).toMatch(words);
    expect(found.findings[0]?.message).toContain('this is why the client is refused');
  });

  it('names an issuer that is not the server’s, and which one is', async () => {
    const found = await look({ keyId: 'key-1' }, { issuer: 'https://issuer.example.com' });
    expect(found).toMatchObject({ causes: ['issuer_wrong'], exitCode: 12 });
    expect(found.findings[0]?.fix).toBe(`Set genesys.issuer: ${server.origin}`);
  });

  it('names a wrong key of a fallback of a healthy client', async () => {
    const fallbacks = [{ auth: 'private_key_jwt', key: { env: 'NEXT' } }];
    const found = await look({ keyId: 'key-1', fallbacks }, { env: { NEXT: pemOf(pair()) } });
    expect(found.findings).toMatchObject([{ cause: 'assertion_refused', credential: 'fallback 1' }]);
    expect(found.findings[0]?.fix).toContain('genesys.client.fallbacks[0].key');
  });

  it('says so when the server does not take assertions at all', async () => {
    await server.close();
    server = await startStrict({ methods: ['client_secret_basic'] });
    const found = await look({}, { env: { PEM: pemOf(pair()) } });
    expect(found).toMatchObject({ causes: ['auth_method_refused'], tokenRequests: 1 });
    expect(found.findings[0]?.fix).toContain('client_secret_basic');
  });

  it('names scopes that are refused, and still shows the API a token', async () => {
    await server.close();
    server = await startStrict({ scope: false });
    const found = await look({ keyId: 'key-1' });
    expect(found.causes).toEqual(['scope_refused']);
    expect(found.steps).toContainEqual(expect.objectContaining({ name: 'API', outcome: 'ok' }));
  });

  it('sends no request with an invalid key or without an issuer', async () => {
    const none = await look({}, { env: { PEM: 'CANARY, no key' } });
    expect(none).toMatchObject({ causes: ['config_invalid'], exitCode: 1, tokenRequests: 0 });
    expect(await look({}, { genesys: server.genesys })).toMatchObject({ causes: ['config_invalid'], tokenRequests: 0 });
  });
});
