import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { type Answer, ask, asForm, basic, fromHere } from '../testing/ask.ts';
import { type RelayObserver, parseRelayConfig } from '../index.ts';
import { createClock } from '../runtime/clock.ts';
import { runtimeOf, silentLogger } from '../runtime/runtime.ts';
import { KEY, SECRET_ENV, configFor } from '../testing/config.ts';
import { type Setup, setUp } from '../testing/setup.ts';
import { replyWith, tokenNumber } from '../testing/token-server.ts';
import { until } from '../testing/until.ts';
import { createCachedTokenSource } from './token-source.ts';
import type { Upstream } from './upstream.ts';

const sha256 = (text: unknown) => createHash('sha256').update(String(text)).digest('hex');
const many = <T>(count: number, each: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => each(index)));
const SECOND = 1000;
const OK = (access_token: string, more: object = {}) =>
  JSON.stringify({ access_token, token_type: 'Bearer', expires_in: 3600, ...more });

describe('the token source', () => {
  let world: Setup;
  beforeEach(async () => {
    world = await setUp();
  });
  afterEach(() => world.close());

  const token = (body: object = { scopes: ['analytics'] }): Promise<Answer> =>
    ask(`${world.relay.url}/token`, fromHere(body));
  const tokenNow = async (body?: object) => (await token(body)).body['access_token'];
  const upstream = () => world.server.received.length;
  /** Waits until the token endpoint has got a number of requests and one more round trip has gone by. */
  const settled = async (count: number) => {
    await until(() => upstream() >= count, `token request ${count}`);
    await ask(`${world.relay.url}/session`, { method: 'GET', headers: { 'x-genesys-auth': '1' } });
  };

  it('F1 makes one upstream request for 200 callers at once', async () => {
    const answers = await many(200, () => token());
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body['access_token'])).size).toBe(1);
    expect(upstream()).toBe(1);
  });

  it('B13 F4 never returns the token of another set of scopes', async () => {
    const both = await tokenNow({ scopes: ['analytics', 'routing'] });
    const one = await tokenNow({ scopes: ['analytics'] });
    expect(one).not.toBe(both);
    expect(await tokenNow({ scopes: ['routing', 'analytics', 'routing'] })).toBe(both);
    expect(upstream()).toBe(2);
  });

  it('keeps the tokens of the largest pool for as many sets of scopes as a caller may use', async () => {
    const config = parseRelayConfig(
      configFor(world.server, {}, { client: { id: 'a', secret: { env: SECRET_ENV }, pool: 50 } })
    );
    const [client] = config.genesys.clients;
    if (client === undefined) throw new Error('no client');
    let issued = 0;
    const upstream: Upstream = {
      requestToken: (_credential, scopes) =>
        Promise.resolve({ token: tokenNumber(++issued), lifetimeSeconds: 3600, scopes }),
      isDead: () => Promise.resolve(false),
      close: () => Promise.resolve()
    };
    const tokenSource = createCachedTokenSource(
      config.genesys,
      upstream,
      runtimeOf({ clock: world.clock, log: silentLogger })
    );
    const sets = Array.from({ length: 21 }, (_, index) => [`set-${index}`]);
    for (const scopes of sets) for (let slot = 0; slot < 50; slot++) await tokenSource.get(client, scopes, slot);
    expect(issued).toBe(1050);
    for (const scopes of sets)
      for (let slot = 0; slot < 50; slot++) expect(tokenSource.serveLive(client, scopes, slot)).toBeDefined();
    tokenSource.close();
  });

  it('drops ended tokens once a minute, and goes on serving the others', async () => {
    await world.close();
    const minute = vi.spyOn(globalThis, 'setInterval');
    world = await setUp();
    const sweeps = minute.mock.calls.filter(([, everyMs]) => everyMs === 60_000).map(([sweep]) => sweep);
    minute.mockRestore();
    expect(sweeps).toHaveLength(1);

    const scopes = [['analytics'], ['routing'], ['analytics', 'routing']];
    const before = await Promise.all(scopes.map((list) => tokenNow({ scopes: list })));
    for (const sweep of sweeps) sweep();
    expect(await Promise.all(scopes.map((list) => tokenNow({ scopes: list })))).toEqual(before);
    expect(upstream()).toBe(3);
    world.clock.advance(3600 * SECOND);
    for (const sweep of sweeps) sweep();
    expect(await tokenNow()).not.toBe(before[0]);
  });

  it('T2 returns the live token while one renewal runs in the background', async () => {
    const first = await tokenNow();
    world.clock.advance(3600 * SECOND * 0.77);
    expect(await tokenNow()).toBe(first);
    expect(upstream()).toBe(1);
    world.clock.advance(3600 * SECOND * 0.02);
    let release = (): void => undefined;
    world.server.answerWith((response) => {
      release = () => response.end(OK(tokenNumber(2)));
    });
    expect(new Set(await many(50, () => tokenNow()))).toEqual(new Set([first]));
    await settled(2);
    expect(await tokenNow()).toBe(first);
    release();
    await until(async () => (await tokenNow()) !== first, 'the new token');
    expect(await tokenNow()).toBe(tokenNumber(2));
    expect(upstream()).toBe(2);
  });

  it('T1 never returns a token after its hard end', async () => {
    await token();
    world.clock.advance(3600 * SECOND - 72 * SECOND - 1);
    expect(await tokenNow()).toBe(tokenNumber(1));
    await settled(2);
    world.clock.advance(3600 * SECOND);
    expect(await tokenNow()).toBe(tokenNumber(3));
  });

  it('F5 counts the lifetime from the start of the request, on the clock that does not jump', async () => {
    world.server.answerWith((response) => {
      world.clock.advance(100 * SECOND);
      response.end(OK('slow', { expires_in: 1000 }));
    });
    expect((await token()).body['expires_in']).toBeLessThanOrEqual(1000 - 20 - 100);
  });

  it('F5 issues no token that has expired while the machine was suspended', async () => {
    await world.close();
    let [wall, ticks] = [Date.parse('2026-05-01T08:00:00Z'), 0];
    const clock = createClock(
      () => wall,
      () => ticks
    );
    world = await setUp({ runtime: { clock } });
    expect(await tokenNow()).toBe(tokenNumber(1));
    wall += 1800 * SECOND;
    ticks += SECOND;
    // Half of its hour is over.
    expect((await token()).body['expires_in']).toBeLessThan(1800);
    wall += 3600 * SECOND;
    ticks += SECOND;
    expect(await tokenNow()).toBe(tokenNumber(2));
  });

  it('F3 does not ask again soon when the server returns the same token', async () => {
    world.server.answerWith({ access_token: 'same', expires_in: 3600 });
    await token();
    world.clock.advance(3600 * SECOND * 0.8);
    world.server.answerWith({ access_token: 'same', expires_in: 720 });
    await token();
    await settled(2);
    await many(20, () => token());
    expect(upstream()).toBe(2);
  });

  it('F7 serves the live token while the token endpoint is down, without a storm', async () => {
    await token();
    world.clock.advance(3600 * SECOND * 0.9);
    world.server.answerWith(replyWith(503, ''));
    expect(await tokenNow()).toBe(tokenNumber(1));
    await settled(2);
    expect((await many(50, () => token())).every(({ status }) => status === 200)).toBe(true);
    expect(upstream()).toBe(2);
    world.clock.advance(60 * SECOND);
    world.server.answerWith({});
    await token();
    await settled(3);
    expect(await tokenNow()).toBe(tokenNumber(3));
  });

  it('T2 F7 tries again soon enough when a token that lives some seconds is near its end', async () => {
    world.server.answerWith({ expires_in: 6 });
    const first = await tokenNow();
    world.clock.advance(5 * SECOND);
    world.server.answerWith(replyWith(503, ''));
    expect(await tokenNow()).toBe(first);
    await settled(2);
    world.clock.advance(101);
    world.server.answerWith({ expires_in: 6 });
    expect(await tokenNow()).toBe(first);
    await settled(3);
    expect(await tokenNow()).toBe(tokenNumber(3));
  });

  it('tells its observer how each request was served and how each token request ended', async () => {
    await world.close();
    const seen: string[] = [];
    const observer: RelayObserver = {
      tokenServed: (how, waitedMs) => seen.push(`${how} ${waitedMs}`),
      tokenRequest: (outcome, seconds) => seen.push(`${outcome} ${seconds}`),
      tokenVerified: (refused) => seen.push(refused ? 'refused' : 'alive')
    };
    world = await setUp({ runtime: { observer } });
    world.server.answerWith((response, count) => {
      world.clock.advance(250);
      response.end(OK(tokenNumber(count)));
    });
    await token();
    await token();
    await token({ scopes: ['analytics'], rejected: sha256(tokenNumber(1)) });
    world.clock.advance(3600 * SECOND * 0.9);
    await token();
    await settled(2);
    world.server.answerWith(replyWith(400, { error: 'invalid_scope' }));
    await token({ scopes: ['routing'] });
    expect(seen).toEqual([
      ...['ok 0.25', 'waited 250', 'fresh 0', 'alive', 'fresh 0'],
      ...['behind 0', 'ok 0.25', 'upstream_invalid_scope 0', 'failed 0']
    ]);
  });

  it('T5 tries three times with jitter when the failure passes', async () => {
    world.server.answerWith((response, count) => {
      response.writeHead(count < 3 ? 503 : 200).end(count < 3 ? '' : OK('third'));
    });
    expect(await tokenNow()).toBe('third');
    expect(world.clock.sleeps).toHaveLength(2);
    for (const ms of world.clock.sleeps) {
      expect(ms).toBeGreaterThanOrEqual(100);
      expect(ms).toBeLessThanOrEqual(2000);
    }
  });

  it('F15 survives a token endpoint that drops its idle connections', async () => {
    world.server.answerWith((response, count) => {
      const { socket } = response;
      response.on('finish', () => socket?.destroy());
      response.end(OK(`dropped-${count}`));
    });
    for (const scopes of [['analytics'], ['routing'], ['analytics', 'routing'], ['analytics:readonly']]) {
      expect((await token({ scopes })).status).toBe(200);
    }
  });

  it('T5 P3 gives up after three tries with a code, a hint and Retry-After', async () => {
    world.server.answerWith(replyWith(500, { error: 'invalid_client' }));
    const answer = await token();
    expect(answer).toMatchObject({ status: 502, body: { code: 'upstream_error', hint: expect.any(String) } });
    expect(answer.headers['retry-after']).toMatch(/^\d+$/);
    expect(upstream()).toBe(3);
  });

  it.each([
    ['has time for two tries', 9000, 2],
    ['has no time left', 10_000, 0]
  ])('T5 a caller whose renewal fails late %s within timeoutMs', async (_what, lateMs, tries) => {
    const slow = await setUp({ genesys: { timeoutMs: 10_000 } });
    const asked = () => ask(`${slow.relay.url}/token`, fromHere({ scopes: ['analytics'] }));
    try {
      await asked();
      let fail: () => void = () => undefined;
      slow.server.answerWith((response) => {
        fail = () => response.writeHead(503).end();
      });
      slow.clock.advance(3600 * SECOND * 0.9);
      // This caller gets the live token, and starts the renewal.
      await asked();
      await until(() => slow.server.received.length === 2, 'the renewal');
      slow.clock.advance(3600 * SECOND * 0.1);
      const waiting = asked();
      // A later request is answered, so the caller waits already.
      await ask(`${slow.relay.url}/session`, { method: 'GET', headers: { 'x-genesys-auth': '1' } });
      slow.server.answerWith(replyWith(503, ''));
      slow.clock.advance(lateMs);
      fail();
      expect(await waiting).toMatchObject({ status: 502, body: { code: 'upstream_error' } });
      expect(slow.server.received).toHaveLength(2 + tries);
    } finally {
      await slow.close();
    }
  });

  it('T5 obeys Retry-After, and asks nobody meanwhile', async () => {
    world.server.answerWith(replyWith(429, '', { 'retry-after': '20' }));
    const answer = await token();
    expect(answer).toMatchObject({ status: 503, body: { code: 'upstream_rate_limited' } });
    expect(answer.headers['retry-after']).toBe('20');
    world.server.answerWith({});
    world.clock.advance(19 * SECOND);
    expect((await token()).headers['retry-after']).toBe('1');
    expect(upstream()).toBe(1);
    world.clock.advance(2 * SECOND);
    expect((await token()).status).toBe(200);
  });

  it.each([
    [
      '400 invalid_request of Genesys Cloud',
      replyWith(400, {
        error: 'invalid_request',
        description: 'rate limit exceeded; too many requests',
        error_description: 'rate limit exceeded; too many requests'
      })
    ],
    ['429', replyWith(429, '')]
  ])('T5 pauses after the rate limit of the token endpoint (%s) without Retry-After', async (_what, reply) => {
    world.server.answerWith(reply);
    for (let n = 0; n < 5; n += 1) {
      const answer = await token();
      expect(answer).toMatchObject({ status: 503, body: { code: 'upstream_rate_limited' } });
      expect(answer.headers['retry-after']).toBe('5');
    }
    expect(upstream()).toBe(1);
    world.server.answerWith({});
    world.clock.advance(5 * SECOND);
    expect((await token()).status).toBe(200);
  });

  it('T5 tells every caller the same wait, at most the 30 s after which it asks again', async () => {
    world.server.answerWith(replyWith(429, '', { 'retry-after': '86400' }));
    expect((await token()).headers['retry-after']).toBe('30');
    expect((await token()).headers['retry-after']).toBe('30');
    world.server.answerWith({});
    world.clock.advance(30 * SECOND);
    expect((await token()).status).toBe(200);
  });

  it('T6 does not repeat what was refused for good: 5 s, 10 s, ... up to 60 s', async () => {
    world.server.answerWith(replyWith(401, { error: 'invalid_client' }));
    for (const wait of [5, 10, 20, 40, 60, 60]) {
      const before = upstream();
      await token();
      expect((await token()).headers['retry-after']).toBe(String(wait));
      // The whole client is refused, so other scopes are not tried either.
      await token({ scopes: ['routing'] });
      expect(upstream()).toBe(before + 1);
      world.clock.advance(wait * SECOND);
    }
    world.server.answerWith({});
    expect((await token()).status).toBe(200);
  });

  it('T6 remembers a refused scope for itself alone', async () => {
    world.server.answerWith(replyWith(400, { error: 'invalid_scope' }));
    await many(3, () => token({ scopes: ['routing'] }));
    expect(upstream()).toBe(1);
    world.server.answerWith({});
    expect((await token({ scopes: ['analytics'] })).status).toBe(200);
  });

  it('serves the live token when the secret no longer holds', async () => {
    await token();
    world.clock.advance(3600 * SECOND * 0.9);
    world.server.answerWith(replyWith(401, { error: 'invalid_client' }));
    await token();
    await settled(2);
    expect((await many(20, () => token())).every(({ status }) => status === 200)).toBe(true);
    expect(upstream()).toBe(2);
  });

  it('T8 tells callers different lifetimes, none beyond the end and none so short that they loop', async () => {
    const here = await token();
    const script = await ask(
      `${world.relay.url}/token`,
      asForm({ grant_type: 'client_credentials' }, { authorization: basic('reports', KEY.key) })
    );
    expect(here.body['access_token']).toBe(script.body['access_token']);
    expect(here.body['expires_in']).not.toBe(script.body['expires_in']);
    for (const { body } of [here, script]) {
      expect(body['expires_in']).toBeLessThanOrEqual(3528);
      expect(body['expires_in']).toBeGreaterThan(3490);
    }
  });

  describe('told that the API refused a token', () => {
    const report = (rejected: string, scopes = ['analytics']) => token({ scopes, rejected });

    it('F2 asks the API once and the token endpoint once for 200 reports of a dead token', async () => {
      const dead = await tokenNow();
      world.server.verifyWith(401);
      const answers = await many(200, () => report(sha256(dead)));
      expect(new Set(answers.map(({ body }) => body['access_token']))).toEqual(new Set([tokenNumber(2)]));
      expect(world.server.verified).toEqual([`Bearer ${String(dead)}`]);
      expect(upstream()).toBe(2);
    });

    it('knows it as well where the token endpoint refused the optional scopes', async () => {
      let count = 0;
      world.server.answerWith((response) => {
        const isWhole = world.server.received.at(-1)?.form.get('scope')?.includes('routing') === true;
        if (!isWhole) count += 1;
        const body = isWhole
          ? { error: 'invalid_scope' }
          : { access_token: tokenNumber(count), token_type: 'bearer', expires_in: 3600 };
        response.writeHead(isWhole ? 400 : 200).end(JSON.stringify(body));
      });
      const scopes = { scopes: ['analytics'], optionalScopes: ['routing'] };
      const dead = (await token(scopes)).body['access_token'];
      expect(dead).toBe(tokenNumber(1));
      world.server.verifyWith(401);
      expect((await token({ ...scopes, rejected: sha256(dead) })).body['access_token']).toBe(tokenNumber(2));
      expect(world.server.verified).toHaveLength(1);
    });

    it('burns no live token, and asks the API at most once a second', async () => {
      const live = await tokenNow();
      for (let round = 1; round <= 3; round++) {
        const answers = await many(30, () => report(sha256(live)));
        expect(new Set(answers.map(({ body }) => body['access_token']))).toEqual(new Set([live]));
        expect(world.server.verified).toHaveLength(round);
        world.clock.advance(1001);
      }
      expect(upstream()).toBe(1);
    });

    it('asks the API once a second about a token that stands for several sets of scopes', async () => {
      world.server.answerWith({ access_token: 'same' });
      const sets = [['analytics'], ['routing'], ['analytics', 'routing']];
      for (const scopes of sets) await token({ scopes });
      for (const scopes of sets) await report(sha256('same'), scopes);
      expect(world.server.verified).toHaveLength(1);
    });

    it('lets one caller start ten verifications a minute, no more', async () => {
      const live = await tokenNow();
      for (let round = 0; round < 30; round++) {
        expect((await report(sha256(live))).body['access_token']).toBe(live);
        world.clock.advance(1001);
      }
      expect(world.server.verified.length).toBeGreaterThanOrEqual(10);
      expect(world.server.verified.length).toBeLessThanOrEqual(15);
    });

    it.each([[200], [204], [403], [404], [429], [500], [503]])(
      'keeps the token when the API answers %i',
      async (status) => {
        const live = await tokenNow();
        world.server.verifyWith(status);
        expect((await report(sha256(live))).body['access_token']).toBe(live);
      }
    );

    it.each<[string, (body: string) => Buffer]>([
      ['identity', Buffer.from],
      ['gzip', gzipSync]
    ])(
      'F2 keeps the token when the API refuses the address of the relay and not the token: %s',
      async (encoding, encode) => {
        const live = await tokenNow();
        world.server.verifyWith((response) => {
          const body = encode(JSON.stringify({ code: 'ip.not.authorized', status: 401, message: 'CANARY' }));
          response.writeHead(401, { 'content-type': 'application/json', 'content-encoding': encoding }).end(body);
        });
        expect((await report(sha256(live))).body['access_token']).toBe(live);
        expect(world.server.verified).toHaveLength(1);
        expect(upstream()).toBe(1);
      }
    );

    it('asks the API within one time-out, also when it has to ask twice', async () => {
      const live = await tokenNow();
      world.server.verifyWith((response) => response.writeHead(401).end('{"code":"ip.not.authorized"}'));
      const timeouts = vi.spyOn(AbortSignal, 'timeout');
      await report(sha256(live));
      expect(timeouts.mock.calls).toEqual([[2000]]);
      timeouts.mockRestore();
    });

    it('keeps the token when the API cannot be asked', async () => {
      const live = await tokenNow();
      world.server.verifyWith((response) => response.destroy());
      expect((await report(sha256(live))).body['access_token']).toBe(live);
    });

    it('answers with the current token when another one is reported', async () => {
      const live = await tokenNow();
      expect((await report(sha256('an older token'))).body['access_token']).toBe(live);
      expect(world.server.verified).toHaveLength(0);
    });

    it('takes the hash in either case, and nothing that is none', async () => {
      const live = await tokenNow();
      await report(sha256(live).toUpperCase());
      expect(world.server.verified).toHaveLength(1);
      for (const rejected of ['', 'abc', String(live), 5, [sha256(live)]]) {
        expect(await token({ scopes: ['analytics'], rejected })).toMatchObject({
          status: 400,
          body: { code: 'invalid_request' }
        });
      }
    });

    it('does not loop when the server issues the dead token again', async () => {
      world.server.answerWith({ access_token: 'undead' });
      world.server.verifyWith(401);
      await token();
      await report(sha256('undead'));
      expect(upstream()).toBe(2);
      for (let round = 0; round < 4; round++) {
        world.clock.advance(1001);
        expect((await report(sha256('undead'))).body['access_token']).toBe('undead');
      }
      expect(upstream()).toBe(2);
    });

    it('says so when the dead token cannot be replaced', async () => {
      const dead = await tokenNow();
      world.server.verifyWith(401);
      world.server.answerWith(replyWith(503, ''));
      expect(await report(sha256(dead))).toMatchObject({ status: 502, body: { code: 'upstream_error' } });
      world.server.answerWith({ access_token: 'fresh' });
      expect(await tokenNow()).toBe('fresh');
    });
  });
});
