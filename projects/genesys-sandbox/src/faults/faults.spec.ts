import { request } from 'node:http';
import { ApiClient, askToken, basic, closeAll, send, start, tokenOf } from '../../test/harness.ts';
import { Listener, channelOf, hangUp } from '../../test/streaming.ts';
import { until } from '../../test/until.ts';
import { type Fault, type SandboxClient, SANDBOX_CLIENT } from '../index.ts';

afterEach(hangUp);
afterEach(closeAll);

const DATE = '/api/v2/date';
const TOPIC = 'v2.users.e40f28ea-fa86-493f-a5b8-d559c8533c96.presence';
const form = { grant_type: 'client_credentials' };
const headers = { authorization: basic(SANDBOX_CLIENT.id, SANDBOX_CLIENT.secret) };

async function open() {
  const { sandbox, clock } = await start({ rateLimit: { requestsPerMinute: false } });
  const token = await tokenOf(sandbox);
  return { sandbox, clock, token, api: new ApiClient(sandbox.apiOrigin, token) };
}

async function listen(...topics: string[]) {
  const opened = await open();
  const channel = await channelOf(opened.api, ...topics);
  const listener = await Listener.to(channel.connectUri);
  await listener.settle();
  return { ...opened, channel, listener };
}

/** The moment that `GET /api/v2/date` shows. */
function shown(text: string): number {
  const { currentDate }: { currentDate: string } = JSON.parse(text);
  return Date.parse(currentDate);
}

/** Lets everything arrive that is on its way. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

/** Whether something has ended, without waiting for it. */
async function ended(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  promise.then(
    () => (done = true),
    () => (done = true)
  );
  await turns();
  return done;
}

