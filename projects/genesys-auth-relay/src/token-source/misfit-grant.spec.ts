import { randomBytes } from 'node:crypto';
import { type RelayConfigInput, startRelay } from '../index.ts';
import { ask, fromHere } from '../testing/ask.ts';
import { configFor } from '../testing/config.ts';
import { type TestRedis, describeWithRedis, startRedis } from '../testing/redis.ts';
import { type Setup, setUp } from '../testing/setup.ts';
import { until } from '../testing/until.ts';

const DAY = 86_400;
const answer = (token: string, scope: string) => ({
  access_token: token,
  token_type: 'Bearer',
  expires_in: DAY,
  scope
});

describe('O8 a grant that does not fit what was asked for', () => {
  let world: Setup;
  afterEach(() => world.close());
  const token = () => ask(`${world.relay.url}/token`, fromHere({ scopes: ['analytics'] }));

  it('that is too narrow is asked for again soon, and is right as soon as the server is', async () => {
    world = await setUp();
    world.server.answerWith(answer('narrow', 'routing'));
    expect(await token()).toMatchObject({ status: 502, body: { code: 'upstream_invalid_scope' } });
    expect(await token()).toMatchObject({ status: 502 });
    expect(world.server.received).toHaveLength(1);
    world.server.answerWith(answer('right', 'analytics'));
    world.clock.advance(6000);
    const found = await until(async () => {
      const { status, body } = await token();
      return status === 200 && body;
    }, 'the right token');
    expect(found['access_token']).toBe('right');
    expect(world.server.received).toHaveLength(2);
    world.clock.advance(3_600_000);
    expect((await token()).body['access_token']).toBe('right');
    expect(world.server.received).toHaveLength(2);
  });

  it('that is too wide for its caller is asked for again, too', async () => {
    const roles = { developer: { scopes: ['analytics'] }, boss: { scopes: ['analytics', 'routing'] } };
    const clients = [
      { id: 'a', scopes: ['analytics'] },
      { id: 'b', scopes: ['analytics', 'routing'] }
    ].map((one) => ({
      ...one,
      secret: { env: 'RELAY_TEST_SECRET' }
    }));
    world = await setUp({ config: { roles }, genesys: { client: undefined, clients } });
    world.server.answerWith(answer('wide', 'analytics routing'));
    expect(await token()).toMatchObject({ status: 502, body: { code: 'upstream_invalid_scope' } });
    world.server.answerWith(answer('right', 'analytics'));
    world.clock.advance(6000);
    await until(async () => (await token()).status === 200, 'the right token');
  });

  it('is asked for less and less often while nothing changes', async () => {
    world = await setUp();
    let count = 0;
    world.server.answerWith((response) => {
      count += 1;
      response.end(JSON.stringify(answer(`narrow-${count}`, 'routing')));
    });
    for (let second = 0; second < 3600; second += 5) {
      await token();
      world.clock.advance(5000);
    }
    expect(count).toBeGreaterThan(5);
    expect(count).toBeLessThan(20);
  });

  it('never replaces a live token that fits, nor outlives one that fits and ends earlier', async () => {
    world = await setUp();
    world.server.answerWith({ ...answer('right', 'analytics'), expires_in: 1000 });
    expect((await token()).status).toBe(200);
    world.server.answerWith(answer('narrow', 'routing'));
    world.clock.advance(860_000);
    for (let call = 0; call < 3; call++) expect(await token()).toMatchObject({ status: 200 });
    await until(() => world.server.received.length === 2, 'a renewal');
    expect(await token()).toMatchObject({ status: 200, body: { access_token: 'right' } });
    world.clock.advance(140_000);
    expect(await token()).toMatchObject({ status: 502 });
    world.server.answerWith({ ...answer('short', 'analytics'), expires_in: 1000 });
    world.clock.advance(6000);
    await until(async () => (await token()).body['access_token'] === 'short', 'the token that fits');
  });

  it('is not taken along by a reload', async () => {
    world = await setUp();
    world.server.answerWith(answer('narrow', 'routing'));
    expect((await token()).status).toBe(502);
    world.server.answerWith(answer('right', 'analytics'));
    await world.relay.reload(configFor(world.server));
    expect((await token()).body['access_token']).toBe('right');
  });

  describeWithRedis('with a shared store', () => {
    let redis: TestRedis;
    beforeAll(async () => {
      redis = await startRedis();
    });
    afterAll(() => redis.close());

    it('is not taken from another relay', async () => {
      process.env['RELAY_TEST_REDIS'] = redis.url;
      process.env['RELAY_TEST_STORE_KEY'] = randomBytes(32).toString('base64');
      const store: RelayConfigInput['store'] = {
        redis: { url: { env: 'RELAY_TEST_REDIS' }, key: { env: 'RELAY_TEST_STORE_KEY' } }
      };
      world = await setUp({ config: { store } });
      world.server.answerWith(answer('narrow', 'routing'));
      expect((await token()).status).toBe(502);
      world.server.answerWith(answer('right', 'analytics'));
      const other = await startRelay(configFor(world.server, { store }));
      try {
        const { body } = await ask(`${other.url}/token`, fromHere({ scopes: ['analytics'] }));
        expect(body['access_token']).toBe('right');
      } finally {
        await other.close();
      }
    });
  });
});
