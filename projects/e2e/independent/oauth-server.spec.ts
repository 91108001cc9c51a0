import { createSandbox, type Sandbox } from 'genesys-sandbox';
import { newApiKey } from '../support/api-key.ts';
import { startTestRelay, type Client } from '../support/relay.ts';
import { startOAuthServer, type OAuthServer } from '../support/oauth-server.ts';

const scopes = ['analytics', 'routing', 'admin:platform'];
// RFC 6749 appendix A.2 lets a secret hold any visible ASCII character and the space; oidc-provider refuses all others.
const secrets = ['p+q/r==', '100%25 %zz', 'a&b=c', 'colon:inside:it', 'with space', `~!@#$^*()_-.,;'"<>?[]{}|\\\``];

const clientOf = (method: 'client_secret_basic' | 'client_secret_post', secret: string, index: number) => ({
  client_id: `${method} ${String(index)}:%+`,
  client_secret: secret,
  grant_types: ['client_credentials'],
  response_types: [],
  redirect_uris: [],
  token_endpoint_auth_method: method,
  scope: scopes.join(' ')
});

describe('the relay against oidc-provider, a strict OAuth server', () => {
  const apiKey = newApiKey();
  const basic = secrets.map((secret, index) => clientOf('client_secret_basic', secret, index));
  const post = secrets.map((secret, index) => clientOf('client_secret_post', secret, index));
  const narrow = { ...clientOf('client_secret_basic', 'narrow', 99), scope: 'routing' };
  const noGrant = { ...clientOf('client_secret_basic', 'no-grant', 98), grant_types: ['refresh_token'] };
  let server: OAuthServer;

  beforeAll(async () => {
    server = await startOAuthServer({ clients: [...basic, ...post, narrow, noGrant], scopes, tokenTtl: 600 });
  });
  afterAll(() => server.close());

  const clientAt = (id: string, auth: 'basic' | 'post', tokenEndpoint = `${server.origin}/token`) => ({
    tokenEndpoint,
    apiOrigin: server.origin,
    id,
    auth
  });

  async function ask(client: Omit<Client, 'secret'>, secret: string, body: object) {
    const relay = await startTestRelay(
      { ...client, secret },
      {
        scopes,
        identities: [{ type: 'apiKey', keys: [{ id: 'e2e', sha256: apiKey.sha256, roles: ['script'] }] }],
        roles: { script: { scopes } }
      }
    );
    try {
      const response = await fetch(`${relay.url}/token`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey.key}`, 'content-type': 'application/json' },
        body: JSON.stringify(body)
      });
      const text = await response.text();
      return { status: response.status, text, body: JSON.parse(text) as Record<string, unknown> };
    } finally {
      await relay.close();
    }
  }

  it.each(basic.map((client) => [client.client_secret, client.client_id]))(
    'O1 Basic carries the secret %j',
    async (secret, id) => {
      const answer = await ask(clientAt(id, 'basic'), secret, { scopes: ['routing', 'admin:platform'] });
      expect(answer.body).toMatchObject({ token_type: 'Bearer', scope: 'admin:platform routing' });
      expect(answer.status).toBe(200);
    }
  );

  it.each(post.map((client) => [client.client_secret, client.client_id]))(
    'O3 the body carries the secret %j',
    async (secret, id) => {
      const answer = await ask(clientAt(id, 'post'), secret, { scopes: ['analytics'] });
      expect(answer.body).toMatchObject({ token_type: 'Bearer', scope: 'analytics' });
      expect(answer.status).toBe(200);
    }
  );

  it('turns a wrong secret into upstream_invalid_client, and says nothing of the secret', async () => {
    const answer = await ask(clientAt(basic[0]!.client_id, 'basic'), 'not the secret', { scopes: ['analytics'] });
    expect(answer.status).toBe(502);
    expect(answer.body).toMatchObject({
      code: 'upstream_invalid_client',
      error: 'server_error',
      hint: expect.stringMatching(/secret/)
    });
    expect(answer.text).not.toContain('not the secret');
  });

  it('turns an unknown client into upstream_invalid_client', async () => {
    const answer = await ask(clientAt('nobody', 'basic'), 'x', { scopes: ['analytics'] });
    expect(answer).toMatchObject({ status: 502, body: { code: 'upstream_invalid_client' } });
  });

  it('turns a scope the client does not have into upstream_invalid_scope that names it', async () => {
    const answer = await ask(clientAt(narrow.client_id, 'basic'), 'narrow', { scopes: ['analytics'] });
    expect(answer).toMatchObject({ status: 502, body: { code: 'upstream_invalid_scope' } });
    expect(answer.text).toContain('analytics');
  });

  it('turns a client without the grant into upstream_unauthorized_client', async () => {
    const answer = await ask(clientAt(noGrant.client_id, 'basic'), 'no-grant', { scopes: ['analytics'] });
    expect(answer).toMatchObject({ status: 502, body: { code: 'upstream_unauthorized_client' } });
  });

  it('turns a token endpoint that is not there into a problem that names the cause', async () => {
    const notFound = await ask(clientAt(basic[0]!.client_id, 'basic', `${server.origin}/oauth/nothing`), 'x', {
      scopes: ['analytics']
    });
    expect(notFound).toMatchObject({
      status: 502,
      body: { code: expect.stringMatching(/^upstream_/), hint: expect.any(String) }
    });
  });
});

describe('a secret with characters outside ASCII', () => {
  const secret = 'pässwörd € 100% +&=:/ 秘密';
  const apiKey = newApiKey();
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await createSandbox({ clients: [{ id: 'an id with space', secret }] });
  });
  afterAll(() => sandbox.close());

  it.each(['basic', 'post'] as const)('reaches the sandbox by %s', async (auth) => {
    const { tokenEndpoint, apiOrigin } = sandbox;
    const relay = await startTestRelay(
      { tokenEndpoint, apiOrigin, id: 'an id with space', secret, auth },
      {
        scopes: ['analytics'],
        identities: [{ type: 'apiKey', keys: [{ id: 'e2e', sha256: apiKey.sha256, roles: ['script'] }] }],
        roles: { script: { scopes: ['analytics'], defaultScopes: ['analytics'] } }
      }
    );
    try {
      const response = await fetch(`${relay.url}/token`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey.key}` }
      });
      expect(response.status).toBe(200);
    } finally {
      await relay.close();
    }
  });
});