describe('faults of requests', () => {
  it('5xx for a while, on one route only', async () => {
    const { sandbox, clock, api } = await open();
    sandbox.faults.add({ type: 'serverError', status: 502, route: 'GET /api/v2/date', afterMs: 1000, forMs: 5000 });
    expect((await api.get(DATE)).status).toBe(200);
    clock.pass(1000);
    sandbox.pulse();
    expect((await api.get(DATE)).status).toBe(502);
    expect((await api.get('/api/v2/organizations/me')).status).toBe(200);
    clock.pass(5000);
    sandbox.pulse();
    expect((await api.get(DATE)).status).toBe(200);
    expect(sandbox.faults.list()).toEqual([]);
  });

  it('429 with Retry-After, so many times', async () => {
    const { sandbox, api } = await open();
    sandbox.faults.add({ type: 'rateLimit', retryAfterSeconds: 7, route: '/api/v2/*', times: 2 });
    const answers = [await api.get(DATE), await api.get(DATE), await api.get(DATE)];
    expect(answers.map(({ status, headers: h }) => `${status} ${h.get('retry-after') ?? ''}`)).toEqual([
      '429 7',
      '429 7',
      '200 '
    ]);
    expect(answers[0]?.body.code).toBe('too.many.requests.retry.after');
  });

  it('at the token endpoint, in the words of OAuth, on one host', async () => {
    const { sandbox } = await open();
    sandbox.faults.add({ type: 'serverError', route: 'POST /oauth/token', host: 'login', times: 1 });
    sandbox.faults.add({ type: 'rateLimit', retryAfterSeconds: 3, route: '*/oauth/token', host: 'login', times: 1 });
    const first = await askToken(sandbox.tokenEndpoint, form, headers);
    expect([first.status, first.body, first.headers.get('retry-after')]).toEqual([
      400,
      {
        error: 'invalid_request',
        description: expect.stringMatching(/^rate limit exceeded;/),
        error_description: expect.stringMatching(/^rate limit exceeded;/)
      },
      null
    ]);
    const second = await askToken(sandbox.tokenEndpoint, form, headers);
    expect([second.status, second.body.error]).toEqual([503, 'temporarily_unavailable']);
    expect((await askToken(sandbox.tokenEndpoint, form, headers)).status).toBe(200);
  });

  it('at the metadata of the login host', async () => {
    const { sandbox } = await open();
    sandbox.faults.add({ type: 'serverError', host: 'login', times: 1 });
    const metadata = `${sandbox.loginOrigin}/.well-known/oauth-authorization-server`;
    const failed = await send(metadata);
    expect([failed.status, failed.body.code]).toEqual([503, 'service.unavailable']);
    expect((await send(metadata)).status).toBe(200);
  });

  it('may be read across origins, and leave preflights alone', async () => {
    const { sandbox } = await open();
    sandbox.faults.add({ type: 'serverError', times: 1 });
    const preflight = await send(sandbox.apiOrigin + DATE, {
      method: 'OPTIONS',
      headers: { origin: 'http://app.example', 'access-control-request-method': 'GET' }
    });
    expect(preflight.status).toBe(204);
    const answer = await send(sandbox.apiOrigin + DATE, { headers: { origin: 'http://app.example' } });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([503, 'http://app.example']);
  });

  it('latency and slow bodies last as long as the clock says', async () => {
    const { sandbox, clock, api } = await open();
    sandbox.faults.add({ type: 'latency', ms: 3000, times: 1 });
    const late = api.get(DATE);
    expect(await ended(late)).toBe(false);
    clock.pass(3000);
    expect((await late).status).toBe(200);
    sandbox.faults.add({ type: 'slowBody', ms: 10_000, times: 1 });
    const slow = api.get('/api/v2/routing/queues');
    expect(await ended(slow)).toBe(false);
    for (let piece = 0; piece < 10; piece++) {
      clock.pass(1000);
      sandbox.pulse();
      await ended(slow);
    }
    expect((await slow).body.entities).toHaveLength(8);
  });

  it('cut connections', async () => {
    const { sandbox, api } = await open();
    sandbox.faults.add({ type: 'dropConnection', times: 1 });
    await expect(api.get(DATE)).rejects.toThrow();
    expect((await api.get(DATE)).status).toBe(200);
  });

  it('a clock that is off, as the sandbox shows it', async () => {
    const { sandbox, clock, api } = await open();
    const id = sandbox.faults.add({ type: 'clockOffset', ms: -600_000 });
    const off = await api.get(DATE);
    expect(shown(off.text)).toBe(clock.now() - 600_000);
    expect(Date.parse(off.headers.get('date') ?? '')).toBe(clock.now() - 600_000);
    expect(sandbox.faults.remove(id)).toBe(true);
    expect(shown((await api.get(DATE)).text)).toBe(clock.now());
  });
});

