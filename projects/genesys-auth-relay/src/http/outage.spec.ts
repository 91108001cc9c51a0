import { createHash } from 'node:crypto';
import { SANDBOX_CLIENT, type Sandbox, createSandbox } from 'genesys-sandbox';
import { freePort } from '../../../../scripts/lib/free-port.cjs';
import { type RunningRelay, startRelay } from '../index.ts';
import { systemClock } from '../runtime/clock.ts';
import { type Answer, ask, fromHere } from '../testing/ask.ts';
import { testClock } from '../testing/clock.ts';
import { SECRET_ENV, configFor } from '../testing/config.ts';
import { setUp } from '../testing/setup.ts';

const TIMEOUT_MS = 2000;

describe('when the login host of Genesys Cloud is down', () => {
  let sandbox: Sandbox;
  let relay: RunningRelay;
  const clock = testClock();
  beforeAll(async () => {
    process.env[SECRET_ENV] = SANDBOX_CLIENT.secret;
    sandbox = await createSandbox({ loginPort: await freePort() });
    const client = { id: SANDBOX_CLIENT.id, secret: { env: SECRET_ENV } };
    relay = await startRelay(configFor(sandbox, {}, { client, timeoutMs: TIMEOUT_MS }), { clock });
  });
  afterAll(async () => {
    await relay.close();
    await sandbox.close();
  });
  const token = (scope: string): Promise<Answer> => ask(`${relay.url}/token`, fromHere({ scopes: [scope] }));

  it('F7 16.5.2 live tokens go on, new ones fail in time with a code and a hint, and all recovers by itself', async () => {
    const live = await token('analytics');
    await sandbox.stopLogin();

    expect((await token('analytics')).body['access_token']).toBe(live.body['access_token']);
    const failed = await token('routing');
    const paused = clock.sleeps.reduce((sum, ms) => sum + ms, 0);
    expect(paused).toBeGreaterThan(0);
    // A refused connection takes no time, so the pauses between the tries are all that a caller waits for.
    expect(paused).toBeLessThan(TIMEOUT_MS);
    expect(failed).toMatchObject({ status: 503, body: { code: 'upstream_unreachable', hint: expect.any(String) } });
    expect(failed.headers['retry-after']).toMatch(/^\d+$/);

    await sandbox.startLogin();
    expect((await token('routing')).status).toBe(200);
    expect((await token('analytics')).body['access_token']).toBe(live.body['access_token']);
  });

  it('a token that Genesys revoked is replaced once it is reported', async () => {
    const before = await token('analytics');
    sandbox.revokeTokens();
    const rejected = createHash('sha256').update(String(before.body['access_token'])).digest('hex');
    const requests = sandbox.tokenRequestCount();
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => ask(`${relay.url}/token`, fromHere({ scopes: ['analytics'], rejected })))
    );
    const tokens = new Set(answers.map(({ body }) => body['access_token']));
    expect(tokens.size).toBe(1);
    expect(tokens.has(before.body['access_token'])).toBe(false);
    expect(sandbox.tokenRequestCount()).toBe(requests + 1);
  });
});

describe('a token endpoint that does not answer', () => {
  it('is upstream_timeout after one time-out, which all tries share', async () => {
    const world = await setUp({ genesys: { timeoutMs: 500 }, runtime: { clock: systemClock } });
    world.server.answerWith(() => undefined);
    const answer = await ask(`${world.relay.url}/token`, fromHere());
    expect(world.server.received).toHaveLength(1);
    expect(answer).toMatchObject({ status: 504, body: { code: 'upstream_timeout', error: 'temporarily_unavailable' } });
    expect(answer.headers['retry-after']).toMatch(/^\d+$/);
    await world.close();
  });
});
