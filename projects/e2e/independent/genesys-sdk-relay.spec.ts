import { parseRelayConfig, startRelay, type RunningRelay } from 'genesys-auth-relay';
import { createSandbox, SANDBOX_SIGN_IN_CLIENT, type Sandbox } from 'genesys-sandbox';
import platformClient from 'purecloud-platform-client-v2';
import { Cleanup } from '../support/cleanup.ts';

const { ApiClient, NotificationsApi, PresenceApi, RoutingApi, TokensApi, UsersApi } = platformClient;

const AGENT = 'agent.1@sandbox.example';
const REDIRECT_URI = 'http://localhost:4200/callback';
const { id: clientId, secret } = SANDBOX_SIGN_IN_CLIENT;

/** Signs in at the login page, and returns the code. */
async function codeOf({ authorizeEndpoint }: Sandbox): Promise<string> {
  const query = new URLSearchParams({ response_type: 'code', client_id: clientId, redirect_uri: REDIRECT_URI });
  const answer = await fetch(`${authorizeEndpoint}?${query.toString()}`, {
    method: 'POST',
    body: new URLSearchParams({ email: AGENT, password: 'any' }),
    redirect: 'manual'
  });
  return new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
}

describe('the official Genesys SDK in Node signs a user in, and calls the API through the relay', () => {
  const cleanup = new Cleanup();
  const client = ApiClient.instance;
  let sandbox: Sandbox;
  let relay: RunningRelay;

  const use = (origin: string, paths: object = {}) => {
    const { hostname, port } = new URL(origin);
    client.setGateway({ host: hostname, protocol: 'http', port: Number(port), ...paths });
  };

  beforeAll(async () => {
    // The SDK watches a file in the user's home; the watcher would outlive the test.
    client.config.live_reload_config = false;
    sandbox = await cleanup.keep(createSandbox());
    const config = {
      mode: 'proxy' as const,
      listen: { host: '127.0.0.1', port: 0 },
      admin: false as const,
      genesys: { tokenEndpoint: sandbox.tokenEndpoint, apiOrigin: sandbox.apiOrigin },
      scopes: ['presence', 'routing', 'user-basic-info', 'notifications'],
      identities: [
        {
          type: 'genesysToken' as const,
          clients: [clientId],
          organizations: [sandbox.users[0]?.organization.id ?? ''],
          roles: { agent: { everyone: true } }
        }
      ],
      roles: { agent: { scopes: ['presence', 'routing:readonly', 'user-basic-info', 'notifications'] } },
      log: { level: 'silent' as const }
    };
    relay = await cleanup.keep(startRelay(parseRelayConfig(config)));
    use(sandbox.loginOrigin);
    const tokens = await client.loginCodeAuthorizationGrant(clientId, secret, await codeOf(sandbox), REDIRECT_URI);
    // With a refresh token the SDK refreshes after a 401. Other tests use the same client.
    Reflect.deleteProperty(tokens, 'refreshToken');
    use(relay.url);
  });
  afterAll(() => cleanup.run());

  it('reads as the user, and changes the presence', async () => {
    const me = await new UsersApi().getUsersMe({ expand: ['presence'] });
    expect(me.email).toBe(AGENT);
    expect((await new RoutingApi().getRoutingQueuesMe()).entities?.length).toBeGreaterThan(0);
    const { entities = [] } = await new PresenceApi().getPresencedefinitions({});
    const meal = entities.find(({ systemPresence }) => systemPresence?.toUpperCase() === 'MEAL');
    const body = { presenceDefinition: { id: meal?.id ?? '' } };
    const changed = await new PresenceApi().patchUserPresencesPurecloud(me.id ?? '', body);
    expect(changed.presenceDefinition?.id).toBe(meal?.id);
  });

  it.each<[string, () => Promise<unknown>, object]>([
    [
      'a scope that the role lacks',
      () => new UsersApi().getUsers(),
      { status: 403, code: 'insufficient_scope', scopes: ['users', 'users:readonly'] }
    ],
    [
      'a channel of its own',
      () => new NotificationsApi().postNotificationsChannels(),
      { status: 403, code: 'operation_refused' }
    ],
    ['the end of its token', () => new TokensApi().deleteTokensMe(), { status: 403, code: 'operation_refused' }]
  ])('gets the problem of the relay in place of %s', async (_what, call, problem) => {
    await expect(call()).rejects.toMatchObject({ ...problem, hint: expect.stringMatching(/./) });
  });

  it('gets a 401 for a token that has ended', async () => {
    sandbox.revokeTokens();
    await expect(new UsersApi().getUsersMe()).rejects.toMatchObject({ status: 401, code: 'invalid_credentials' });
  });
});
