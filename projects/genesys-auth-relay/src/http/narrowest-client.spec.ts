import { ask, basic, fromHere } from '../testing/ask.ts';
import { KEY, SECRET_ENV } from '../testing/config.ts';
import { type Setup, setUp } from '../testing/setup.ts';

const secret = { env: SECRET_ENV };

describe('S1 B13 the narrowest OAuth client', () => {
  let world: Setup;
  const start = async (
    roles: Record<string, { scopes: string[]; client?: string }>,
    mine: string[],
    accept = false
  ) => {
    world = await setUp({
      config: {
        identities: [
          { type: 'apiKey', keys: [{ id: 'reports', sha256: KEY.sha256, roles: ['boss'] }] },
          { type: 'loopback', roles: mine }
        ],
        roles,
        acceptSharedPrivileges: accept
      },
      genesys: {
        client: undefined,
        clients: [
          { id: 'all', name: 'all', secret, scopes: ['analytics', 'routing', 'users:readonly'] },
          { id: 'reader', name: 'reader', secret, scopes: ['analytics:readonly'] },
          { id: 'analyst', name: 'analyst', secret, scopes: ['analytics'] },
          { id: 'router', name: 'router', secret, scopes: ['routing'] }
        ]
      }
    });
  };
  afterEach(() => world.close());

  const clientOf = (index = -1) => {
    const header = world.server.received.at(index)?.headers.authorization ?? '';
    return Buffer.from(header.slice('Basic '.length), 'base64').toString().split(':')[0];
  };
  const token = (scopes: string[], optionalScopes: string[] = []) =>
    ask(`${world.relay.url}/token`, fromHere({ scopes, optionalScopes }));

  const BOSS = { scopes: ['analytics', 'routing', 'users:readonly'] };

  it('serves each request, and its token belongs to no other client', async () => {
    await start({ boss: BOSS }, ['boss']);
    for (const [scopes, client] of [
      [['analytics:readonly'], 'reader'],
      [['analytics'], 'analyst'],
      [['routing:readonly'], 'router'],
      [['analytics', 'routing'], 'all'],
      [['users:readonly'], 'all']
    ] as const) {
      expect((await token([...scopes])).status).toBe(200);
      expect(clientOf()).toBe(client);
    }
    expect(world.server.received).toHaveLength(5);
    const answers = await Promise.all([token(['analytics']), token(['analytics:readonly'])]);
    expect(new Set(answers.map(({ body }) => body['access_token'])).size).toBe(2);
    expect(world.server.received).toHaveLength(5);
  });

  it('adds optional scopes where a client has them', async () => {
    await start({ boss: BOSS }, ['boss']);
    expect((await token(['analytics:readonly'], ['routing:readonly'])).body['scope']).toBe(
      'analytics:readonly routing:readonly'
    );
    expect(clientOf()).toBe('all');
  });

  it('never has rights that another role has and the caller has not', async () => {
    await start({ boss: BOSS, analyst: { scopes: ['analytics'] }, router: { scopes: ['routing'] } }, [
      'analyst',
      'router'
    ]);
    const answer = await token(['analytics', 'routing']);
    expect(answer).toMatchObject({ status: 400, body: { code: 'scope_not_covered', error: 'invalid_scope' } });
    expect(answer.body['detail']).toMatch(/Only the OAuth client 'all' .*'users:readonly'/);
    expect(world.server.received).toHaveLength(0);
    // Without it the optional scope is left out.
    expect((await token(['analytics'], ['routing'])).body['scope']).toBe('analytics');
    expect(clientOf()).toBe('analyst');
  });

  it('is the one a role is bound to', async () => {
    await start({ boss: { ...BOSS, client: 'all' } }, ['boss']);
    expect((await token(['analytics:readonly'])).status).toBe(200);
    expect(clientOf()).toBe('all');
  });

  it('does not exist for every request, and the problem names the closest client', async () => {
    await start({ boss: { scopes: ['analytics', 'routing'] } }, ['boss'], true);
    await world.close();
    await start({ boss: { scopes: ['analytics', 'routing'] }, x: { scopes: ['routing'], client: 'router' } }, [
      'boss',
      'x'
    ]);
    expect((await token(['analytics', 'routing'])).status).toBe(200);
    await world.close();
    world = await setUp({
      genesys: {
        client: undefined,
        clients: [
          { id: 'analyst', name: 'analyst', secret, scopes: ['analytics'] },
          { id: 'router', name: 'router', secret, scopes: ['routing'] }
        ]
      }
    });
    const answer = await token(['analytics', 'routing']);
    expect(answer).toMatchObject({ status: 400, body: { code: 'scope_not_covered', scopes: ['routing'] } });
    expect(answer.body['hint']).toMatch(/'analyst' is the closest; it lacks 'routing'/);
  });

  it('T6 that is refused for good does not take the others with it', async () => {
    await start({ boss: BOSS }, ['boss']);
    world.server.answerWith((response) => {
      const down = clientOf() === 'analyst';
      response
        .writeHead(down ? 401 : 200, { 'content-type': 'application/json' })
        .end(
          JSON.stringify(
            down ? { error: 'invalid_client' } : { access_token: 'abc', token_type: 'bearer', expires_in: 60 }
          )
        );
    });
    expect(await token(['analytics'])).toMatchObject({ status: 502, body: { code: 'upstream_invalid_client' } });
    expect((await token(['routing'])).status).toBe(200);
    const asked = world.server.received.length;
    expect((await token(['analytics'])).status).toBe(502);
    expect(world.server.received).toHaveLength(asked);
  });

  it('is not revealed to a script by its id in the body either', async () => {
    await start({ boss: BOSS }, ['boss']);
    const answer = await ask(`${world.relay.url}/token`, {
      headers: { authorization: basic('reports', KEY.key), 'content-type': 'application/json' },
      body: JSON.stringify({ scopes: ['routing'] })
    });
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain('router');
  });
});
