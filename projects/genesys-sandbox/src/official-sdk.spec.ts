import platformClient from 'purecloud-platform-client-v2';
import { closeAll, start } from '../test/harness.ts';
import { AGENT, Browser, REDIRECT_URI, authorizeUrl } from '../test/sign-in.ts';
import { Listener, hangUp } from '../test/streaming.ts';
import { type Sandbox, type SandboxClient, SANDBOX_CLIENT, SANDBOX_SIGN_IN_CLIENT } from './index.ts';

const { ApiClient, AnalyticsApi, NotificationsApi, PresenceApi, RoutingApi, TokensApi, UsersApi } = platformClient;
const client = ApiClient.instance;

// After a 401 the SDK refreshes by itself, while the test does the same.
client.config.refresh_access_token = false;

afterEach(hangUp);
afterEach(closeAll);

/** Points the SDK at one of the sandbox's hosts, as its documentation tells users of a gateway to. */
function use(origin: string, paths: object = {}): void {
  const { hostname, port } = new URL(origin);
  client.setGateway({ host: hostname, protocol: 'http', port: Number(port), ...paths });
}

async function login(sandbox: Sandbox, { id, secret = '' }: SandboxClient = SANDBOX_CLIENT): Promise<void> {
  use(sandbox.apiOrigin);
  await client.loginClientCredentialsGrant(id, secret);
}

it('logs in and pages through the queues', async () => {
  const { sandbox } = await start();
  await login(sandbox);
  const names: string[] = [];
  for (let pageNumber = 1, pageCount = 1; pageNumber <= pageCount; pageNumber++) {
    const page = await new RoutingApi().getRoutingQueues({ pageSize: 3, pageNumber });
    names.push(...(page.entities ?? []).map((queue) => queue.name ?? ''));
    pageCount = page.pageCount ?? 0;
  }
  expect(names).toEqual(sandbox.snapshot().queues.map(({ name }) => name));
});

it('reads observations and aggregates', async () => {
  const { sandbox, clock } = await start();
  await login(sandbox);
  const predicates = sandbox.snapshot().queues.map(({ id }) => ({ dimension: 'queueId', value: id }));
  const observed = await new AnalyticsApi().postAnalyticsQueuesObservationsQuery({
    filter: { type: 'or', predicates },
    metrics: ['oInteracting', 'oWaiting', 'oOnQueueUsers']
  });
  const interacting = (observed.results ?? [])
    .flatMap(({ data }) => data ?? [])
    .filter(({ metric }) => metric === 'oInteracting')
    .reduce((sum, { stats }) => sum + (stats?.count ?? 0), 0);
  expect(interacting).toBe(sandbox.snapshot().queues.reduce((sum, queue) => sum + queue.interacting, 0));
  const now = clock.now();
  const aggregated = await new AnalyticsApi().postAnalyticsConversationsAggregatesQuery({
    interval: `${new Date(now - 3_600_000).toISOString()}/${new Date(now).toISOString()}`,
    groupBy: ['queueId'],
    metrics: ['nOffered', 'oServiceLevel']
  });
  expect(aggregated.results?.length).toBeGreaterThanOrEqual(8);
});

it('reaches either host by the paths of a gateway', async () => {
  const { sandbox } = await start();
  for (const origin of [sandbox.loginOrigin, sandbox.apiOrigin]) {
    use(origin, { path_params_login: 'login', path_params_api: 'api-gw' });
    await client.loginClientCredentialsGrant(SANDBOX_CLIENT.id, SANDBOX_CLIENT.secret);
    expect((await new RoutingApi().getRoutingQueues({ pageSize: 1 })).total).toBe(8);
  }
  expect(sandbox.requests.map(({ host, path }) => `${host} ${path}`)).toEqual([
    'login /login/oauth/token',
    'login /api-gw/api/v2/routing/queues',
    'api /login/oauth/token',
    'api /api-gw/api/v2/routing/queues'
  ]);
});

it('makes a channel, subscribes, and the events come on a plain WebSocket', async () => {
  const { sandbox, clock } = await start();
  await login(sandbox);
  const api = new NotificationsApi();
  const channel = await api.postNotificationsChannels();
  const id = channel.id ?? '';
  const [queue] = sandbox.snapshot().queues;
  const topic = `v2.analytics.queues.${queue?.id ?? ''}.observations`;
  const permitted = await api.postNotificationsChannelSubscriptions(id, [{ id: topic }]);
  expect(permitted.entities).toMatchObject([{ id: topic, state: 'Permitted' }]);
  const listener = await Listener.to(channel.connectUri ?? '');
  for (let second = 0; second < 60; second++) {
    clock.pass(1000);
    sandbox.pulse();
  }
  await listener.settle();
  expect(listener.of(topic).length).toBeGreaterThan(5);
  expect(listener.of('channel.metadata').map(({ eventBody }) => eventBody?.['message'])).toContain(
    'WebSocket Heartbeat'
  );

  await api.putNotificationsChannelSubscriptions(id, [{ id: 'v2.users.a?presence&station' }]);
  expect((await api.getNotificationsChannelSubscriptions(id)).entities).toHaveLength(1);
  await api.deleteNotificationsChannelSubscriptions(id);
  expect((await api.getNotificationsChannelSubscriptions(id)).entities).toEqual([]);
  await api.headNotificationsChannel(id);
  expect((await api.getNotificationsChannels({})).entities).toMatchObject([{ id }]);
  expect((await api.getNotificationsAvailabletopics({})).entities?.map((entry) => entry.id)).toContain(
    'v2.analytics.queues.{id}.observations'
  );
  // The SDK rejects with the body of the answer, and a HEAD has none.
  await expect(api.headNotificationsChannel('streaming-0-unknown')).rejects.toBeUndefined();
});

