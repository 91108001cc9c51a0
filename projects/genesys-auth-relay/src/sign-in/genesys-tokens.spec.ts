import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Sandbox } from 'genesys-sandbox';
import type { RelayConfigInput } from '../index.ts';
import { type Answer, ask } from '../testing/ask.ts';
import { testClock } from '../testing/clock.ts';
import { ANN, BOB, type SignInChange, type SignInSetup, setUpSignIn, tokenOf } from '../../test/sign-in-setup.ts';

const QUEUES = '/api/v2/routing/queues';

describe('a caller with a Genesys Cloud token of a user', () => {
  let world: SignInSetup;
  afterEach(() => world.close());
  type Identity = Partial<Extract<NonNullable<RelayConfigInput['identities']>[number], { type: 'genesysToken' }>>;
  const settings = (sandbox: Sandbox, identity: Identity = {}): SignInChange => ({
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
  });
  const start = async (identity: Identity = {}) => {
    world = await setUpSignIn((sandbox) => settings(sandbox, identity));
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

  /** Starts the relay before an API that knows every token, and answers calls with this status. */
  async function startBeforeApi(statusOf: (url: string) => number) {
    const organization = { id: 'org', name: 'Org' };
    const about = { OAuthClient: { id: 'sign-in-client' }, organization, homeOrganization: organization };
    const facts = { id: 'user', ...about, authorizedScope: ['routing'] };
    const api = createServer(({ url = '' }, response) => {
      const status = statusOf(url);
      response.writeHead(status).end(JSON.stringify(status === 200 ? facts : { status, code: 'bad.credentials' }));
    }).listen(0, '127.0.0.1');
    await once(api, 'listening');
    const apiOrigin = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
    const change = (sandbox: Sandbox): SignInChange => {
      const { config } = settings(sandbox, { organizations: ['org'] });
      return { config: { ...config, genesys: { tokenEndpoint: sandbox.tokenEndpoint, apiOrigin } } };
    };
    // A reload sleeps, and the limits must not be refilled by that.
    const clock = { ...testClock(), sleep: () => Promise.resolve() };
    world = await setUpSignIn((sandbox) => ({ ...change(sandbox), runtime: { clock } }));
    return { api, clock, reload: () => world.reload(change(world.sandbox)) };
  }

  it('is not refused when only one operation answers 401', async () => {
    const { api } = await startBeforeApi((url) => (url === QUEUES ? 401 : 200));
    const details = [];
    for (let call = 0; call < 12; call += 1) {
      const answer = await send(QUEUES, 'CANARY-user-token');
      expect(answer).toMatchObject({ status: 502, body: { code: 'api_refused' } });
      details.push(String(answer.body['detail']));
    }
    // After the limit of verifications the relay does not claim that the token is live.
    expect(details.map((detail) => detail.includes('but not the token'))).toEqual([
      ...Array<boolean>(10).fill(true),
      false,
      false
    ]);
    expect((await send('/api/v2/routing/skills', 'CANARY-user-token')).status).toBe(200);
    api.close();
  });

  it('waits while many others send new tokens, and is checked again without that limit', async () => {
    const { api, clock, reload } = await startBeforeApi(() => 200);
    const sendAll = async (count: number) => {
      const answers = [];
      for (let user = 0; user < count; user += 1) answers.push(await send('/session', `CANARY-user-${String(user)}`));
      return answers.filter(({ status }) => status !== 200);
    };
    const refused = await sendAll(122);
    expect(refused.map(({ status, body }) => [status, body['code'], body['detail']])).toEqual(
      Array(2).fill([429, 'rate_limited', 'The relay got too many new Genesys Cloud tokens at the same time.'])
    );
    await reload();
    expect(await sendAll(120)).toEqual([]);
    clock.advance(60_000);
    expect(await sendAll(122)).toEqual([]);
    api.close();
  });

  it.each([12, 200])('is refused with each of %i simultaneous calls when its token is dead', async (count) => {
    world = await setUpSignIn((sandbox) => {
      const { config } = settings(sandbox);
      return { config: { ...config, proxy: { requestsPerMinute: 10_000 } } };
    });
    const [ann, bob] = [await tokenOf(world.sandbox), await tokenOf(world.sandbox, BOB)];
    await Promise.all([send(QUEUES, ann), send(QUEUES, bob)]);
    world.sandbox.revokeToken(ann);
    const before = checks();
    const answers = await Promise.all(Array.from({ length: count }, () => send(QUEUES, ann)));
    expect(new Set(answers.map(({ status, body }) => `${String(status)} ${String(body['code'])}`))).toEqual(
      new Set(['401 invalid_credentials'])
    );
    expect(checks() - before).toBe(1);
    expect((await send(QUEUES, bob)).status).toBe(200);
  });

  it('is not taken for a JWT, and a JWT is not taken for such a token', async () => {
    await start();
    expect((await send(QUEUES, 'a.b.c')).status).toBe(401);
    expect(checks()).toBe(0);
  });

  it('is limited by address when the checks fail, also after a reload', async () => {
    // A reload sleeps, and the limit must not be refilled by that.
    const clock = { ...testClock(), sleep: () => Promise.resolve() };
    world = await setUpSignIn((sandbox) => ({ ...settings(sandbox), runtime: { clock } }));
    const statuses = [];
    for (let step = 0; step < 70; step++) statuses.push((await send(QUEUES, `made-up-${step}`)).status);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    expect(checks()).toBe(60);
    await world.reload(settings(world.sandbox));
    expect((await send(QUEUES, 'made-up-again')).status).toBe(429);
  });

  it('pauses as the API has asked, also after a reload', async () => {
    // A reload sleeps, and the pause must not end by that.
    const clock = { ...testClock(), sleep: () => Promise.resolve() };
    world = await setUpSignIn((sandbox) => ({ ...settings(sandbox), runtime: { clock } }));
    const token = await tokenOf(world.sandbox);
    world.sandbox.faults.add({ type: 'rateLimit', route: `GET ${QUEUES}`, retryAfterSeconds: 42, times: 1 });
    expect((await send(QUEUES, token)).status).toBe(429);
    await world.reload(settings(world.sandbox));
    expect(await send(QUEUES, token)).toMatchObject({ status: 429, body: { code: 'api_budget_spent' } });
  });

  it('gets Retry-After while Genesys Cloud fails', async () => {
    const token = await start();
    world.sandbox.faults.add({ type: 'serverError', route: 'GET /api/v2/tokens/me' });
    expect(await send(QUEUES, token)).toMatchObject({ status: 503, body: { code: 'identity_unavailable' } });
  });
});
