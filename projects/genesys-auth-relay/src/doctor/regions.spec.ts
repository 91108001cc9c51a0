import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CLIENT_ID, type Mistake, diagnose, startOdd, startRegions } from '../../test/doctor.ts';
import type { DoctorOptions } from './doctor.ts';
import type { RegionHosts } from './regions.ts';

const WRONG = 'Zq8vK2mN4pR6tW9yB1dF3hJ5';
const REFUSED = {
  error: 'invalid_client',
  description: 'authentication failed',
  error_description: 'authentication failed'
};

describe('doctor, where a 401 may mean the secret or the region', () => {
  let world: Awaited<ReturnType<typeof startRegions>>;
  let odd: Awaited<ReturnType<typeof startOdd>>;
  /** Ids and secrets that the region which refuses everybody alike was asked with. */
  let asked: { id: string; secret: string }[];
  let regions: RegionHosts[];

  beforeAll(async () => {
    world = await startRegions();
    odd = await startOdd((request, response) => {
      if (request.method === 'GET') {
        response.writeHead(404).end();
        return;
      }
      const [id = '', secret = ''] = Buffer.from(request.headers.authorization?.slice(6) ?? '', 'base64')
        .toString()
        .split(':');
      asked.push({ id, secret });
      response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify(REFUSED));
    });
    const apiOrigin = odd.origin.replace('127.0.0.1', 'localhost');
    regions = [
      { aws: 'aws-alike', domain: 'alike.test', tokenEndpoint: odd.genesys.tokenEndpoint, apiOrigin },
      ...world.regions
    ];
  });
  beforeEach(() => {
    asked = [];
  });
  afterAll(() => Promise.all([world.close(), odd.close()]));

  const look = (mistake: Mistake, options: DoctorOptions = {}) => diagnose(mistake, { regions, ...options });

  it('names both where a made-up client id gets the same answer', async () => {
    const found = await look({ genesys: { region: 'alike.test' } });
    expect(found).toMatchObject({ causes: ['secret_or_region'], exitCode: 18 });
    expect(found.findings[0]?.message).toMatch(/secret is wrong.*another region than alike\.test/);
    // The secret is tried in both forms of Basic; the made-up id has another one.
    expect(asked.map(({ id }) => id === CLIENT_ID)).toEqual([true, true, false]);
    expect(asked[2]?.secret).toMatch(/^made-up-/);
  });

  it('names the secret first where a made-up client id gets another answer, and the region as the other cause', async () => {
    const found = await look({ secret: WRONG });
    expect(found.causes).toEqual(['secret_wrong_or_rotated']);
    expect(found.findings[0]?.message).toMatch(/made-up client id gets another answer/);
    expect(found.findings[0]?.message).toMatch(/region/);
    expect(found.steps).toContainEqual(expect.objectContaining({ name: 'made-up client id', outcome: 'ok' }));
  });

  it('compares answers to the same form of credentials, and without the ids of single requests', async () => {
    let requests = 0;
    const server = await startOdd((request, response) => {
      requests += 1;
      const isBasic = request.headers.authorization !== undefined;
      const description = `authentication failed, trace id ${requests}-0f3a`;
      response
        .writeHead(isBasic ? 400 : 401, { 'content-type': 'application/json' })
        .end(JSON.stringify({ error: isBasic ? 'invalid_request' : 'invalid_client', error_description: description }));
    });
    try {
      const found = await look({
        genesys: server.genesys,
        client: { id: CLIENT_ID, secret: { env: 'DOCTOR_SECRET' }, auth: 'post' }
      });
      expect(found.causes).toEqual(['secret_wrong_or_rotated']);
      expect(found.findings[0]?.message).toMatch(/made-up client id gets the same answer/);
    } finally {
      await server.close();
    }
  });

  it('says the same of a slip in the secret that another secret does not put right', async () => {
    const { findings } = await look({ secret: `"${WRONG}"` });
    expect(findings[0]?.message).toMatch(/likely cause.*region/);
  });

  it('finds the region although the configured one says 401, and says that the secret was not tried there', async () => {
    const found = await look({ genesys: { region: 'alike.test' } }, { findRegion: true });
    expect(found).toMatchObject({ causes: ['wrong_region'], exitCode: 11 });
    expect(found.findings[0]).toMatchObject({
      message: expect.stringMatching(/known in here\.test, not shown to be known in alike\.test.*secret/),
      fix: 'Set genesys.region: here.test'
    });
    expect(world.here.liveTokenCount()).toBe(0);
  });

  it('takes no region for the right one because it says 401', async () => {
    const id = '0a1b2c3d-9999-4999-8999-999999999999';
    const found = await look({ genesys: { region: 'there.test' }, id }, { findRegion: true });
    expect(found.causes).toEqual(['unknown_client_or_region']);
    expect(found.findings[0]?.message).toMatch(/No region .* 1 of them/);
    expect(found.printed).not.toContain('region: alike.test');
  });

  it('does not say whether the client id is known there without a secret', async () => {
    const found = await look({ genesys: { region: 'alike.test' }, secret: '' });
    expect(found.causes).toEqual(['secret_missing']);
    expect(found.steps).toContainEqual(expect.objectContaining({ name: 'client id', outcome: 'unclear' }));
  });
});

describe('doctor, where an IP allow-list may be the cause', () => {
  const answering = async (status: number, body: string, isApi: boolean) => {
    const server = createServer((request, response) => {
      const isToken = request.method === 'POST';
      if (!isToken && request.url?.startsWith('/.well-known') === true) response.writeHead(404).end();
      else if (isToken && isApi) response.end('{"access_token":"T-CANARY","token_type":"bearer"}');
      else response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const genesys = { tokenEndpoint: `${origin}/oauth/token`, apiOrigin: origin };
    try {
      return await diagnose({ genesys }, {});
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  };
  const code =
    '{"message":"Requests originating from this IP address are not authorized: [1.2.3.4]","code":"ip.not.authorized","status":401}';

  it.each([
    ['at the token endpoint', false],
    ['at the API', true]
  ])('takes ip.not.authorized %s for what it is', async (_where, isApi) => {
    expect(await answering(401, code, isApi)).toMatchObject({ causes: ['address_not_allowed'], exitCode: 15 });
  });

  it.each([
    [400, '{"error":"odd"}', 'answer_does_not_tell'],
    [400, '{"error":"invalid_grant"}', 'answer_does_not_tell'],
    [403, '{"error":"access_denied"}', 'answer_does_not_tell'],
    [403, '', 'answer_does_not_tell'],
    [403, '{"code":"some.code","message":"no"}', 'answer_does_not_tell'],
    [451, '', 'answer_does_not_tell']
  ])('names it when the token endpoint answers %i %s', async (status, body, cause) => {
    const found = await answering(status, body, false);
    expect(found.causes).toEqual([cause]);
    expect(found.findings[0]?.message).toMatch(/IP allow-list/);
  });

  it('names it when the API refuses the read without a reason', async () => {
    const found = await answering(400, '{"code":"some.code","message":"no"}', true);
    expect(found.printed).toMatch(/warning api_refuses: .*IP allow-list/);
    expect(found).toMatchObject({ healthy: true });
  });

  it('names it when something before the API refuses', async () => {
    const found = await answering(403, '<h1>Blocked</h1>', true);
    expect(found.printed).toMatch(/warning not_the_api: .*IP allow-list/);
  });
});
