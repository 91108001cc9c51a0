import { type Answer, ApiClient, closeAll, start } from '../../test/harness.ts';
import { Listener, channelOf, hangUp } from '../../test/streaming.ts';
import { AGENT, SUPERVISOR, tokensOf, userApi } from '../../test/sign-in.ts';
import { type SandboxClient, SANDBOX_CLIENT, SANDBOX_PUBLIC_CLIENT, SANDBOX_ROLES } from '../index.ts';

afterEach(hangUp);
afterEach(closeAll);

const withScopes = (...scopes: string[]): SandboxClient => ({ ...SANDBOX_PUBLIC_CLIENT, scopes });
const outcome = ({ status, body }: Answer): unknown[] => [status, body.code];
const QUERY = { filter: { type: 'or', predicates: [{ dimension: 'queueId', value: 'x' }] }, metrics: ['oWaiting'] };

describe('users/me', () => {
  it('is the user who signed in', async () => {
    const { sandbox } = await start();
    const { body } = await (await userApi(sandbox)).get('/api/v2/users/me');
    expect(body).toMatchObject({
      id: sandbox.users[0]?.id,
      name: 'Agent 1',
      email: AGENT,
      division: { name: 'Home' },
      version: 1
    });
    for (const name of ['presence', 'routingStatus', 'authorization', 'organization', 'token', 'groups'])
      expect(body).not.toHaveProperty(name);
    const listed = await (await userApi(sandbox)).get(`/api/v2/users/${body.id}`);
    expect(listed.body).toEqual(body);
  });

  it('expands what it is asked for', async () => {
    const users = [
      {
        email: 'ann@sandbox.example',
        name: 'Ann',
        roles: [SANDBOX_ROLES.agent, { id: 'r-1', name: 'Lead', permissions: ['a:b:c'] }],
        groups: ['g-1'],
        division: { id: 'd-1', name: 'North' }
      }
    ];
    const { sandbox } = await start({ users, organization: { id: 'o-1', name: 'Acme' } });
    const api = await userApi(sandbox, { email: 'ann@sandbox.example' });
    const all = 'organization,token,presence,routingStatus,authorization,groups,nonsense';
    const { body } = await api.get(`/api/v2/users/me?expand=${all}`);
    expect(body).toMatchObject({
      name: 'Ann',
      division: { id: 'd-1', name: 'North' },
      organization: { id: 'o-1', name: 'Acme' },
      token: { homeOrganization: { id: 'o-1' }, OAuthClient: { id: SANDBOX_PUBLIC_CLIENT.id } },
      presence: { presenceDefinition: { systemPresence: expect.any(String) } },
      routingStatus: { userId: body.id, status: expect.any(String) },
      authorization: {
        roles: [
          { id: SANDBOX_ROLES.agent.id, name: 'Agent' },
          { id: 'r-1', name: 'Lead' }
        ],
        permissions: expect.arrayContaining(['routing:queue:view', 'a:b:c'])
      },
      groups: [{ id: 'g-1' }]
    });
    const repeated = await api.get('/api/v2/users/me?expand=presence&expand=groups');
    expect(Object.keys(repeated.body)).toEqual(expect.arrayContaining(['presence', 'groups']));
  });

  it('has no place in the contact centre for a user of another organization', async () => {
    const users = [{ email: 'olga@other.example', name: 'Olga', organization: { id: 'o-2', name: 'Other' } }];
    const { sandbox } = await start({ users });
    const api = await userApi(sandbox, { email: 'olga@other.example' });
    const { body } = await api.get('/api/v2/users/me?expand=presence,routingStatus,organization');
    expect(body).toMatchObject({ name: 'Olga', organization: { id: 'o-2' } });
    expect(body).not.toHaveProperty('presence');
    expect((await api.get(`/api/v2/users/${body.id}/presences/purecloud`)).status).toBe(404);
    expect((await api.get('/api/v2/organizations/me')).body).toMatchObject({ id: 'o-2', name: 'Other' });
    expect((await (await userApi(sandbox)).get('/api/v2/users/me')).body).toMatchObject({ name: 'Agent 1' });
  });
});

