import { CANARY, CLIENT_ID, diagnose, startRegions } from '../../test/doctor.ts';

const WRONG = 'Zq8vK2mN4pR6tW9yB1dF3hJ5';

describe('doctor before a client with fallbacks', () => {
  let world: Awaited<ReturnType<typeof startRegions>>;
  beforeAll(async () => {
    world = await startRegions();
  });
  afterAll(() => world.close());

  const look = (first: string, second: string, more: object = {}) =>
    diagnose(
      {
        secret: first,
        env: { SECOND: second },
        client: {
          id: CLIENT_ID,
          secret: { env: 'DOCTOR_SECRET' },
          fallbacks: [{ secret: { env: 'SECOND' }, ...more }]
        }
      },
      { regions: world.regions }
    );

  it('tries both secrets, and shows the API the token of the client once', async () => {
    const found = await look(CANARY, CANARY, { auth: 'post' });
    expect(found).toMatchObject({ healthy: true, tokenRequests: 2, findings: [] });
    expect(found.steps.map(({ credential, name, outcome }) => [credential, name, outcome])).toEqual([
      [undefined, 'login host', 'ok'],
      [undefined, 'clock', 'ok'],
      ['client', 'token', 'ok'],
      ['client', 'API', 'ok'],
      ['client', 'roles for routing:readonly', 'ok'],
      ['fallback 1', 'token', 'ok']
    ]);
    expect(found.target.credentials).toEqual([
      { name: 'client', clientId: CLIENT_ID, auth: 'basic' },
      { name: 'fallback 1', clientId: CLIENT_ID, auth: 'post' }
    ]);
  });

  it('names a wrong second secret before the first one is removed', async () => {
    const found = await look(CANARY, WRONG);
    expect(found.findings).toMatchObject([{ cause: 'secret_wrong_or_rotated', credential: 'fallback 1' }]);
    expect(found).toMatchObject({ healthy: false, exitCode: 12 });
    expect(found.printed).toContain('error secret_wrong_or_rotated: [fallback 1]');
    expect(found.printed).not.toMatch(/CANARY|Zq8vK2mN/);
  });

  it('names a wrong first secret, though the second works', async () => {
    const found = await look(WRONG, CANARY);
    expect(found.findings).toMatchObject([{ cause: 'secret_wrong_or_rotated', credential: 'client' }]);
    expect(found.steps).toContainEqual(
      expect.objectContaining({ credential: 'fallback 1', name: 'token', outcome: 'ok' })
    );
    expect(found.steps).toContainEqual(
      expect.objectContaining({ credential: 'fallback 1', name: 'API', outcome: 'ok' })
    );
  });

  it('names a second secret that is missing, and one with a slip by where it stands', async () => {
    const missing = await look(CANARY, '');
    expect(missing.causes).toEqual(['secret_missing']);
    expect(missing.findings[0]?.message).toContain('genesys.client.fallbacks[0].secret');
    const quoted = await look(CANARY, `"${CANARY}"`);
    expect(quoted.findings).toMatchObject([{ cause: 'secret_quotes', credential: 'fallback 1' }]);
  });

  it('tries no other credential where the failure is not about the first', async () => {
    world.here.faults.add({ type: 'rateLimit', retryAfterSeconds: 1, route: '*/oauth/token', host: 'login' });
    const found = await look(CANARY, CANARY);
    world.here.faults.clear();
    expect(found).toMatchObject({ causes: ['rate_limited'], tokenRequests: 1 });
    expect(found.steps.at(-1)).toMatchObject({
      outcome: 'skipped',
      tried: 'the other credentials would get the same result'
    });
  });
});
