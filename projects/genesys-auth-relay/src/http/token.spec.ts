import { createHash } from 'node:crypto';
import { isProblem, isSessionResponse, isTokenResponse } from 'genesys-auth-protocol';
import { SANDBOX_CLIENT, type Sandbox, createSandbox } from 'genesys-sandbox';
import { type RunningRelay, startRelay } from '../index.ts';
import { ask, asForm, basic, fromHere } from '../testing/ask.ts';
import { KEY, SECRET_ENV, configFor } from '../testing/config.ts';

describe('a relay with the sandbox as its Genesys Cloud', () => {
  let sandbox: Sandbox;
  let relay: RunningRelay;
  beforeAll(async () => {
    process.env[SECRET_ENV] = SANDBOX_CLIENT.secret;
    sandbox = await createSandbox();
    const client = { id: SANDBOX_CLIENT.id, secret: { env: SECRET_ENV } };
    relay = await startRelay(configFor(sandbox, {}, { client }));
  });
  afterAll(async () => {
    await relay.close();
    await sandbox.close();
  });

  const api = (token: unknown) =>
    ask(`${sandbox.apiOrigin}/api/v2/routing/queues`, {
      method: 'GET',
      headers: { authorization: `Bearer ${String(token)}` }
    });

  it('B15 gives the app on this machine a token that the API takes, with exactly four members', async () => {
    const answer = await ask(`${relay.url}/token`, fromHere({ scopes: ['routing', 'analytics:readonly'] }));
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.body).sort()).toEqual(['access_token', 'expires_in', 'scope', 'token_type']);
    expect(isTokenResponse(answer.body)).toBe(true);
    expect(answer.body).toMatchObject({ token_type: 'Bearer', scope: 'analytics:readonly routing' });
    expect((await api(answer.body['access_token'])).status).toBe(200);
  });

  it.each([
    [
      'Basic',
      asForm(
        { grant_type: 'client_credentials', scope: 'routing analytics' },
        { authorization: basic('reports', KEY.key) }
      )
    ],
    [
      'the body',
      asForm({
        grant_type: 'client_credentials',
        scope: 'routing analytics',
        client_id: 'reports',
        client_secret: KEY.key
      })
    ],
    [
      'Bearer',
      asForm({ grant_type: 'client_credentials', scope: 'routing analytics' }, { authorization: `Bearer ${KEY.key}` })
    ]
  ])('gives a script a token for its API key by %s', async (_way, sent) => {
    const answer = await ask(`${relay.url}/token`, sent);
    expect(answer).toMatchObject({ status: 200, body: { scope: 'analytics routing' } });
  });

  it('gives the default scopes when none is asked for', async () => {
    const form = asForm({ grant_type: 'client_credentials' }, { authorization: basic('reports', KEY.key) });
    expect((await ask(`${relay.url}/token`, form)).body['scope']).toBe('analytics');
    expect((await ask(`${relay.url}/token`, { headers: { 'x-genesys-auth': '1' } })).body['scope']).toBe('analytics');
  });

  it('B1 names the caller and the scopes it may request, and returns no token', async () => {
    const answer = await ask(`${relay.url}/session`, { method: 'GET', headers: { 'x-genesys-auth': '1' } });
    expect(answer.status).toBe(200);
    expect(isSessionResponse(answer.body)).toBe(true);
    expect(answer.body).toEqual({
      subject: 'loopback',
      caller: createHash('sha256').update('loopback').digest('hex'),
      identity: 'loopback',
      roles: ['developer'],
      scopes: ['analytics', 'routing'],
      defaultScopes: ['analytics'],
      region: null,
      apiOrigin: sandbox.apiOrigin,
      mode: 'token'
    });
  });

  it.each([
    ['a scope that is not registered', { scopes: ['anaytics'] }, 'scope_not_registered', 'anaytics', 'analytics'],
    [
      'a permission taken for a scope',
      { scopes: ['analytics:reporting:read'] },
      'scope_not_registered',
      'analytics:reporting:read',
      'analytics'
    ],
    [
      'a registered scope of another role',
      { scopes: ['admin:platform'] },
      'scope_not_allowed',
      'admin:platform',
      undefined
    ],
    [
      'the full scope where only reading is registered',
      { scopes: ['users'] },
      'scope_not_registered',
      'users',
      'users:readonly'
    ]
  ])('refuses %s, and names it', async (_what, body, code, scope, nearest) => {
    const answer = await ask(`${relay.url}/token`, fromHere(body));
    expect(answer.status).toBe(400);
    expect(isProblem(answer.body)).toBe(true);
    expect(answer.body).toMatchObject({ code, error: 'invalid_scope', scopes: [scope] });
    expect(answer.body['detail']).toContain(scope);
    if (nearest !== undefined) expect(answer.body['nearest']).toEqual(nearest);
  });

  it('reduces optional scopes silently to those that are allowed', async () => {
    const body = { scopes: ['analytics'], optionalScopes: ['routing', 'admin:platform', 'other:thing'] };
    expect((await ask(`${relay.url}/token`, fromHere(body))).body['scope']).toBe('analytics routing');
  });
});
