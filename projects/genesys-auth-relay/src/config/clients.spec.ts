import { type ConfigIssue, type RelayConfig, type RelayConfigError, parseRelayConfig } from '../index.ts';

const ENV = { A: 'CANARY-secret-a', B: 'CANARY-secret-b' };
const reader = { id: 'reader-id', name: 'reader', secret: { env: 'A' }, scopes: ['analytics:readonly'] };
const boss = { id: 'boss-id', name: 'boss', secret: { env: 'B' }, scopes: ['analytics', 'routing'] };
const ROLES = { agent: { scopes: ['analytics:readonly'] }, supervisor: { scopes: ['analytics', 'routing'] } };

const config = (more: { genesys?: object; roles?: object; acceptSharedPrivileges?: boolean } = {}) => ({
  mode: 'token',
  scopes: ['analytics', 'routing', 'users'],
  identities: [{ type: 'jwt', issuer: 'https://idp.example', audience: 'relay' }],
  roles: ROLES,
  ...more,
  genesys: { region: 'mypurecloud.de', ...(more.genesys ?? { clients: [reader, boss] }) }
});
const parse = (more: Parameters<typeof config>[0] = {}): RelayConfig => parseRelayConfig(config(more), ENV);

function issueOf(more: Parameters<typeof config>[0]): ConfigIssue {
  try {
    parse(more);
  } catch (error) {
    expect((error as Error).message).not.toContain('CANARY');
    return (error as RelayConfigError).issues[0]!;
  }
  throw new Error('the configuration was taken');
}

describe('several OAuth clients', () => {
  it('are read with their scopes; one without a name is called by its place', () => {
    const { genesys, warnings } = parse({ genesys: { clients: [{ ...reader, name: undefined }, boss] } });
    expect(genesys.clients.map(({ name, scopes }) => [name, scopes])).toEqual([
      ['client-1', ['analytics:readonly']],
      ['boss', ['analytics', 'routing']]
    ]);
    expect(genesys.clients[1]!.secret.reveal()).toBe('CANARY-secret-b');
    expect(JSON.stringify(genesys)).not.toContain('CANARY');
    expect(warnings).toEqual([]);
  });

  it('let roles with different scopes live side by side, each on a client that allows no more', () => {
    expect(parse().roles.get('agent')).toEqual({
      scopes: ['analytics:readonly'],
      defaultScopes: [],
      client: undefined
    });
  });

  it.each([
    [
      'roles that share the rights of one client',
      { genesys: { clients: [boss] } },
      'roles',
      /"agent" and "supervisor" have different scopes but share the OAuth client "boss"/
    ],
    [
      'a role bound to a client that may do what another role may',
      { roles: { ...ROLES, agent: { scopes: ['analytics:readonly'], client: 'boss' } } },
      'roles',
      /share the OAuth client "boss"/
    ],
    [
      'both forms',
      { genesys: { client: { id: 'only', secret: { env: 'A' } }, clients: [boss] } },
      'genesys.clients',
      /cannot be combined with client/
    ],
    ['neither form', { genesys: {} }, 'genesys.client', /missing/],
    ['none', { genesys: { clients: [] } }, 'genesys.clients', /empty/],
    ['one without scopes', { genesys: { clients: [{ ...boss, scopes: [] }] } }, 'genesys.clients[0].scopes', /empty/],
    [
      'a scope that is not registered',
      { genesys: { clients: [reader, { ...boss, scopes: ['analytics', 'ruoting'] }] } },
      'genesys.clients[1].scopes[1]',
      /not in the list/
    ],
    [
      'a name twice',
      { genesys: { clients: [reader, { ...boss, name: 'reader' }] } },
      'genesys.clients[1].name',
      /already/
    ],
    [
      'an id twice',
      { genesys: { clients: [reader, { ...boss, id: 'reader-id' }] } },
      'genesys.clients[1].id',
      /already/
    ],
    [
      'a role that no client serves',
      { roles: { ...ROLES, admin: { scopes: ['users'] } } },
      'roles.admin.scopes[0]',
      /no OAuth client covers/
    ],
    [
      'a role bound to a client that does not serve it',
      { roles: { supervisor: { scopes: ['routing'], client: 'reader' } } },
      'roles.supervisor.scopes[0]',
      /its client does not cover/
    ],
    [
      'an unknown client',
      { roles: { agent: { scopes: ['analytics:readonly'], client: 'raeder' } } },
      'roles.agent.client',
      /no client/
    ],
    [
      'a secret in plain text',
      { genesys: { clients: [{ ...boss, secret: 'CANARY' }] } },
      'genesys.clients[0].secret',
      /plain text/
    ]
  ])('S1 refuses %s', (_name, more, key, message) => {
    const issue = issueOf(more);
    expect(issue.key).toBe(key);
    expect(issue.message).toMatch(message);
    expect(issue.fix).not.toBe('');
  });

  it('shares the rights of a client where that is accepted', () => {
    expect(parse({ genesys: { clients: [boss] }, acceptSharedPrivileges: true }).genesys.clients).toHaveLength(1);
  });

  it('warns of a client that may do more than anybody here should', () => {
    const { warnings } = parse({ roles: { agent: ROLES.agent }, genesys: { clients: [boss] } });
    expect(warnings).toEqual([
      expect.stringMatching(/roles\.agent: .*"boss", which has further rights: analytics, routing/)
    ]);
  });
});