describe('tokens/me of a user', () => {
  it('names client, organization and scopes, and DELETE ends this token only', async () => {
    const client = withScopes('user-basic-info', 'presence');
    const { sandbox } = await start({ clients: [client] });
    const [api, other] = [await userApi(sandbox, { client }), await userApi(sandbox, { client })];
    expect((await api.get('/api/v2/tokens/me')).body).toMatchObject({
      authorizedScope: ['user-basic-info', 'presence'],
      OAuthClient: { id: client.id, authorizedGrantType: 'CODE', scope: ['user-basic-info', 'presence'] }
    });
    expect((await api.get('/api/v2/tokens/me', 'DELETE')).status).toBe(200);
    expect((await api.get('/api/v2/tokens/me')).status).toBe(401);
    expect((await other.get('/api/v2/tokens/me')).status).toBe(200);
  });

  it('can leave the scopes out', async () => {
    const { sandbox } = await start({ signIn: { listScopes: false } });
    expect((await (await userApi(sandbox)).get('/api/v2/tokens/me')).body).toMatchObject({ authorizedScope: [] });
  });
});

describe('the scopes of a user token', () => {
  it('are those of the client; reading needs the scope or its :readonly, writing the scope', async () => {
    const client = withScopes('user-basic-info', 'presence:readonly', 'routing');
    const { sandbox } = await start({ clients: [client] });
    const api = await userApi(sandbox, { client });
    const me = (await api.get('/api/v2/users/me')).body.id;
    const presence = `/api/v2/users/${me}/presences/purecloud`;
    expect((await api.get(presence)).status).toBe(200);
    expect((await api.get('/api/v2/routing/queues')).status).toBe(200);
    const write = await api.post(presence, {}, 'PATCH');
    expect(outcome(write)).toEqual([403, 'app.not.authorized.for.scope']);
    expect(write.body.message).toBe('App not authorized to use scope [presence]');
    const read = await api.get('/api/v2/conversations');
    expect(read.body.message).toBe('App not authorized to use scope [conversations:readonly, conversations]');
    expect((await api.post('/api/v2/notifications/channels', '')).status).toBe(403);
    expect((await api.get('/api/v2/date')).status).toBe(200);
  });

  it('come before the permissions, and do not replace them', async () => {
    const client = withScopes('analytics');
    const { sandbox } = await start({ clients: [client] });
    const path = '/api/v2/analytics/queues/observations/query';
    expect(outcome(await (await userApi(sandbox, { client })).post(path, QUERY))).toEqual([
      403,
      'missing.any.permissions'
    ]);
    expect((await (await userApi(sandbox, { client, email: SUPERVISOR })).post(path, QUERY)).status).toBe(200);
  });

  it('do not matter where the organization does not enforce them; permissions do', async () => {
    const client = withScopes();
    const { sandbox } = await start({ clients: [client], signIn: { enforceScopes: false } });
    const api = await userApi(sandbox, { client });
    expect((await api.get('/api/v2/users/me')).status).toBe(200);
    expect((await api.get('/api/v2/routing/queues')).status).toBe(200);
    expect((await api.post('/api/v2/analytics/queues/observations/query', QUERY)).status).toBe(403);
  });

  it('do not matter to client credentials', async () => {
    const client: SandboxClient = { ...SANDBOX_CLIENT, scopes: [] };
    const { sandbox } = await start({ clients: [client] });
    expect((await (await ApiClient.of(sandbox, client)).get('/api/v2/routing/queues')).status).toBe(200);
  });

  it('and the rate limit are counted for each token', async () => {
    const { sandbox } = await start({ rateLimit: { requestsPerMinute: 1 } });
    const [api, other] = [await userApi(sandbox), await userApi(sandbox)];
    await api.get('/api/v2/date');
    expect((await api.get('/api/v2/date')).body).toMatchObject({ limit: { key: 'token.rate.per.minute' } });
    expect((await other.get('/api/v2/date')).status).toBe(200);
  });
});

