import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { inspect } from 'node:util';
import { RelayConfigError, type RelayConfigInput, parseRelayConfig } from '../index.ts';

const ENV = { SECRET: 'CANARY-secret', SIGN_IN_SECRET: 'CANARY-sign-in' };

const SIGN_IN = {
  client: { id: 'sign-in-client', secret: { env: 'SIGN_IN_SECRET' } },
  redirectUri: 'https://app.example.com/genesys/sign-in/callback',
  appUrl: 'https://app.example.com/',
  organizations: ['org-1'],
  roles: { agent: { groups: ['group-1'] } }
};

type Change = Partial<Omit<RelayConfigInput, 'signIn'>> & { readonly signIn?: object };

const parse = ({ signIn, ...more }: Change = {}, env: NodeJS.ProcessEnv = ENV) =>
  parseRelayConfig(
    {
      genesys: { region: 'mypurecloud.de' },
      scopes: ['presence', 'routing'],
      roles: { agent: { scopes: ['presence'] } },
      signIn: { ...SIGN_IN, ...signIn },
      ...more
    },
    env
  );

function issuesOf(change: Change, env?: NodeJS.ProcessEnv) {
  try {
    parse(change, env);
  } catch (error) {
    if (error instanceof RelayConfigError) return error.issues;
    throw error;
  }
  throw new Error('the configuration was taken');
}

const withClient = { genesys: { region: 'mypurecloud.de', client: { id: 'c', secret: { env: 'SECRET' } } } };

