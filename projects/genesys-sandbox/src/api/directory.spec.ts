import { ApiClient, closeAll, start } from '../../test/harness.ts';
import { SANDBOX_CLIENT } from '../index.ts';

afterEach(closeAll);

async function open(permissions?: readonly string[]) {
  const client = { id: 'app', secret: 's', name: 'App', ...(permissions && { permissions }) };
  const { sandbox } = await start({ clients: [client, SANDBOX_CLIENT] });
  const api = await ApiClient.of(sandbox, client);
  /** An answer as plain JSON, because each operation here has its own shape. */
  const read = async (path: string, body?: object) => {
    const { status, text } = await (body === undefined ? api.get(`/api/v2${path}`) : api.post(`/api/v2${path}`, body));
    return { status, body: JSON.parse(text) as Record<string, unknown> };
  };
  return { sandbox, read };
}

describe('the users', () => {
  it('are the agents of the centre, in pages', async () => {
    const { sandbox, read } = await open();
    const first = await read('/users?pageSize=2');
    expect(first.body).toMatchObject({
      total: sandbox.snapshot().agents,
      pageSize: 2,
      pageNumber: 1,
      nextUri: '/api/v2/users?pageSize=2&pageNumber=2',
      entities: [
        { name: 'Agent 1', email: 'agent.1@sandbox.example', state: 'active', division: { name: 'Home' }, version: 1 },
        { name: 'Agent 2' }
      ]
    });
    const last = await read('/users?sortOrder=desc&pageSize=1');
    expect(last.body['entities']).toMatchObject([{ name: `Agent ${sandbox.snapshot().agents}` }]);
    expect((await read('/users?sortOrder=up')).status).toBe(400);
  });

  it('are read one by one, with presence and routing status when these are asked for', async () => {
    const { read } = await open();
    const [user] = (await read('/users?pageSize=1')).body['entities'] as { id: string }[];
    const path = `/users/${user?.id ?? ''}`;
    expect((await read(path)).body).toEqual(user);
    expect((await read(`${path}?expand=presence,routingStatus`)).body).toMatchObject({
      presence: { presenceDefinition: { systemPresence: expect.any(String) } },
      routingStatus: { userId: user?.id, status: expect.any(String) }
    });
    expect((await read('/users/00000000-0000-4000-8000-000000000000')).status).toBe(404);
    expect((await read(`/users?id=${user?.id ?? ''}`)).body).toMatchObject({ total: 1, entities: [user] });
  });

  it('are found by name and address', async () => {
    const { read } = await open();
    const found = async (query: object[]) => {
      const { results } = (await read('/users/search', { query })).body;
      return (results as { name: string }[]).map(({ name }) => name);
    };
    expect(await found([{ type: 'EXACT', fields: ['name'], value: 'agent 7' }])).toEqual(['Agent 7']);
    expect(await found([{ type: 'STARTS_WITH', fields: ['email'], value: 'agent.7@' }])).toEqual(['Agent 7']);
    expect(await found([{ type: 'TERMS', fields: ['name'], values: ['Agent 3', 'Agent 5'] }])).toHaveLength(2);
    expect(await found([{ type: 'CONTAINS', fields: ['name'], value: 'nobody' }])).toEqual([]);
    const two = await read('/users/search', { query: [], pageSize: 2 });
    expect(two.body).toMatchObject({
      types: ['users'],
      pageSize: 2,
      results: [{ name: 'Agent 1' }, { name: 'Agent 2' }]
    });
    expect((await read('/users/search', { query: [{ type: 'NEAR', value: 'x' }] })).status).toBe(400);
  });
});

describe('what an app reads once', () => {
  it('are the presence definitions, for clients that may see them', async () => {
    const { read } = await open();
    const { body } = await read('/presence/definitions');
    const entities = body['entities'] as { id: string; systemPresence: string }[];
    expect(body).toMatchObject({ total: entities.length, selfUri: '/api/v2/presence/definitions' });
    expect(entities.map(({ systemPresence }) => systemPresence)).toEqual(
      expect.arrayContaining(['AVAILABLE', 'ON_QUEUE', 'OFFLINE'])
    );
    const [one] = entities;
    expect((await read(`/presence/definitions/${one?.id ?? ''}`)).body).toEqual(one);
    expect((await read('/presencedefinitions')).body).toMatchObject({ total: entities.length, pageNumber: 1 });
    expect((await read(`/presencedefinitions/${one?.id ?? ''}`)).body).toEqual(one);
    const narrow = await open(['routing:queue:view']);
    expect((await narrow.read('/presence/definitions')).status).toBe(403);
  });

  it('are the roles of the client', async () => {
    const { read } = await open(['routing:queue:view']);
    expect((await read('/authorization/subjects/me')).body).toMatchObject({
      id: 'app',
      name: 'App',
      grants: [{ role: { policies: [{ domain: 'routing', entityName: 'queue', actions: ['view'] }] } }]
    });
    const all = await open();
    expect((await all.read('/authorization/subjects/me')).body).toMatchObject({
      grants: [{ role: { policies: [{ domain: '*', entityName: '*', actions: ['*'] }] } }]
    });
  });

  it('are the scopes and the time zones', async () => {
    const { read } = await open();
    const { body } = await read('/oauth/scopes');
    expect(body['entities']).toHaveLength(135);
    expect((await read('/oauth/scopes/analytics:readonly')).body).toMatchObject({ id: 'analytics:readonly' });
    expect((await read('/oauth/scopes/made:up')).status).toBe(404);
    const zones = await read('/timezones?pageSize=500');
    expect(zones.body['entities']).toEqual(
      expect.arrayContaining([
        { id: 'Europe/Berlin', name: 'Europe/Berlin', offset: 3600 },
        { id: 'America/New_York', name: 'America/New_York', offset: -18_000 },
        { id: 'Asia/Tokyo', name: 'Asia/Tokyo', offset: 32_400 }
      ])
    );
  });
});
