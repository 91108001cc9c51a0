import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, request } from 'node:http';
import { parseRelayConfig } from '../index.ts';
import { systemClock } from '../runtime/clock.ts';
import { runtimeOf } from '../runtime/runtime.ts';
import { ask } from '../testing/ask.ts';
import { testClock } from '../testing/clock.ts';
import { type ProxyChange, type ProxySetup, proxyConfig, setUpProxy } from '../testing/proxy-setup.ts';
import { createPublicServer } from './public-server.ts';

const QUEUES = '/api/v2/routing/queues';
const ORIGIN = 'https://app.example';
const CORS = { cors: { origins: [ORIGIN] } };

describe('a relay in proxy mode that serves while its configuration changes', () => {
  let world: ProxySetup;
  beforeEach(async () => {
    world = await setUpProxy({ config: CORS });
  });
  afterEach(() => world.close());

  it('C1 allows pages the headers that it forwards after the change', async () => {
    const allowed = async () => {
      const { headers } = await ask(world.at(QUEUES), {
        method: 'OPTIONS',
        headers: { origin: ORIGIN, 'access-control-request-method': 'GET' }
      });
      return String(headers['access-control-allow-headers']).split(', ');
    };
    expect(await allowed()).not.toContain('x-tenant');
    await world.relay.reload(proxyConfig(world.api, { config: CORS, proxy: { forwardHeaders: ['x-tenant'] } }));
    expect(await allowed()).toContain('x-tenant');
  });

  it('finishes an answer that has begun, however long it takes', async () => {
    const begun = new Promise<ServerResponse>((resolve) => {
      world.api.answerWith((_call, response) => {
        response.writeHead(200).write('one ');
        resolve(response);
      });
    });
    const sent = request(world.at(QUEUES), { headers: { 'x-genesys-auth': '1' }, agent: false }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    // Its clock stands still: whoever sleeps has slept.
    await world.relay.reload(proxyConfig(world.api, { config: CORS }));
    expect((await ask(world.at('/session'), { method: 'GET', headers: { 'x-genesys-auth': '1' } })).status).toBe(200);
    (await begun).end('two');
    const chunks: Buffer[] = [];
    for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('one two');
  });

  it('finishes a call whose body takes long', async () => {
    const sent = request(world.at('/api/v2/analytics/queues/observations/query'), {
      method: 'POST',
      headers: { 'x-genesys-auth': '1', 'content-type': 'application/json' },
      agent: false
    });
    sent.write('{"filter":');
    // The call has come when the next one is answered.
    await ask(world.at(QUEUES), { method: 'GET', headers: { 'x-genesys-auth': '1' } });
    await world.relay.reload(proxyConfig(world.api, { config: CORS }));
    await ask(world.at(QUEUES), { method: 'GET', headers: { 'x-genesys-auth': '1' } });
    sent.end('1}');
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(200);
    expect(world.api.calls.at(-1)?.body.toString()).toBe('{"filter":1}');
  });

  it('keeps connections as long as calls may take then', async () => {
    const of = (timeoutMs: number, queueWaitMs: number) =>
      parseRelayConfig(proxyConfig(world.api, { proxy: { timeoutMs, queueWaitMs }, genesys: { timeoutMs: 5000 } }));
    const { server, reload, close } = await createPublicServer(of(1000, 1000), runtimeOf());
    expect(server.timeout).toBe(30_000);
    await reload(of(60_000, 20_000));
    expect(server.timeout).toBe(86_000);
    await reload(of(1000, 1000));
    expect(server.timeout).toBe(86_000);
    await close();
  });
});

describe('a reload keeps what is used of', () => {
  let world: ProxySetup;
  // Its time stands still, so that no limit is refilled.
  const setUp = async (change: ProxyChange) => {
    world = await setUpProxy({ ...change, runtime: { clock: { ...testClock(), sleep: systemClock.sleep } } });
  };
  const statusOf = async (path: string) =>
    (await ask(world.at(path), { method: 'GET', headers: { 'x-genesys-auth': '1' } })).status;
  afterEach(() => world.close());

  it('B16 the budget of an OAuth client', async () => {
    const withBudget = (requestsPerMinute: number) => ({ proxy: { requestsPerMinute, queueWaitMs: 0 } });
    await setUp(withBudget(4));
    // A single caller may send half of them at once.
    expect([await statusOf(QUEUES), await statusOf(QUEUES), await statusOf(QUEUES)]).toEqual([200, 200, 429]);
    await world.relay.reload(proxyConfig(world.api, withBudget(4)));
    expect(await statusOf(QUEUES)).toBe(429);
    await world.relay.reload(proxyConfig(world.api, withBudget(100)));
    expect(await statusOf(QUEUES)).toBe(200);
  });

  it("a pause after the API's 429", async () => {
    await setUp({ proxy: { queueWaitMs: 0 } });
    world.api.answerWith((_call, response) => response.writeHead(429, { 'retry-after': '30' }).end());
    expect(await statusOf(QUEUES)).toBe(429);
    world.api.answerWith((_call, response) => response.writeHead(200).end());
    await world.relay.reload(proxyConfig(world.api, { proxy: { queueWaitMs: 0 } }));
    expect(await statusOf(QUEUES)).toBe(429);
    expect(world.api.calls).toHaveLength(1);
  });

  it('the limit of a caller', async () => {
    const withLimit = (requestsPerMinute: number) => ({ config: { limits: { requestsPerMinute } } });
    await setUp(withLimit(2));
    expect([await statusOf('/session'), await statusOf('/session'), await statusOf('/session')]).toEqual([
      200, 200, 429
    ]);
    await world.relay.reload(proxyConfig(world.api, withLimit(2)));
    expect(await statusOf('/session')).toBe(429);
    await world.relay.reload(proxyConfig(world.api, withLimit(10)));
    expect(await statusOf('/session')).toBe(200);
  });
});
