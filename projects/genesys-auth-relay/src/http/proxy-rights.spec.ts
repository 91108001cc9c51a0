import { type Ask, ask } from '../testing/ask.ts';
import { SECRET_ENV } from '../testing/config.ts';
import { type ProxySetup, setUpProxy } from '../testing/proxy-setup.ts';

const call = (method: string): Ask => ({ method, headers: { 'x-genesys-auth': '1' } });

describe('B11 the operations of a caller', () => {
  let world: ProxySetup;
  afterEach(() => world.close());
  const withRole = async (role: object, more: Parameters<typeof setUpProxy>[0] = {}) => {
    world = await setUpProxy({
      ...more,
      config: { roles: { developer: role as { scopes: string[] } }, ...more.config }
    });
  };
  const send = (method: string, path: string) => ask(world.at(path), call(method));

  it('are limited by the scopes of its roles, and the problem names sufficient scopes', async () => {
    await withRole({ scopes: ['analytics:readonly'] });
    const refused = await send('DELETE', '/api/v2/routing/queues/7');
    expect(refused).toMatchObject({ status: 403, body: { code: 'insufficient_scope', scopes: ['routing'] } });
    expect(refused.body['detail']).toContain('DELETE /api/v2/routing/queues/{queueId}');
    expect(await send('GET', '/api/v2/routing/queues')).toMatchObject({
      status: 403,
      body: { code: 'insufficient_scope', scopes: ['routing', 'routing:readonly'] }
    });
    expect(world.api.calls).toHaveLength(0);
    expect((await send('POST', '/api/v2/analytics/queues/observations/query')).status).toBe(200);
  });

  it('is for reading where the scope is', async () => {
    await withRole({ scopes: ['routing:readonly'] });
    expect((await send('GET', '/api/v2/routing/queues')).status).toBe(200);
    expect((await send('HEAD', '/api/v2/routing/queues')).status).toBe(200);
    for (const [method, path] of [
      ['POST', '/api/v2/routing/queues'],
      ['PUT', '/api/v2/routing/queues/7'],
      ['DELETE', '/api/v2/routing/queues/7'],
      ['DELETE', '/api/v2/routing/queues/%37'],
      ['DELETE', '/API/v2/routing/queues/7'],
      ['DELETE', '/api/v2/Routing/QUEUES/7/']
    ] as const) {
      expect((await send(method, path)).status).toBeGreaterThanOrEqual(400);
    }
    expect(world.api.calls).toHaveLength(2);
  });

  it('include HEAD where a rule names GET', async () => {
    await withRole(
      {
        scopes: ['routing:readonly'],
        routes: [{ methods: ['GET'], path: '/api/v2/routing' }, { path: '/api/v2/new' }]
      },
      { proxy: { allow: [{ methods: ['GET'], path: '/api/v2/new', scopes: ['routing:readonly'] }] } }
    );
    for (const path of ['/api/v2/routing/queues', '/api/v2/new']) expect((await send('HEAD', path)).status).toBe(200);
    expect((await send('POST', '/api/v2/new')).status).toBe(403);
  });

  it('needs nothing but a role where the operation needs no scope', async () => {
    await withRole({ scopes: ['routing:readonly'] });
    for (const path of ['/api/v2/date', '/api/v2/timezones', '/api/v2/ipranges']) {
      expect((await send('GET', path)).status).toBe(200);
    }
    expect((await send('HEAD', '/api/v2/date')).status).toBe(200);
  });

  const WITHOUT_SCOPE = [
    ['POST', '/api/v2/carrierservices/integrations/emergencylocations/me'],
    ['GET', '/api/v2/downloads/abc'],
    ['GET', '/api/v2/Downloads/abc/'],
    ['PUT', '/api/v2/quality/surveys/scorable'],
    ['POST', '/api/v2/webchat/guest/conversations'],
    ['POST', '/api/v2/webdeployments/token/refresh'],
    ['DELETE', '/api/v2/webmessaging/deployments/1/pushdevices/2'],
    ['DELETE', '/api/v2/webdeployments/deployments/1/cobrowse/2'],
    ['POST', '/api/v2/integrations/webhooks/1/events']
  ] as const;

  it('S1 is no other operation without a scope, unless the configuration names it', async () => {
    await withRole({ scopes: ['routing', 'analytics'] });
    for (const [method, path] of WITHOUT_SCOPE) {
      expect(await send(method, path)).toMatchObject({
        status: 403,
        body: { code: 'operation_refused', hint: expect.stringContaining('proxy.allow') as string }
      });
    }
    expect(world.api.calls).toHaveLength(0);
  });

  it('S1 is an operation without a scope that the routes of its role name', async () => {
    await withRole({ scopes: ['routing'], routes: [{ methods: ['GET'], path: '/api/v2/downloads' }] });
    expect((await send('GET', '/api/v2/downloads/abc')).status).toBe(200);
    expect((await send('GET', '/api/v2/date')).status).toBe(403);
    expect((await send('PUT', '/api/v2/quality/surveys/scorable')).status).toBe(403);
  });

  it('is an operation without a scope that proxy.allow names, with the scopes it says', async () => {
    const allow = [
      { methods: ['GET' as const, 'PUT' as const], path: '/api/v2/quality/surveys/scorable', scopes: ['routing'] }
    ];
    await withRole({ scopes: ['routing:readonly'] }, { proxy: { allow } });
    expect((await send('PUT', '/api/v2/quality/surveys/scorable')).body['code']).toBe('insufficient_scope');
    await world.close();
    await withRole({ scopes: ['routing'] }, { proxy: { allow } });
    expect((await send('PUT', '/api/v2/quality/surveys/scorable')).status).not.toBe(403);
    expect((await send('GET', '/api/v2/downloads/abc')).status).toBe(403);
  });

  it('goes out without the token where the operation takes none', async () => {
    await withRole({ scopes: ['routing'], routes: [{ path: '/api/v2/quality/surveys' }, { path: '/api/v2/routing' }] });
    // The API of the test refuses every call without a token: its answer is handed over, and no token is doubted for it.
    expect(await send('PUT', '/api/v2/quality/surveys/scorable')).toMatchObject({
      status: 401,
      body: { code: 'bad.credentials' }
    });
    expect((await send('GET', '/api/v2/routing/queues')).status).toBe(200);
    const sent = world.api.calls.map(({ headers }) => headers.authorization);
    expect(sent).toEqual([undefined, `Bearer ${world.api.tokens[0]}`]);
    expect(world.api.calls[0]?.headers['user-agent']).toBe('genesys-auth-relay');
  });

  it('needs no token where the operation takes none, and uses up none of its budget', async () => {
    const routes = [{ path: '/api/v2/quality/surveys' }, { path: '/api/v2/routing' }];
    await withRole({ scopes: ['routing'], routes }, { proxy: { requestsPerMinute: 4, queueWaitMs: 0 } });
    world.api.issueTokens({ status: 503 });
    for (let number = 0; number < 5; number += 1) {
      const answer = await send('PUT', '/api/v2/quality/surveys/scorable');
      expect(answer).toMatchObject({ status: 401, body: { code: 'bad.credentials' } });
    }
    expect(world.api.tokenRequests).toHaveLength(0);
    world.api.issueTokens({});
    expect((await send('GET', '/api/v2/routing/queues')).status).toBe(200);
  });

  it('is never the end of the token of all', async () => {
    await withRole({ scopes: ['user-basic-info', 'users'] });
    for (const path of ['/api/v2/tokens/me', '/api/v2/%74okens/me', '/api/v2/TOKENS/me/']) {
      expect(await send('DELETE', path)).toMatchObject({
        status: 403,
        body: { code: 'operation_refused', detail: expect.stringContaining('it ends the token that all callers share') }
      });
    }
    expect(await send('DELETE', '/api/v2/tokens/17')).toMatchObject({
      status: 403,
      body: {
        code: 'operation_refused',
        detail: expect.stringContaining('it ends all tokens of a user, and its scope does not say who may do that')
      }
    });
    expect(world.api.calls).toHaveLength(0);
    expect((await send('GET', '/api/v2/tokens/me')).status).toBe(200);
  });

  it('does not forward notification channels, because their sockets accept subscriptions that the relay cannot check', async () => {
    const scopes = ['notifications'];
    await withRole(
      { scopes },
      {
        config: { scopes: [...scopes, 'routing'] },
        proxy: { allow: [{ path: '/api/v2/notifications', scopes }] }
      }
    );
    for (const [method, path] of [
      ['POST', '/api/v2/notifications/channels'],
      ['GET', '/api/v2/notifications/channels'],
      ['HEAD', '/api/v2/notifications/channels'],
      ['POST', '/api/v2/Notifications/CHANNELS/'],
      ['POST', '/api/v2/notifications/%63hannels?connectionType=streaming'],
      ['HEAD', '/api/v2/notifications/channels/c'],
      ['GET', '/api/v2/notifications/channels/c/subscriptions'],
      ['PUT', '/api/v2/notifications/channels/c/subscriptions'],
      // Not in the catalogue, and of no use to list it.
      ['PATCH', '/api/v2/notifications/channels'],
      ['GET', '/api/v2/notifications/channels/c/brandnew']
    ] as const) {
      const answer = await send(method, path);
      expect({ method, path, status: answer.status }).toEqual({ method, path, status: 403 });
      if (method === 'HEAD') continue;
      expect(answer.body).toMatchObject({
        code: 'operation_refused',
        hint: expect.stringContaining('relayHub()') as string
      });
    }
    expect(world.api.calls).toHaveLength(0);
    expect((await send('GET', '/api/v2/notifications/availabletopics')).status).toBe(200);
    expect((await send('GET', '/api/v2/notifications/channelsbrandnew')).status).toBe(200);
  });

  it('is nothing that the catalogue does not know, unless it is allowed with its scopes', async () => {
    await withRole(
      { scopes: ['routing:readonly'] },
      {
        proxy: {
          allow: [
            { methods: ['GET'], path: '/api/v2/routing/brandnew', scopes: ['routing:readonly'] },
            { path: '/api/v2/admin/brandnew', scopes: ['admin:platform'] }
          ]
        }
      }
    );
    for (const [method, path, code] of [
      ['GET', '/api/v2/nothing', 'operation_unknown'],
      ['PATCH', '/api/v2/date', 'operation_unknown'],
      ['POST', '/api/v2/routing/brandnew', 'operation_unknown'],
      ['GET', '/api/v2/routing/brandnewer', 'operation_unknown'],
      ['GET', '/api/v2/admin/brandnew', 'insufficient_scope']
    ] as const) {
      expect(await send(method, path)).toMatchObject({ status: 403, body: { code } });
    }
    expect(world.api.calls).toHaveLength(0);
    expect((await send('GET', '/api/v2/routing/brandnew')).status).toBe(200);
    expect((await send('GET', '/api/v2/routing/brandnew/7?x=1')).status).toBe(200);
  });

  it('is limited to the routes of the role, where it has any', async () => {
    await withRole({
      scopes: ['routing', 'analytics'],
      routes: [{ methods: ['GET'], path: '/api/v2/routing/queues' }, { path: '/api/v2/analytics/queues' }]
    });
    for (const [method, path, status] of [
      ['GET', '/api/v2/routing/queues', 200],
      ['GET', '/api/v2/routing/queues/7/members', 200],
      ['DELETE', '/api/v2/routing/queues/7', 403],
      ['GET', '/api/v2/routing/skills', 403],
      ['POST', '/api/v2/analytics/queues/observations/query', 200],
      ['POST', '/api/v2/analytics/conversations/aggregates/query', 403]
    ] as const) {
      expect((await send(method, path)).status).toBe(status);
    }
  });

  it('is nothing without a role', async () => {
    world = await setUpProxy({
      config: { identities: [{ type: 'loopback', roles: ['b'] }], roles: { b: { scopes: ['routing'] } } }
    });
    expect((await send('GET', '/api/v2/routing/queues')).status).toBe(200);
    await world.close();
    world = await setUpProxy();
    expect(
      await ask(world.at('/api/v2/routing/queues'), { method: 'GET', headers: { authorization: 'Bearer x' } })
    ).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': expect.stringContaining('Bearer') as string }
    });
  });

  it('S1 goes out with the token of the narrowest client that may do it', async () => {
    const secret = { env: SECRET_ENV };
    await withRole(
      { scopes: ['routing', 'analytics'] },
      {
        genesys: {
          client: undefined,
          clients: [
            { id: 'all', secret, scopes: ['routing', 'analytics', 'users'] },
            { id: 'reader', secret, scopes: ['routing:readonly'] }
          ]
        }
      }
    );
    const tokenOf = (index: number) => world.api.calls[index]!.headers.authorization;
    await send('GET', '/api/v2/routing/queues');
    await send('GET', '/api/v2/routing/skills');
    await send('DELETE', '/api/v2/routing/queues/7');
    await send('POST', '/api/v2/analytics/queues/observations/query');
    expect(tokenOf(0)).toBe(tokenOf(1));
    expect(tokenOf(2)).not.toBe(tokenOf(0));
    expect(tokenOf(3)).toBe(tokenOf(2));
    expect(world.api.tokens).toHaveLength(2);
  });
});