describe('the presence of a user', () => {
  async function open(email = AGENT) {
    const { sandbox, clock } = await start();
    const api = await userApi(sandbox, { email });
    const id = (await api.get('/api/v2/users/me')).body.id;
    const definitions = JSON.parse((await api.get('/api/v2/presence/definitions')).text) as {
      entities: { id: string; systemPresence: string }[];
    };
    const presenceId = (name: string): string =>
      definitions.entities.find(({ systemPresence }) => systemPresence === name)?.id ?? '';
    const path = `/api/v2/users/${id}/presences/purecloud`;
    const choose = (name: string, more: object = {}): Promise<Answer> =>
      api.post(path, { presenceDefinition: { id: presenceId(name) }, ...more }, 'PATCH');
    const status = async (): Promise<unknown> => {
      const { body } = await api.get('/api/v2/users/me?expand=presence,routingStatus');
      const user = body as unknown as {
        presence: { presenceDefinition: { systemPresence: string } };
        routingStatus: { status: string };
      };
      return [user.presence.presenceDefinition.systemPresence, user.routingStatus.status];
    };
    return { sandbox, clock, api, id, path, choose, status };
  }

  // Several agents: each is at another point of the working day.
  it.each([1, 2, 3, 4])('is what agent %i chooses, with a message, until the agent chooses again', async (number) => {
    const { sandbox, clock, choose, status } = await open(`agent.${number}@sandbox.example`);
    const answer = await choose('MEAL', { message: 'Back at one' });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      presenceDefinition: { systemPresence: 'MEAL' },
      message: 'Back at one',
      modifiedDate: new Date(clock.now()).toISOString()
    });
    for (let hour = 0; hour < 4; hour++) {
      sandbox.tick(3_600_000);
      expect(await status()).toEqual(['MEAL', expect.stringMatching(/OFF_QUEUE/)]);
    }
    await choose('ON_QUEUE');
    sandbox.tick(3_600_000);
    expect(await status()).toEqual(['ON_QUEUE', expect.stringMatching(/IDLE|INTERACTING|NOT_RESPONDING/)]);
  });

  it('ends no conversation: the agent goes off queue after it', async () => {
    const { sandbox, choose, status, api } = await open();
    await choose('ON_QUEUE');
    const total = async (): Promise<number> =>
      (JSON.parse((await api.get('/api/v2/conversations')).text) as { total: number }).total;
    while ((await total()) === 0) sandbox.tick(1000);
    await choose('BREAK');
    expect(await status()).toEqual(['BREAK', 'INTERACTING']);
    expect(await total()).toBe(1);
    for (let minute = 0; minute < 60; minute++) sandbox.tick(60_000);
    expect(await status()).toEqual(['BREAK', 'OFF_QUEUE']);
    expect(await total()).toBe(0);
  });

  it('is told as an event', async () => {
    const { api, id, choose } = await open();
    await choose('BUSY');
    const channel = await channelOf(api, `v2.users.${id}.presence`, `v2.users.${id}.routingStatus`);
    const listener = await Listener.to(channel.connectUri);
    await choose('MEETING');
    await listener.settle();
    expect(listener.of(`v2.users.${id}.presence`)).toMatchObject([
      { eventBody: { presenceDefinition: { systemPresence: 'MEETING' } } }
    ]);
    expect(listener.of(`v2.users.${id}.routingStatus`)).toHaveLength(1);
  });

  it('belongs to the user: no other caller changes it, not even a client with all permissions', async () => {
    const { sandbox, path, status } = await open();
    const before = await status();
    const id = (await (await userApi(sandbox)).get('/api/v2/presence/definitions')).body.entities[0]?.id;
    const body = { presenceDefinition: { id } };
    for (const api of [await userApi(sandbox, { email: SUPERVISOR }), await ApiClient.of(sandbox)])
      expect(outcome(await api.post(path, body, 'PATCH'))).toEqual([403, 'not.authorized']);
    expect(await status()).toEqual(before);
  });

  it.each<[unknown]>([
    [''],
    ['null'],
    ['[]'],
    ['{'],
    [{}],
    [{ presenceDefinition: 1 }],
    [{ presenceDefinition: { id: 'x' } }],
    [{ presenceDefinition: { id: { a: 1 } } }]
  ])('is not changed by %j', async (body) => {
    const { api, path, status } = await open();
    const before = await status();
    expect((await api.post(path, body, 'PATCH')).status).toBe(400);
    expect(await status()).toEqual(before);
  });

  it('has one source, and takes a message of 500 characters', async () => {
    const { api, id, choose } = await open();
    expect((await api.get(`/api/v2/users/${id}/presences/PURECLOUD`)).status).toBe(200);
    expect((await api.get(`/api/v2/users/${id}/presences/teams`)).status).toBe(404);
    expect((await choose('MEAL', { message: 'x'.repeat(501) })).status).toBe(400);
    expect((await choose('MEAL', { message: 'x'.repeat(500) })).status).toBe(200);
  });
});

