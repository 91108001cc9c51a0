import type { Sandbox } from 'genesys-sandbox';
import type { RelayConfigInput } from '../index.ts';
import { type Answer, ask } from '../testing/ask.ts';
import { ANN, APP_URL, type SignInSetup, setUpSignIn } from '../../test/sign-in-setup.ts';

const QUEUES = '/api/v2/routing/queues';

/** A token as an app gets it that signs users in by itself. */
async function tokenOf(sandbox: Sandbox, email = ANN): Promise<string> {
  const query = new URLSearchParams({ response_type: 'code', client_id: 'sign-in-client', redirect_uri: APP_URL });
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const sent = await ask(`${sandbox.authorizeEndpoint}?${query.toString()}`, {
    headers: form,
    body: new URLSearchParams({ email, password: 'any' }).toString()
  });
  const code = new URL(String(sent.headers['location'])).searchParams.get('code') ?? '';
  const basic = Buffer.from('sign-in-client:CANARY-sign-in-secret').toString('base64');
  const answer = await ask(sandbox.tokenEndpoint, {
    headers: { ...form, authorization: `Basic ${basic}` },
    body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: APP_URL }).toString()
  });
  return String(answer.body['access_token']);
}

describe('a caller with a Genesys Cloud token of a user', () => {
  let world: SignInSetup;
  afterEach(() => world.close());
  type Identity = Partial<Extract<NonNullable<RelayConfigInput['identities']>[number], { type: 'genesysToken' }>>;
  const start = async (identity: Identity = {}) => {
    world = await setUpSignIn((sandbox) => ({
      config: {
        signIn: undefined,
        identities: [
          {
            type: 'genesysToken',
            clients: ['sign-in-client'],
            organizations: [sandbox.users[0]?.organization.id ?? ''],
            roles: { agent: { everyone: true } },
            ...identity
          }
        ]
      }
    }));
    return tokenOf(world.sandbox);
  };
  const send = (path: string, token: string): Promise<Answer> =>
    ask(`${world.relay.url}${path}`, { method: 'GET', headers: { authorization: `Bearer ${token}` } });
  const checks = () => world.sandbox.requests.filter(({ path }) => path === '/api/v2/tokens/me').length;

  it('calls the API with that token, and the check counts for a minute', async () => {
    const token = await start();
    expect((await send('/session', token)).body).toMatchObject({ identity: 'genesysToken', roles: ['agent'] });
    expect((await send(QUEUES, token)).status).toBe(200);
    expect((await send('/api/v2/users/me', token)).body).toMatchObject({ email: ANN });
    expect(checks()).toBe(1);
    world.clock.advance(60_000);
    await send(QUEUES, token);
    expect(checks()).toBe(2);
  });

  it('gets the name of a scope that the token lacks', async () => {
    const token = await start();
    expect((await send('/api/v2/users', token)).body).toMatchObject({ code: 'insufficient_scope' });
    expect(world.calls()).toEqual([]);
  });

  it.each<[string, Identity]>([
    ['another OAuth client', { clients: ['other'] }],
    ['another organization', { organizations: ['other'] }]
  ])('is refused with a token of %s', async (_what, identity) => {
    const token = await start(identity);
    expect(await send(QUEUES, token)).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
  });

  it('is refused with a token without a user', async () => {
    await start({ clients: ['service-client'] });
    const basic = Buffer.from('service-client:CANARY-service-secret').toString('base64');
    const { body } = await ask(world.sandbox.tokenEndpoint, {
      headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: `Basic ${basic}` },
      body: 'grant_type=client_credentials'
    });
    expect((await send(QUEUES, String(body['access_token']))).status).toBe(401);
  });

  it('is refused when the API refuses the token, though the check counts still', async () => {
    const token = await start();
    await send(QUEUES, token);
    world.sandbox.revokeTokens();
    expect(await send(QUEUES, token)).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
  });

  it('is not taken for a JWT, and a JWT is not taken for such a token', async () => {
    await start();
    expect((await send(QUEUES, 'a.b.c')).status).toBe(401);
    expect(checks()).toBe(0);
  });

  it('is limited by address when the checks fail', async () => {
    await start();
    const statuses = [];
    for (let step = 0; step < 70; step++) statuses.push((await send(QUEUES, `made-up-${step}`)).status);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    expect(checks()).toBe(60);
  });

  it('gets Retry-After while Genesys Cloud fails', async () => {
    const token = await start();
    world.sandbox.faults.add({ type: 'serverError', route: 'GET /api/v2/tokens/me' });
    expect(await send(QUEUES, token)).toMatchObject({ status: 503, body: { code: 'identity_unavailable' } });
  });
});
