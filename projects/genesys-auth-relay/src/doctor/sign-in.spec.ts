import { CANARY, type Mistake, diagnose, startRegions } from '../../test/doctor.ts';

const CODE = '0a1b2c3d-0000-4000-8000-00000000c0de';
const SERVICE = '0a1b2c3d-1111-4222-8333-444455556666';
const SECRET = { env: 'SIGN_IN_SECRET' };

describe('doctor of a relay that signs users in', () => {
  let world: Awaited<ReturnType<typeof startRegions>>;
  beforeAll(async () => {
    world = await startRegions();
  });
  afterAll(() => world.close());

  const look = (signIn: object = {}, more: object = {}, env: NodeJS.ProcessEnv = {}) => {
    const mistake: Mistake = {
      more: {
        mode: 'proxy',
        identities: undefined,
        signIn: {
          client: { id: CODE, secret: SECRET },
          redirectUri: 'https://app.example.com/genesys/sign-in/callback',
          appUrl: 'https://app.example.com/',
          organizations: ['org'],
          roles: { developer: { everyone: true } },
          ...signIn
        },
        ...more
      },
      env: { SIGN_IN_SECRET: CANARY, ...env }
    };
    return diagnose(mistake, { regions: world.regions });
  };

  it('finds a healthy client healthy, with one token request more', async () => {
    const found = await look();
    expect(found).toMatchObject({ healthy: true, exitCode: 0, tokenRequests: 2, findings: [] });
    expect(found.steps.at(-1)).toMatchObject({ name: 'sign-in client', outcome: 'ok' });
    expect(found.printed).not.toMatch(/CANARY/);
  });

  it('examines a relay without a client of its own by the login host and the sign-in client', async () => {
    const found = await look({}, { genesys: { region: 'here.test' } });
    expect(found).toMatchObject({ healthy: true, exitCode: 0, tokenRequests: 1, findings: [] });
    expect(found.steps.map(({ name, outcome }) => `${name}: ${outcome}`)).toEqual([
      'login host: ok',
      'clock: ok',
      'sign-in client: ok'
    ]);
    expect(found.target.clientId).toBe(CODE);
    expect(found.printed).toContain(`client id       ${CODE}`);
  });

  it('names the wrong host where the only client is that of sign-in', async () => {
    const found = await look(
      {},
      { genesys: { tokenEndpoint: 'http://127.0.0.1:1/oauth/token', apiOrigin: 'http://127.0.0.1:1' } }
    );
    expect(found).toMatchObject({ healthy: false, causes: ['host_unreachable'] });
  });

  it.each<[string, string, number, object, object?, NodeJS.ProcessEnv?]>([
    [
      'a redirect URI without https',
      'redirect_uri_not_https',
      1,
      { redirectUri: 'http://app.example.com/genesys/sign-in/callback' }
    ],
    [
      'a redirect URI on localhost outside development',
      'redirect_uri_not_https',
      1,
      { redirectUri: 'http://localhost:8080/sign-in/callback', appUrl: 'http://localhost:8080/' }
    ],
    ['an app on another site', 'app_on_other_site', 1, { appUrl: 'https://app.example.org/' }],
    ['a missing key of the store', 'session_key_unusable', 1, {}, { store: { redis: { url: { env: 'REDIS_URL' } } } }],
    [
      'a short key of the store',
      'session_key_unusable',
      1,
      {},
      { store: { redis: { url: { env: 'REDIS_URL' }, key: { env: 'STORE_KEY' } } } },
      { STORE_KEY: 'short' }
    ],
    ['an empty secret', 'secret_missing', 1, {}, {}, { SIGN_IN_SECRET: '' }],
    ['a confidential client without a secret', 'sign_in_secret_missing', 12, { client: { id: CODE } }],
    ['a wrong secret', 'secret_wrong_or_rotated', 12, {}, {}, { SIGN_IN_SECRET: 'Zq8vK2mN4pR6tW9yB1dF3hJ5' }],
    [
      'a client without the grant type Code Authorization',
      'sign_in_grant_type',
      13,
      { client: { id: SERVICE, secret: SECRET } }
    ]
  ])('names %s', async (_what, cause, exitCode, signIn, more, env) => {
    const found = await look(signIn, more, { REDIS_URL: 'rediss://redis.example.com:6379', ...env });
    expect(found.causes).toEqual([cause]);
    expect(found).toMatchObject({ healthy: false, exitCode });
    expect(found.printed).not.toMatch(/CANARY|Zq8vK2mN/);
  });
});