describe('the routing status of a user', () => {
  async function open() {
    const { sandbox } = await start({ rateLimit: { requestsPerMinute: false } });
    const api = await userApi(sandbox);
    const id = sandbox.users[0]?.id ?? '';
    const path = `/api/v2/users/${id}/routingstatus`;
    const choose = async (presence: string): Promise<void> => {
      const definitions = await api.get('/api/v2/presence/definitions');
      const { entities } = JSON.parse(definitions.text) as { entities: { id: string; systemPresence: string }[] };
      const presenceDefinition = entities.find(({ systemPresence }) => systemPresence === presence);
      await api.post(`/api/v2/users/${id}/presences/purecloud`, { presenceDefinition }, 'PATCH');
    };
    return {
      sandbox,
      api,
      id,
      path,
      choose,
      set: (status: unknown): Promise<Answer> => api.post(path, { status }, 'PUT'),
      read: async (): Promise<unknown> => (await api.get(path)).body,
      /** Lets the contact centre live until the user has this status. */
      liveUntil: async (status: string): Promise<void> => {
        for (let minute = 0; minute < 5000; minute++) {
          if (Reflect.get(Object((await api.get(path)).body), 'status') === status) return;
          sandbox.tick(60_000);
        }
        throw new Error(`The user is never ${status}.`);
      }
    };
  }

  it('stays NOT_RESPONDING after an unanswered conversation, until the user sets it to IDLE', async () => {
    const { sandbox, api, id, choose, set, read, liveUntil } = await open();
    await choose('ON_QUEUE');
    await liveUntil('NOT_RESPONDING');
    sandbox.tick(3_600_000);
    expect(await read()).toMatchObject({ status: 'NOT_RESPONDING' });

    const channel = await channelOf(api, `v2.users.${id}.routingStatus`);
    const listener = await Listener.to(channel.connectUri);
    const answer = await set('IDLE');
    expect(answer).toMatchObject({
      status: 200,
      body: { userId: id, status: expect.stringMatching(/IDLE|INTERACTING/) }
    });
    expect(await read()).toEqual(answer.body);
    await listener.settle();
    expect(listener.of(`v2.users.${id}.routingStatus`)[0]).toMatchObject({
      eventBody: { routingStatus: { status: 'IDLE' } }
    });
  });

  it('is not changed by IDLE off queue: only the presence brings a user on queue', async () => {
    const { choose, set, read, liveUntil } = await open();
    await choose('MEAL');
    await liveUntil('OFF_QUEUE');
    const before = await read();
    expect(await set('IDLE')).toMatchObject({ status: 200, body: before });
    expect(await read()).toEqual(before);
  });

  it('belongs to the user, and needs the scope users', async () => {
    const { sandbox, path } = await open();
    for (const api of [await userApi(sandbox, { email: SUPERVISOR }), await ApiClient.of(sandbox)])
      expect(outcome(await api.post(path, { status: 'IDLE' }, 'PUT'))).toEqual([403, 'not.authorized']);
    const client = withScopes('user-basic-info', 'users:readonly');
    const other = (await start({ clients: [client] })).sandbox;
    const reader = await userApi(other, { client });
    expect((await reader.get(path)).status).toBe(200);
    expect(outcome(await reader.post(path, { status: 'IDLE' }, 'PUT'))).toEqual([403, 'app.not.authorized.for.scope']);
  });

  it.each<[unknown, string]>([
    [undefined, 'constraint.validation'],
    ['idle', 'invalid.value'],
    [1, 'invalid.value'],
    ['INTERACTING', 'constraint.validation'],
    ['OFF_QUEUE', 'constraint.validation']
  ])('is not set to %j', async (status, code) => {
    const { set, read } = await open();
    const before = await read();
    expect(outcome(await set(status))).toEqual([400, code]);
    expect(await read()).toEqual(before);
  });
});

