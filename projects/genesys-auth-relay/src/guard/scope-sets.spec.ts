import { ask, asForm, basic, fromHere } from '../testing/ask.ts';
import { KEY } from '../testing/config.ts';
import { setUp } from '../testing/setup.ts';

const HOUR = 3_600_000;

describe('the number of tokens that one caller can have made', () => {
  it('B16 is that of the sets of scopes it may use, and others are not in the way', async () => {
    const world = await setUp({ config: { limits: { scopeSetsPerCaller: 2 } } });
    const sets = [['analytics'], ['routing'], ['routing', 'analytics'], ['analytics:readonly'], ['analytics']];
    const answers = [];
    for (const scopes of sets) answers.push(await ask(`${world.relay.url}/token`, fromHere({ scopes })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429, 429, 200]);
    expect(answers[2]).toMatchObject({
      body: { code: 'rate_limited', hint: expect.stringContaining('limits.scopeSetsPerCaller') }
    });
    expect(answers[2]!.headers['retry-after']).toBe('3600');
    expect(world.server.received).toHaveLength(2);

    const other = asForm(
      { grant_type: 'client_credentials', scope: 'analytics routing' },
      { authorization: basic('reports', KEY.key) }
    );
    expect((await ask(`${world.relay.url}/token`, other)).status).toBe(200);

    world.clock.advance(HOUR);
    expect((await ask(`${world.relay.url}/token`, fromHere({ scopes: ['analytics:readonly'] }))).status).toBe(200);
    await world.close();
  });

  it('P4 scope_required names the possible scopes when the request has none and there is no default', async () => {
    const world = await setUp({ config: { roles: { developer: { scopes: ['analytics', 'routing'] } } } });
    const answer = await ask(`${world.relay.url}/token`, fromHere({ scopes: [] }));
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'scope_required', error: 'invalid_scope', hint: "Ask for one of: 'analytics', 'routing'." }
    });
    expect(world.server.received).toHaveLength(0);
    await world.close();
  });

  it('does not depend on the order or the spelling of a set', async () => {
    const world = await setUp({ config: { limits: { scopeSetsPerCaller: 1 } } });
    for (const body of [
      { scopes: ['analytics', 'routing'] },
      { scopes: ['routing', 'analytics', 'analytics'] },
      { scopes: ['routing'], optionalScopes: ['analytics', 'nothing:here'] }
    ]) {
      expect((await ask(`${world.relay.url}/token`, fromHere(body))).status).toBe(200);
    }
    expect(world.server.received).toHaveLength(1);
    await world.close();
  });
});