describe('faults of sockets and tokens', () => {
  it('a socket that waits for its late answer is cut when the sandbox closes', async () => {
    const { sandbox, api } = await open();
    const channel = await channelOf(api);
    sandbox.faults.add({ type: 'latency', ms: 60_000, route: 'GET /channels/*' });
    const listener = new Listener(channel.connectUri);
    const cut = new Promise((resolve) => listener.socket.on('error', resolve));
    await until(() => sandbox.faults.list()[0]?.hits === 1, 'the request that waits');
    await sandbox.close();
    expect(await cut).toMatchObject({ code: 'ECONNRESET' });
  });

  it('cut sockets at once, and those that come while it lasts', async () => {
    const { sandbox, clock, channel, listener } = await listen();
    sandbox.faults.add({ type: 'dropSockets', forMs: 5000 });
    await listener.until(({ closed }) => closed !== undefined);
    expect(listener.closed?.code).toBe(1006);
    const second = await Listener.to(channel.connectUri);
    await second.until(({ closed }) => closed !== undefined);
    clock.pass(5000);
    sandbox.pulse();
    const third = await Listener.to(channel.connectUri);
    await third.settle();
    expect(third.closed).toBeUndefined();
    sandbox.faults.add({ type: 'closeSockets', code: 4001, reason: 'tired' });
    await third.until(({ closed }) => closed !== undefined);
    expect(third.closed).toEqual({ code: 4001, reason: 'tired' });
    const fourth = await Listener.to(channel.connectUri);
    await fourth.settle();
    expect(fourth.closed).toBeUndefined();
  });

  it('half-open sockets: no event, no heartbeat, no pong, no goodbye; another socket works', async () => {
    const { sandbox, clock, channel, listener } = await listen(TOPIC);
    listener.frames.length = 0;
    sandbox.faults.add({ type: 'freezeSockets' });
    sandbox.publish(TOPIC, {});
    listener.say({ message: 'ping' });
    listener.socket.close();
    clock.pass(60_000);
    sandbox.pulse();
    await turns();
    expect(listener).toMatchObject({ frames: [], closed: undefined });
    const second = await Listener.to(channel.connectUri);
    sandbox.publish(TOPIC, {});
    await second.settle();
    expect(second.of(TOPIC)).toHaveLength(1);
  });

  it('missed heartbeats', async () => {
    const { sandbox, clock, listener } = await listen();
    sandbox.faults.add({ type: 'missHeartbeats', times: 2 });
    for (const beats of [0, 0, 1]) {
      clock.pass(30_000);
      sandbox.pulse();
      await listener.settle();
      expect(JSON.stringify(listener.frames).split('Heartbeat').length - 1).toBe(beats);
    }
  });

  it('socket_closing: a second socket may stand beside the first, and both get what comes, until the grace is over', async () => {
    const { sandbox, clock, channel, listener } = await listen(TOPIC);
    sandbox.faults.add({ type: 'socketClosing' });
    await listener.until(({ frames }) => frames.some(({ topicName }) => topicName === 'v2.system.socket_closing'));
    const second = await Listener.to(channel.connectUri);
    sandbox.publish(TOPIC, {});
    await Promise.all([listener.settle(), second.settle()]);
    expect([listener.of(TOPIC), second.of(TOPIC)].map((events) => events[0]?.metadata?.CorrelationId)).toEqual([
      expect.any(String),
      listener.of(TOPIC)[0]?.metadata?.CorrelationId
    ]);
    expect(listener.closed).toBeUndefined();
    clock.pass(60_000);
    await listener.until(({ closed }) => closed !== undefined);
    await second.settle();
    expect(second.closed).toBeUndefined();
  });

  it('duplicate, late and lost events, by topic', async () => {
    const { sandbox, listener } = await listen(TOPIC, TOPIC.replace('presence', 'station'));
    const events = async (fault: Fault): Promise<unknown[]> => {
      listener.frames.length = 0;
      sandbox.faults.add(fault);
      for (let n = 1; n <= 3; n++) sandbox.publish(TOPIC, n);
      await listener.settle();
      return listener.of(TOPIC).map(({ eventBody }) => eventBody);
    };
    expect(await events({ type: 'duplicateEvents', times: 1 })).toEqual([1, 1, 2, 3]);
    expect(listener.of(TOPIC)[0]?.metadata).toEqual(listener.of(TOPIC)[1]?.metadata);
    expect(await events({ type: 'reorderEvents', times: 1, topic: 'v2.users.*' })).toEqual([2, 1, 3]);
    expect(await events({ type: 'loseEvents', times: 2 })).toEqual([3]);
    // Without an end: every other event is late, none is kept for ever.
    expect(await events({ type: 'reorderEvents', topic: '*.presence' })).toEqual([2, 1]);
    sandbox.faults.clear();
    expect(await events({ type: 'loseEvents', topic: '*.station' })).toEqual([1, 3, 2, 3]);
    expect(await events({ type: 'loseEvents', topic: '*.station' })).toEqual([1, 2, 3]);
  });

  it('revoked tokens, of one client', async () => {
    const other: SandboxClient = { id: 'other', secret: 's' };
    const { sandbox } = await start({ clients: [SANDBOX_CLIENT, other] });
    const [api, stranger] = [await ApiClient.of(sandbox), await ApiClient.of(sandbox, other)];
    sandbox.faults.add({ type: 'revokeTokens', clientId: 'other' });
    expect([(await api.get(DATE)).status, (await stranger.get(DATE)).status]).toEqual([200, 401]);
  });

  it('refused upgrades', async () => {
    const { sandbox, channel } = await listen();
    sandbox.faults.add({ type: 'serverError', route: 'GET /channels/*', times: 1 });
    await expect(Listener.to(channel.connectUri)).rejects.toThrow('503');
    sandbox.faults.add({ type: 'dropConnection', route: 'GET /channels/*', times: 1 });
    await expect(Listener.to(channel.connectUri)).rejects.toThrow();
    expect((await Listener.to(channel.connectUri)).closed).toBeUndefined();
  });
});

