import { CANARY, CLIENT_ID, type Mistake, diagnose, startRegions } from '../../test/doctor.ts';
import type { DoctorOptions } from './doctor.ts';

const [CODE, OFF, POOR] = [
  '0a1b2c3d-0000-4000-8000-00000000c0de',
  '0a1b2c3d-0000-4000-8000-0000000000ff',
  '0a1b2c3d-0000-4000-8000-000000000000'
];
const STRANGER = '0a1b2c3d-9999-4999-8999-999999999999';

describe('doctor', () => {
  let world: Awaited<ReturnType<typeof startRegions>>;
  beforeAll(async () => {
    world = await startRegions();
  });
  afterAll(() => world.close());

  const look = (mistake: Mistake, options: DoctorOptions = {}) =>
    diagnose(mistake, { regions: world.regions, ...options });

  it('finds a healthy relay healthy, with one token request', async () => {
    const found = await look({});
    expect(found).toMatchObject({ healthy: true, exitCode: 0, tokenRequests: 1, findings: [] });
    expect(found.steps.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'login host ok',
      'clock ok',
      'token ok',
      'API ok',
      'roles for routing:readonly ok'
    ]);
    expect(found.printed).toContain(CLIENT_ID);
  });

  it('does not ask a configuration for development for another identity', async () => {
    const found = await look({ more: { identities: undefined, dev: { roles: ['developer'] } } });
    expect(found).toMatchObject({ healthy: true, exitCode: 0, findings: [] });
  });

  it.each<[string, Mistake, string, number]>([
    ['a client of another region', { genesys: { region: 'there.test' } }, 'unknown_client_or_region', 11],
    ['an unknown client id', { id: STRANGER }, 'unknown_client_or_region', 11],
    ['an unknown region', { genesys: { region: 'mypurecloud.dee' } }, 'region_unknown', 11],
    ['a line break in the secret', { secret: `${CANARY.slice(0, 9)}\n${CANARY.slice(9)}` }, 'secret_newline', 12],
    ['two line breaks behind the secret', { secret: `${CANARY}\n\n` }, 'secret_newline', 12],
    ['a secret in quotes', { secret: `"${CANARY}"` }, 'secret_quotes', 12],
    ['a space behind the secret', { secret: `${CANARY} ` }, 'secret_spaces', 12],
    ['a secret that is URL-encoded', { secret: encodeURIComponent(CANARY) }, 'secret_url_encoded', 12],
    [
      'a secret that is URL-encoded twice',
      { secret: encodeURIComponent(encodeURIComponent(CANARY)) },
      'secret_url_encoded',
      12
    ],
    ['a placeholder', { secret: 'YOUR_CLIENT_SECRET' }, 'secret_placeholder', 12],
    ['an unfilled variable', { secret: '${GENESYS_CLIENT_SECRET}' }, 'secret_placeholder', 12],
    ['the id as secret', { secret: CLIENT_ID }, 'secret_is_id', 12],
    ['another id as secret', { secret: STRANGER }, 'secret_is_id', 12],
    [
      'a Basic header as secret',
      { secret: Buffer.from(`${CLIENT_ID}:${CANARY}`).toString('base64') },
      'secret_is_basic_header',
      12
    ],
    ['a wrong secret', { secret: 'Zq8vK2mN4pR6tW9yB1dF3hJ5' }, 'secret_wrong_or_rotated', 12],
    ['a client of another grant', { id: CODE }, 'wrong_grant_type', 13],
    ['a client that is switched off', { id: OFF }, 'client_disabled', 13],
    ['a missing role', { id: POOR }, 'missing_permission', 15],
    ['a misspelt scope', { scopes: ['anaytics', 'routing'] }, 'scope_misspelt', 14],
    ['a scope that no area of Genesys has', { scopes: ['analytics:reporting:read'] }, 'scope_misspelt', 14],
    ['a missing secret', { secret: '' }, 'secret_missing', 1],
    ['another mistake of the configuration', { more: { limits: { bodyBytes: 1 } } }, 'config_invalid', 1]
  ])('names %s', async (_what, mistake, cause, exitCode) => {
    const found = await look(mistake);
    expect(found.causes).toEqual([cause]);
    expect(found).toMatchObject({ healthy: false, exitCode });
    expect(found.tokenRequests).toBeLessThanOrEqual(4);
    expect(found.printed).not.toMatch(/CANARY|Zq8vK2mN/);
    expect(found.printed).toMatch(/fix: \S/);
  });

  it('says that it cannot distinguish a wrong secret from a rotated one', async () => {
    const { findings } = await look({ secret: 'Zq8vK2mN4pR6tW9yB1dF3hJ5' });
    expect(findings[0]?.message).toMatch(/does not tell whether it is wrong or was regenerated/);
  });

  it('proves a slip where the secret without it is granted a token', async () => {
    const { findings, tokenRequests } = await look({ secret: `'${CANARY}'` });
    expect(findings[0]?.message).toMatch(/so this is the cause/);
    expect(tokenRequests).toBe(2);
    const { findings: both } = await look({ secret: `'${CANARY}x'` });
    expect(both[0]?.message).toMatch(/likely cause/);
  });

  it('searches the region of a client id only on request, and with a made-up secret', async () => {
    const before = world.here.liveTokenCount();
    const found = await look({ genesys: { region: 'there.test' } }, { findRegion: true });
    expect(found.causes).toEqual(['wrong_region']);
    expect(found.findings[0]?.fix).toContain('region: here.test');
    expect(found.exitCode).toBe(11);
    expect(world.here.liveTokenCount()).toBe(before);
    const nowhere = await look({ id: STRANGER }, { findRegion: true });
    expect(nowhere.causes).toEqual(['unknown_client']);
  });

  it('examines the client id without any secret', async () => {
    const found = await look({ secret: '', id: STRANGER });
    expect(found.causes).toEqual(['secret_missing', 'unknown_client_or_region']);
  });

  it.each([
    [600_000, ['clock_skew'], /10 minutes ahead/],
    [-600_000, ['clock_skew'], /10 minutes behind/],
    [20_000, [], /warning clock_skew: .* 20 seconds ahead/]
  ])('sees a clock that is off by %i ms', async (off, causes, words) => {
    const found = await look({}, { clock: { now: () => Date.now() + off } });
    expect(found.causes).toEqual(causes);
    expect(found.exitCode).toBe(causes.length === 0 ? 0 : 16);
    expect(found.printed).toMatch(words);
  });

  it('keeps credentials of the query out of requests and output, and reports the rest', async () => {
    const { here } = world;
    const tokenEndpoint = `${here.tokenEndpoint}?client_id=${CLIENT_ID}&client_secret=CANARY-in-url`;
    const found = await look({ genesys: { tokenEndpoint, apiOrigin: here.apiOrigin } });
    expect(found.causes).toEqual(['credentials_in_query']);
    expect(found.exitCode).toBe(11);
    expect(found.printed).not.toContain('CANARY');
    expect(found.printed).not.toContain('?client');
    expect(found.steps).toContainEqual(expect.objectContaining({ name: 'token', outcome: 'ok' }));
  });

  it('sends nothing to a URL with a password in it', async () => {
    const tokenEndpoint = 'https://me:CANARY-in-url@login.example.test/oauth/token';
    const found = await look({ genesys: { tokenEndpoint, apiOrigin: 'https://api.example.test' } });
    expect(found).toMatchObject({ causes: ['credentials_in_query'], exitCode: 11, tokenRequests: 0 });
    expect(found.printed).not.toContain('CANARY');
  });

  it('sees the API host in place of the login host, and sends it nothing', async () => {
    const { apiOrigin } = world.here;
    const before = world.here.requests.length;
    const found = await look({ genesys: { tokenEndpoint: `${apiOrigin}/oauth/token`, apiOrigin } });
    expect(found.causes).toEqual(['api_host_as_login_host']);
    expect(found.tokenRequests).toBe(0);
    expect(world.here.requests).toHaveLength(before);
    const real = await look(
      {
        genesys: { tokenEndpoint: 'https://api.mypurecloud.de/oauth/token', apiOrigin: 'https://api.mypurecloud.de' }
      },
      {
        regions: [
          {
            aws: 'eu-central-1',
            domain: 'mypurecloud.de',
            tokenEndpoint: 'https://login.mypurecloud.de/oauth/token',
            apiOrigin: 'https://api.mypurecloud.de'
          }
        ]
      }
    );
    expect(real.findings[0]?.fix).toContain('region: mypurecloud.de');
  });

  it('notices endpoints of two regions, and the answer of the API to such a token', async () => {
    const { here, there } = world;
    const mixed = { tokenEndpoint: here.tokenEndpoint, apiOrigin: there.apiOrigin };
    expect((await look({ genesys: mixed })).causes).toEqual(['regions_mixed', 'token_refused_by_api']);
    expect((await look({ genesys: mixed }, { regions: [] })).causes).toEqual(['token_refused_by_api']);
  });

  it('names the permission that the server names', async () => {
    const { findings } = await look({ id: POOR });
    expect(findings[0]?.message).toContain('routing:queue:view');
    expect((await look({ id: POOR, scopes: ['analytics'] })).healthy).toBe(true);
  });

  it('warns of a line break that the relay drops', async () => {
    const found = await look({ secret: `${CANARY}\n` });
    expect(found.healthy).toBe(true);
    expect(found.printed).toContain('warning secret_newline');
  });
});