describe('the configuration of sign-in', () => {
  it('needs no other identity and no other OAuth client', () => {
    const config = parse();
    expect(config).toMatchObject({ identities: [], genesys: { clients: [] } });
    expect(config.signIn).toMatchObject({
      relayUrl: 'https://app.example.com/genesys',
      authorizeEndpoint: 'https://login.mypurecloud.de/oauth/authorize',
      logoutEndpoint: 'https://login.mypurecloud.de/logout',
      client: { id: 'sign-in-client', auth: 'basic', pkce: true },
      actAs: 'user',
      scopeCheck: 'on',
      session: { idleSeconds: 3600, absoluteSeconds: 43_200, sameSite: 'strict' },
      requestsPerMinute: 600,
      exchangesPerMinute: 200
    });
    expect(config.warnings).toEqual([]);
    expect(inspect(config, { depth: 9 }) + JSON.stringify(config)).not.toContain('CANARY');
  });

  it('B1 warns of a public client', () => {
    const config = parse({ signIn: { client: { id: 'public' } } });
    expect(config.signIn?.client).toEqual({ id: 'public', auth: 'none', secret: undefined, pkce: true });
    expect(config.warnings).toEqual([expect.stringContaining('public client')]);
  });

  it.each<[string, Change]>([
    [
      'on one domain',
      {
        signIn: { redirectUri: 'https://relay.example.com/sign-in/callback' },
        cors: { origins: ['https://app.example.com'] }
      }
    ],
    [
      'on localhost, for development',
      {
        signIn: {
          dev: true,
          redirectUri: 'http://localhost:4200/genesys/sign-in/callback',
          appUrl: 'http://localhost:4200/'
        }
      }
    ],
    [
      'on two ports of localhost, for development',
      {
        signIn: { dev: true, redirectUri: 'http://localhost:8080/sign-in/callback', appUrl: 'http://localhost:4200/' },
        cors: { origins: ['http://localhost:4200'] }
      }
    ],
    [
      'below a public suffix',
      {
        signIn: { redirectUri: 'https://relay.example.co.uk/sign-in/callback', appUrl: 'https://app.example.co.uk/' },
        cors: { origins: ['https://app.example.co.uk'] }
      }
    ]
  ])('takes app and relay %s', (_what, change) => {
    expect(parse(change).signIn).toBeDefined();
  });

  it.each<[string, string, Change, RegExp]>([
    ['two sites', 'signIn.appUrl', { signIn: { appUrl: 'https://app.example.org/' } }, /two sites/],
    [
      'two customers of a public suffix',
      'signIn.appUrl',
      { signIn: { redirectUri: 'https://relay.co.uk/sign-in/callback', appUrl: 'https://app.co.uk/' } },
      /two sites/
    ],
    [
      'two customers of a hosting company',
      'signIn.appUrl',
      { signIn: { redirectUri: 'https://a.github.io/sign-in/callback', appUrl: 'https://b.github.io/' } },
      /two sites/
    ],
    [
      'two schemes',
      'signIn.appUrl',
      { signIn: { dev: true, redirectUri: 'https://localhost/sign-in/callback', appUrl: 'http://localhost/' } },
      /two sites/
    ],
    [
      'localhost and its address',
      'signIn.appUrl',
      {
        signIn: { dev: true, redirectUri: 'http://127.0.0.1:8080/sign-in/callback', appUrl: 'http://localhost:8080/' }
      },
      /two sites/
    ],
    [
      'an app of another origin that is not listed',
      'signIn.appUrl',
      { signIn: { redirectUri: 'https://relay.example.com/sign-in/callback' } },
      /not in cors.origins/
    ],
    [
      'a callback elsewhere',
      'signIn.redirectUri',
      { signIn: { redirectUri: 'https://app.example.com/callback' } },
      /does not end with/
    ],
    [
      'a callback with a query',
      'signIn.redirectUri',
      { signIn: { redirectUri: 'https://app.example.com/sign-in/callback?x' } },
      /does not end with/
    ],
    [
      'a callback that browsers write otherwise',
      'signIn.redirectUri',
      { signIn: { redirectUri: 'https://App.example.com/sign-in/callback' } },
      /exact form/
    ],
    ['no callback', 'signIn.redirectUri', { signIn: { redirectUri: undefined } }, /missing/],
    ['no app', 'signIn.appUrl', { signIn: { appUrl: undefined } }, /missing/],
    ['no organizations', 'signIn.organizations', { signIn: { organizations: undefined } }, /missing/],
    ['an empty list of organizations', 'signIn.organizations', { signIn: { organizations: [] } }, /empty/],
    [
      'plain http',
      'signIn.redirectUri',
      { signIn: { redirectUri: 'http://localhost/sign-in/callback', appUrl: 'http://localhost/' } },
      /not encrypted/
    ],
    ['token mode', 'signIn', { mode: 'token', ...withClient }, /needs mode: proxy/],
    [
      'loopback without dev',
      'signIn',
      { identities: [{ type: 'loopback', roles: ['agent'] }], ...withClient },
      /loopback/
    ],
    ['an unknown role', 'signIn.roles.agnet', { signIn: { roles: { agnet: { everyone: true } } } }, /no role "agnet"/],
    ['a role that no user has', 'signIn.roles.agent', { signIn: { roles: { agent: {} } } }, /no user/],
    ['no roles', 'signIn.roles', { signIn: { roles: {} } }, /empty/],
    [
      'an unknown role for everybody',
      'signIn.signedOutRoles[0]',
      { signIn: { signedOutRoles: ['wall'] }, ...withClient },
      /no role "wall"/
    ],
    [
      'signed-out callers without a client',
      'genesys.client',
      { signIn: { signedOutRoles: ['agent'] } },
      /signedOutRoles/
    ],
    ['the service token without a client', 'genesys.client', { signIn: { actAs: 'service' } }, /actAs: service/],
    [
      'the hub without a client',
      'genesys.client',
      {
        notifications: {},
        scopes: ['presence', 'notifications'],
        roles: { agent: { scopes: ['presence', 'notifications'] } }
      },
      /hub/
    ],
    [
      'an identity without a client',
      'genesys.client',
      { identities: [{ type: 'jwt', issuer: 'https://idp.example.com', audience: 'a' }] },
      /identities/
    ],
    [
      'a secret in the file',
      'signIn.client.secret',
      { signIn: { client: { id: 'a', secret: 'CANARY' } } },
      /plain text/
    ],
    [
      'a secret that is not there',
      'signIn.client.secret',
      { signIn: { client: { id: 'a', secret: { env: 'NOPE' } } } },
      /not set/
    ],
    ['neither secret nor PKCE', 'signIn.client.pkce', { signIn: { client: { id: 'a', pkce: false } } }, /no secret/]
  ])('refuses %s', (_what, key, change, message) => {
    const issues = issuesOf(change);
    expect(issues).toContainEqual({ key, message: expect.stringMatching(message), fix: expect.stringMatching(/./) });
    expect(JSON.stringify(issues)).not.toContain('CANARY');
  });

  it.each(['production', 'Production ', 'prod'])('refuses development settings in production: %j', (name) => {
    const change = { signIn: { dev: true } };
    expect(parse(change).signIn?.dev).toBe(true);
    expect(issuesOf(change, { ...ENV, NODE_ENV: name })).toContainEqual(expect.objectContaining({ key: 'signIn.dev' }));
  });

  it('still requires an identity without sign-in', () => {
    const without = { ...withClient, scopes: ['presence'], roles: { agent: { scopes: ['presence'] } } };
    expect(() => parseRelayConfig(without, ENV)).toThrow(RelayConfigError);
  });

  it('takes the loopback identity besides in development', () => {
    const identities: RelayConfigInput['identities'] = [{ type: 'loopback', roles: ['agent'] }];
    expect(parse({ signIn: { dev: true }, identities, ...withClient }).identities).toHaveLength(1);
  });
});

describe('the sign-in section of relay.example.yaml', () => {
  it('is accepted when it is switched on', () => {
    const text = readFileSync(join(import.meta.dirname, '../../relay.example.yaml'), 'utf8');
    const [example = '', section = ''] = text.split(/(?=^#signIn:)/m);
    const input: unknown = parseYaml(example + section.replaceAll(/^#/gm, ''));
    const names = ['GENESYS_CLIENT_ID', 'GENESYS_CLIENT_SECRET', 'GENESYS_SIGN_IN_CLIENT_ID', 'GENESYS_SIGN_IN_SECRET'];
    const config = parseRelayConfig(input, Object.fromEntries(names.map((name) => [name, 'value'])));
    expect(config.signIn).toMatchObject({ relayUrl: 'https://relay.example.com', client: { auth: 'basic' } });
    expect(config.warnings).toEqual([]);
  });
});