it('checks and revokes its token', async () => {
  const { sandbox } = await start();
  await login(sandbox);
  const me = await new TokensApi().getTokensMe();
  expect(me.OAuthClient?.id).toBe(SANDBOX_CLIENT.id);
  await new TokensApi().headTokensMe();
  await new TokensApi().deleteTokensMe();
  expect(sandbox.liveTokenCount()).toBe(0);
  await expect(new TokensApi().getTokensMe()).rejects.toMatchObject({ status: 401, code: 'bad.credentials' });
});

it('signs a user in with a code, acts as the user, and refreshes the token', async () => {
  const { sandbox } = await start();
  use(sandbox.loginOrigin, { path_params_api: 'api-gw' });
  const { id, secret } = SANDBOX_SIGN_IN_CLIENT;
  const code = async (): Promise<string> => {
    const url = authorizeUrl(sandbox, { client_id: id });
    return (await new Browser().submit(url, { email: AGENT, password: 'any' })).callback['code'] ?? '';
  };
  // The SDK's types leave the refresh token out.
  const { accessToken, refreshToken }: { accessToken?: string; refreshToken?: string } =
    await client.loginCodeAuthorizationGrant(id, secret, await code(), REDIRECT_URI);
  const me = await new UsersApi().getUsersMe({ expand: ['presence', 'authorization'] });
  expect(me).toMatchObject({ email: AGENT, authorization: { roles: [{ name: 'Agent' }] } });
  const definitions = (await new PresenceApi().getPresencedefinitions({})).entities ?? [];
  const meal = definitions.find(({ systemPresence }) => systemPresence?.toUpperCase() === 'MEAL');
  const body = { presenceDefinition: { id: meal?.id ?? '' } };
  const changed = await new PresenceApi().patchUserPresencesPurecloud(me.id ?? '', body);
  expect(changed.presenceDefinition?.id).toBe(meal?.id);
  const status = await new UsersApi().getUserRoutingstatus(me.id ?? '');
  expect(await new UsersApi().putUserRoutingstatus(me.id ?? '', { status: 'IDLE' })).toEqual(status);

  sandbox.revokeTokens();
  await expect(new UsersApi().getUsersMe({})).rejects.toMatchObject({ status: 401 });
  const renewed = await client.refreshCodeAuthorizationGrant(id, secret, refreshToken ?? '');
  expect(renewed.accessToken).not.toBe(accessToken);
  expect((await new UsersApi().getUsersMe({})).email).toBe(AGENT);

  await expect(client.loginCodeAuthorizationGrant(id, secret, 'made-up', REDIRECT_URI)).rejects.toMatchObject({
    response: { status: 400, data: { error: 'invalid_grant' } }
  });
});

it('gets errors in the shape it knows', async () => {
  const narrow: SandboxClient = { id: 'narrow', secret: 'a+b/c', permissions: [] };
  const { sandbox } = await start({ clients: [SANDBOX_CLIENT, narrow], rateLimit: { requestsPerMinute: 2 } });
  use(sandbox.apiOrigin);
  await expect(client.loginClientCredentialsGrant(SANDBOX_CLIENT.id, 'wrong')).rejects.toMatchObject({
    response: { status: 401, data: { error: 'invalid_client', description: 'authentication failed' } }
  });
  await expect(client.loginClientCredentialsGrant('nobody', 'x')).rejects.toMatchObject({
    response: { status: 400, data: { description: 'client not found' } }
  });
  await login(sandbox, narrow);
  await expect(new RoutingApi().getRoutingQueues({})).rejects.toMatchObject({
    status: 403,
    code: 'missing.any.permissions',
    contextId: expect.stringMatching(/^[\da-f-]{36}$/)
  });
  await expect(new UsersApi().getUsersMe({})).rejects.toMatchObject({ status: 400, code: 'not.a.user' });
  await expect(new UsersApi().getUsersMe({})).rejects.toMatchObject({
    status: 429,
    code: 'too.many.requests.retry.after'
  });
});