describe('the queues of a user', () => {
  it('are those the user serves, in pages; client credentials have none', async () => {
    const { sandbox } = await start();
    const api = await userApi(sandbox);
    const { entities } = (await api.get('/api/v2/routing/queues/me')).body;
    const me = (await api.get('/api/v2/users/me')).body.id;
    expect(entities.length).toBeGreaterThan(0);
    for (const { id } of (await api.get('/api/v2/routing/queues')).body.entities) {
      const members = await api.get(`/api/v2/routing/queues/${id}/members?pageSize=500`);
      const isMember = members.body.entities.some((member) => member.id === me);
      expect(entities.some((queue) => queue.id === id)).toBe(isMember);
    }
    expect(entities[0]).toMatchObject({ joined: true, selfUri: `/api/v2/routing/queues/${entities[0]?.id ?? ''}` });
    expect(outcome(await (await ApiClient.of(sandbox)).get('/api/v2/routing/queues/me'))).toEqual([400, 'not.a.user']);
  });
});

describe('the conversations of a user', () => {
  it('are those that ring or go on, as the events tell them', async () => {
    const { sandbox } = await start();
    const api = await userApi(sandbox);
    const list = async () =>
      JSON.parse((await api.get('/api/v2/conversations')).text) as { entities: { id: string }[] };
    let [own] = (await list()).entities;
    for (; own === undefined; [own] = (await list()).entities) sandbox.tick(60_000);
    const me = (await api.get('/api/v2/users/me')).body.id;
    expect(own).toMatchObject({
      participants: expect.arrayContaining([expect.objectContaining({ purpose: 'agent', userId: me })]),
      startTime: expect.stringMatching(/Z$/)
    });
    expect((await api.get(`/api/v2/conversations/${own.id}`)).body).toEqual(own);
    const other = await userApi(sandbox, { email: SUPERVISOR });
    expect((await other.get(`/api/v2/conversations/${own.id}`)).status).toBe(404);
  });

  it('are none for client credentials', async () => {
    const { sandbox } = await start();
    const { body } = await (await ApiClient.of(sandbox)).get('/api/v2/conversations');
    expect(body.entities).toEqual([]);
  });
});

describe('the notification channels of a user', () => {
  it('belong to user and client', async () => {
    const { sandbox } = await start();
    const [api, same, other] = [
      await userApi(sandbox),
      await userApi(sandbox),
      await userApi(sandbox, { email: SUPERVISOR })
    ];
    const { id } = await channelOf(api);
    const path = `/api/v2/notifications/channels/${id}`;
    expect([(await same.get(path)).status, (await other.get(path)).status]).toEqual([200, 404]);
    const all = '/api/v2/notifications/channels?includechannels=oauthclient';
    expect((await other.get(all)).body.entities).toEqual([]);
    for (let more = 0; more < 20; more++) await channelOf(other);
    expect((await api.get(path)).status).toBe(200);
  });

  it('need the permissions of the user for their topics, and die with the token', async () => {
    const { sandbox } = await start();
    const { access_token } = await tokensOf(sandbox);
    const api = new ApiClient(sandbox.apiOrigin, access_token);
    const [queue] = sandbox.snapshot().queues;
    const topics = [{ id: `v2.analytics.queues.${queue?.id ?? ''}.observations` }];
    const { id, connectUri } = await channelOf(api);
    const path = `/api/v2/notifications/channels/${id}/subscriptions`;
    expect(outcome(await api.post(path, topics))).toEqual([403, 'missing.permissions']);
    const listener = await Listener.to(connectUri);
    sandbox.revokeToken(access_token);
    await listener.until(({ closed }) => closed !== undefined);
    expect(listener.of('v2.system.token_revoked')).toMatchObject([{ eventBody: { userId: sandbox.users[0]?.id } }]);
  });
});

it('authorization/subjects/me is the user, with the permissions of the roles', async () => {
  const { sandbox } = await start();
  const { body } = await (await userApi(sandbox)).get('/api/v2/authorization/subjects/me');
  expect(body).toMatchObject({ id: sandbox.users[0]?.id, name: 'Agent 1' });
  expect(body).toMatchObject({
    grants: [{ role: { policies: expect.arrayContaining([expect.objectContaining({ domain: 'routing' })]) } }]
  });
});