describe('the endpoint', () => {
  const json = { 'content-type': 'application/json' };

  it('adds, lists with hits, and takes back', async () => {
    const { sandbox, api } = await open();
    const url = `${sandbox.apiOrigin}/sandbox/faults`;
    const fault = { type: 'serverError', status: 500, route: '/api/v2/date' };
    const added = await send(url, { method: 'POST', headers: json, body: JSON.stringify(fault) });
    expect(added.status).toBe(201);
    await api.get(DATE);
    expect((await send(url)).body.entities).toEqual([{ id: added.body.id, fault, hits: 1 }]);
    expect((await send(`${url}/${added.body.id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await send(`${url}/${added.body.id}`, { method: 'DELETE' })).status).toBe(404);
    sandbox.faults.add({ type: 'serverError' });
    expect((await send(url, { method: 'DELETE' })).status).toBe(204);
    expect((await api.get(DATE)).status).toBe(200);
  });

  it.each([
    [{}, 'type must be one of'],
    [{ type: 'toString' }, 'type must be one of'],
    [{ type: 'latency' }, 'ms is missing'],
    [{ type: 'latency', ms: -1 }, 'ms must be a number'],
    [{ type: 'latency', ms: 1, topic: 'x' }, 'topic is not a field of latency'],
    [{ type: 'serverError', status: 200 }, 'status must be a number from 500'],
    [{ type: 'closeSockets', code: 1006 }, 'code must be'],
    [{ type: 'dropSockets', times: 0 }, 'times'],
    [{ type: 'dropConnection', host: 'x' }, "host must be 'login' or 'api'"],
    [{ type: 'authorizeError' }, 'error is missing'],
    [{ type: 'authorizeError', error: 'a', grantType: 'b' }, 'grantType is not a field of authorizeError'],
    [{ type: 'tokenError', error: 'a', status: 200 }, 'status must be a number from 400'],
    [{ type: 'revokeTokens', refreshTokens: 'yes' }, 'refreshTokens must be true or false'],
    [[], 'must be an object']
  ])('refuses %j and says why', async (fault, why) => {
    const { sandbox } = await open();
    const url = `${sandbox.apiOrigin}/sandbox/faults`;
    const answer = await send(url, { method: 'POST', headers: json, body: JSON.stringify(fault) });
    expect([answer.status, answer.body.message]).toEqual([400, expect.stringContaining(why)]);
    expect(sandbox.faults.list()).toEqual([]);
  });

  it('is for this machine only: other names in Host, other ports, and pages are refused', async () => {
    const { sandbox } = await open();
    const { port } = new URL(sandbox.apiOrigin);
    const status = (own: Record<string, string>): Promise<number> =>
      new Promise((resolve, reject) => {
        request({ host: '127.0.0.1', port, path: '/sandbox/faults', headers: own }, (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        })
          .on('error', reject)
          .end();
      });
    expect(await status({ host: `localhost:${port}` })).toBe(200);
    expect(await status({ host: `[::1]:${port}` })).toBe(200);
    expect(await status({ host: `rebound.example:${port}` })).toBe(403);
    expect(await status({ host: '127.0.0.1:1' })).toBe(403);
    expect(await status({ host: `localhost:${port}`, origin: 'http://localhost:4200' })).toBe(403);
  });
});
