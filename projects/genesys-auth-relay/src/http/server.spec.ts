import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { RelayStartError, startRelay } from '../index.ts';
import { ask, fromHere } from '../testing/ask.ts';
import { systemClock } from '../runtime/clock.ts';
import { testClock } from '../testing/clock.ts';
import { SECRET_ENV, configFor } from '../testing/config.ts';
import { openRaw } from '../testing/raw.ts';
import { setUp } from '../testing/setup.ts';
import { until } from '../testing/until.ts';

const ADMIN = { admin: { host: '127.0.0.1', port: 0 } };

describe('startRelay', () => {
  it('13.4.5 serves health on a separate listener, not on the public one', async () => {
    const world = await setUp({ config: ADMIN });
    const { relay } = world;
    expect(relay.adminUrl).not.toBe(relay.url);
    expect(await ask(`${relay.adminUrl}/livez`, { method: 'GET' })).toMatchObject({
      status: 200,
      body: { status: 'ok' }
    });
    expect(await ask(`${relay.adminUrl}/readyz`, { method: 'GET' })).toMatchObject({
      status: 200,
      body: { status: 'ready' }
    });
    for (const path of ['/livez', '/readyz', '/metrics']) {
      expect((await ask(`${relay.url}${path}`, { method: 'GET' })).status).toBe(404);
    }
    expect((await ask(`${relay.adminUrl}/token`, fromHere())).status).toBe(404);
    await world.close();
  });

  it('has no admin listener when that is switched off', async () => {
    const world = await setUp();
    expect(world.relay.adminUrl).toBe('');
    await world.close();
  });

  it('F14 reports "not ready" at once when it drains, and serves until the time is over', async () => {
    let wake = (): void => undefined;
    const slept: number[] = [];
    const clock = {
      ...testClock(),
      sleep: (ms: number) => {
        slept.push(ms);
        return new Promise<void>((resolve) => (wake = resolve));
      }
    };
    const world = await setUp({ config: { ...ADMIN, limits: { drainMs: 4000 } }, runtime: { clock } });
    const { relay } = world;
    const drained = relay.drain();
    expect(slept).toEqual([4000]);
    expect(await ask(`${relay.adminUrl}/readyz`, { method: 'GET' })).toMatchObject({ status: 503 });
    expect((await ask(`${relay.adminUrl}/livez`, { method: 'GET' })).status).toBe(200);
    const answer = await ask(`${relay.url}/token`, fromHere());
    expect(answer.status).toBe(200);
    expect(answer.headers['connection']).toBe('close');
    wake();
    await drained;
    await expect(ask(`${relay.url}/token`, fromHere())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await world.server.close();
  });

  it('F14 costs no request when it drains under load', async () => {
    let endDrain = (): void => undefined;
    const clock = { ...systemClock, sleep: () => new Promise<void>((resolve) => (endDrain = resolve)) };
    const world = await setUp({
      config: { ...ADMIN, limits: { drainMs: 700, requestsPerMinute: 1_000_000 } },
      runtime: { clock }
    });
    const { relay } = world;
    const agent = new Agent({ keepAlive: true, maxSockets: 16 });
    // A load balancer: it looks at /readyz now and then, and sends on until it has seen "not ready". The drain ends after that.
    let inService = true;
    let answered = 0;
    const failures: unknown[] = [];
    const balancer = (async () => {
      while (inService) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        inService = (await ask(`${relay.adminUrl}/readyz`, { method: 'GET' })).status === 200;
      }
    })();
    const post = () =>
      new Promise<void>((resolve) => {
        const sent = request(
          `${relay.url}/token`,
          { method: 'POST', agent, headers: { 'x-genesys-auth': '1' } },
          (answer) => {
            if (answer.statusCode === 200) answered += 1;
            else failures.push(answer.statusCode);
            answer.resume().on('close', resolve);
          }
        );
        sent.on('error', (error) => {
          failures.push(error);
          resolve();
        });
        sent.end();
      });
    const callers = Array.from({ length: 16 }, async () => {
      while (inService) await post();
    });
    await until(() => answered >= 100, '100 answers');
    const before = answered;
    const drained = relay.drain();
    await Promise.all([balancer, ...callers]);
    endDrain();
    await drained;
    agent.destroy();
    await world.server.close();
    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(before);
  });

  it('finishes open requests when it closes, refuses new ones, and cuts silent connections', async () => {
    const world = await setUp();
    const { url } = world.relay;
    const agent = new Agent({ keepAlive: true });
    const post = () =>
      new Promise<IncomingMessage>((resolve, reject) => {
        request(`${url}/token`, { method: 'POST', agent, headers: { 'x-genesys-auth': '1' } }, resolve)
          .on('error', reject)
          .end();
      });
    const silent = connect(Number(new URL(url).port), '127.0.0.1');
    await new Promise((resolve) => silent.once('connect', resolve));
    let release = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      world.server.answerWith((response) => {
        release = () => response.end(JSON.stringify({ access_token: 'slow', token_type: 'bearer', expires_in: 3600 }));
        resolve();
      });
    });
    const begun = post();
    await asked;
    const closed = world.relay.close();
    expect(await ask(`${url}/token`, fromHere())).toMatchObject({ status: 503, body: { code: 'not_ready' } });
    release();
    const answer = await begun;
    expect(answer.statusCode).toBe(200);
    expect(answer.headers.connection).toBe('close');
    answer.resume();
    await closed;
    agent.destroy();
    await world.server.close();
  });

  it('does not wait for pipelined answers whose caller has disconnected', async () => {
    const world = await setUp({ genesys: { timeoutMs: 30_000 } });
    let release = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      world.server.answerWith((response) => {
        release = () => response.end(JSON.stringify({ access_token: 'slow', token_type: 'bearer' }));
        resolve();
      });
    });
    const { socket, answer } = openRaw(world.relay.url);
    const head = `HTTP/1.1\r\nHost: localhost:${new URL(world.relay.url).port}\r\nX-Genesys-Auth: 1\r\nContent-Length: 0\r\n\r\n`;
    socket.write(`POST /token ${head}GET /session ${head}POST /token ${head}`);
    await asked;
    socket.destroy();
    await answer;
    release();
    await world.close();
  });

  it.each(['listen', 'admin'] as const)(
    'says plainly that the port of %s is taken, and leaves nothing open',
    async (key) => {
      const world = await setUp();
      const port = Number(new URL(world.relay.url).port);
      const config = configFor(world.server, { [key]: { host: '127.0.0.1', port } });
      const error: unknown = await startRelay(config).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(RelayStartError);
      expect(error).toMatchObject({
        code: 'port_taken',
        message: `Another program has port ${port} on 127.0.0.1 already.`,
        hint: expect.stringContaining(`${key}.port`)
      });
      await world.close();
    }
  );

  it('does not start with a configuration that does not hold', async () => {
    process.env[SECRET_ENV] = '';
    const endpoints = { tokenEndpoint: 'http://localhost:1/t', apiOrigin: 'http://localhost:1' };
    await expect(startRelay(configFor(endpoints))).rejects.toMatchObject({ code: 'config_invalid' });
  });
});
