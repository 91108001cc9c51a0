import { inspect } from 'node:util';
import { type RelayConfigInput, RelayConfigError, parseRelayConfig } from '../index.ts';
import { type ParseOptions, parseConfig } from './parse.ts';
import { Secret } from './secret.ts';

const CONFIG: RelayConfigInput = {
  genesys: { region: 'mypurecloud.de', client: { id: 'client', secret: { env: 'SECRET' } } },
  scopes: ['routing'],
  roles: { developer: { scopes: ['routing'] } },
  dev: { roles: ['developer'] }
};
const OPTIONS = { env: { SECRET: 'CANARY-secret' }, baseDir: '.' };
const KEY = { key: new Secret('CANARY-key') };

const parse = (change: object, options: Partial<ParseOptions> = {}) =>
  parseConfig({ ...CONFIG, ...change }, { ...OPTIONS, ...options });

function issuesOf(change: object, options: Partial<ParseOptions> = {}) {
  try {
    parse(change, options);
  } catch (error) {
    if (error instanceof RelayConfigError) return error.issues;
    throw error;
  }
  throw new Error('the configuration was taken');
}

describe('the section dev', () => {
  it('identifies callers for the dev command', () => {
    const config = parse({ dev: { roles: ['developer'], hosts: ['desk.app.github.dev'] } }, { dev: KEY });
    expect(config.dev).toMatchObject({ roles: ['developer'], hosts: ['desk.app.github.dev'] });
    expect(config.dev?.key?.reveal()).toBe('CANARY-key');
    expect(config.warnings).toEqual([]);
    expect(inspect(config, { depth: 9 }) + JSON.stringify(config)).not.toContain('CANARY');
  });

  it('has no effect for other commands, which warn', () => {
    const identities: RelayConfigInput['identities'] = [{ type: 'loopback', roles: ['developer'] }];
    const config = parseRelayConfig({ ...CONFIG, identities }, OPTIONS.env);
    expect(config.dev).toEqual({ roles: ['developer'], hosts: [], key: undefined });
    expect(config.warnings).toEqual(['The section dev is used by genesys-auth-relay dev only.']);
  });

  it('is not enough for serve', () => {
    expect(issuesOf({})).toMatchObject([
      {
        key: 'identities',
        message: 'is missing',
        fix: expect.stringMatching(/jwt.*signIn.*genesys-auth-relay dev/) as string
      }
    ]);
  });

  it('is enough for check', () => {
    const { warnings } = parse({}, { isCheck: true });
    expect(warnings).toEqual([
      'Only the section dev identifies callers, so serve refuses to start.',
      'The section dev is used by genesys-auth-relay dev only.'
    ]);
  });

  it('is needed by the dev command', () => {
    expect(issuesOf({ dev: undefined }, { dev: KEY })).toMatchObject([
      { key: 'dev', message: 'is missing', fix: expect.stringContaining('dev: { roles: [') as string }
    ]);
  });

  it.each(['production', 'Production', ' production ', 'prod', 'PROD'])('is refused in production: %j', (name) => {
    const env = { ...OPTIONS.env, NODE_ENV: name };
    expect(issuesOf({}, { dev: KEY, env })).toMatchObject([{ key: 'dev', message: /production/ }]);
  });

  it.each<[string, unknown, string, RegExp]>([
    ['no roles', {}, 'dev.roles', /is missing/],
    ['an empty list of roles', { roles: [] }, 'dev.roles', /empty list/],
    ['an unknown role', { roles: ['developr'] }, 'dev.roles[0]', /there is no role "developr"/],
    ['an unknown key', { roles: ['developer'], host: 'a' }, 'dev.host', /unknown key/],
    ['hosts that are no list', { roles: ['developer'], hosts: 'a' }, 'dev.hosts', /list/],
    ['a URL as host', { roles: ['developer'], hosts: ['https://a.example'] }, 'dev.hosts[0]', /not a host/],
    ['a wildcard', { roles: ['developer'], hosts: ['*.github.dev'] }, 'dev.hosts[0]', /not a host/]
  ])('is refused with %s', (_what, dev, key, message) => {
    const [issue] = issuesOf({ dev }, { dev: KEY });
    expect(issue).toMatchObject({ key });
    expect(issue?.message).toMatch(message);
  });
});
