import type { ServerResponse } from 'node:http';
import { request } from 'node:http';
import { type Ask, ask, basic } from '../testing/ask.ts';
import { newKey } from '../testing/config.ts';
import { type ProxySetup, setUpProxy } from '../testing/proxy-setup.ts';
import { until } from '../testing/until.ts';

const QUEUES = '/api/v2/routing/queues';
const keys = { ann: newKey(), bob: newKey(), eve: newKey() };
type Who = keyof typeof keys;
const as = (who: Who, headers: Ask['headers'] = {}): Ask => ({
  method: 'GET',
  headers: { authorization: basic(who, keys[who].key), ...headers }
});

describe('identical GETs at the same time', () => {
  let world: ProxySetup;
  const waiting: ServerResponse[] = [];
  const start = async (coalesce: boolean) => {
    waiting.length = 0;
    world = await setUpProxy({
      proxy: { coalesce },
      config: {
        identities: [
          {
            type: 'apiKey',
            keys: [
              { id: 'ann', sha256: keys.ann.sha256, roles: ['agent'] },
              { id: 'bob', sha256: keys.bob.sha256, roles: ['agent'] },
              { id: 'eve', sha256: keys.eve.sha256, roles: ['boss'] }
            ]
          }
        ],
        roles: { agent: { scopes: ['routing:readonly'] }, boss: { scopes: ['routing'] } }
      }
    });
    world.api.answerWith((_call, response) => {
      waiting.push(response);
    });
  };
  afterEach(() => world.close());
  /** Lets what is under way reach the API, or wait for another's answer. */
  const settle = () => ask(world.at('/session'), as('ann'));
  const release = (body = '{"n":1}') => {
    for (const response of waiting.splice(0)) response.writeHead(200, { etag: '"1"' }).end(body);
  };

  it('have no content-length when the shared answer is a 204', async () => {
    await start(true);
    const first = ask(world.at(QUEUES), as('ann'));
    await until(() => waiting.length === 1);
    const second = ask(world.at(QUEUES), as('bob'));
    await settle();
    await settle();
    expect(waiting).toHaveLength(1);
    waiting.pop()?.writeHead(204).end();
    for (const { status, headers } of await Promise.all([first, second])) {
      expect([status, headers['content-length']]).toEqual([204, undefined]);
    }
  });

  it('become one between callers with the same roles, when that is configured', async () => {
    await start(true);
    const first = ask(world.at(QUEUES), as('ann'));
    await until(() => waiting.length === 1);
    const more = [
      ask(world.at(QUEUES), as('bob', { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' })),
      ask(world.at(QUEUES), as('ann'))
    ];
    await settle();
    await settle();
    release();
    for (const answer of await Promise.all([first, ...more])) {
      expect(answer).toMatchObject({ status: 200, text: '{"n":1}', headers: { etag: '"1"' } });
    }
    expect(world.api.calls).toHaveLength(1);
    // Nothing is kept.
    const later = ask(world.at(QUEUES), as('bob'));
    await until(() => waiting.length === 1);
    release('{"n":2}');
    expect((await later).text).toBe('{"n":2}');
  });

  it('are never shared with callers that have other rights, paths or Accept headers', async () => {
    await start(true);
    const all = [
      ask(world.at(QUEUES), as('ann')),
      ask(world.at(QUEUES), as('eve')),
      ask(world.at(`${QUEUES}?x=1`), as('ann')),
      ask(world.at(QUEUES), as('ann', { accept: 'text/csv' })),
      ask(world.at(QUEUES), as('ann', { range: 'bytes=0-1' })),
      ask(world.at(QUEUES), as('bob', { range: 'bytes=0-1' }))
    ];
    await until(() => waiting.length === all.length);
    release();
    await Promise.all(all);
    expect(world.api.calls).toHaveLength(all.length);
  });

  it('go their own way when the leader leaves, fails, or its answer is too long to be kept', async () => {
    await start(true);
    const leader = request(world.at(QUEUES), { headers: { authorization: basic('ann', keys.ann.key) }, agent: false });
    leader.on('error', () => undefined);
    leader.end();
    await until(() => waiting.length === 1);
    const follower = ask(world.at(QUEUES), as('bob'));
    await settle();
    leader.destroy();
    await until(() => waiting.length === 2);
    waiting[1]!.end('{}');
    expect((await follower).text).toBe('{}');
    const long = Buffer.alloc(1_500_000, 'x');
    for (const [status, body] of [
      [503, 'no'],
      [200, long]
    ] as const) {
      waiting.length = 0;
      const first = ask(world.at(QUEUES), as('ann'));
      await until(() => waiting.length === 1);
      const second = ask(world.at(QUEUES), as('bob'));
      await settle();
      waiting[0]!.writeHead(status).end(body);
      expect(await first).toMatchObject({ status, text: String(body) });
      await until(() => waiting.length === 2);
      waiting[1]!.end('{}');
      expect((await second).text).toBe('{}');
    }
  });

  it('do not wait for each other when the answer cannot be shared', async () => {
    await start(true);
    const first = ask(world.at(QUEUES), as('ann'));
    await until(() => waiting.length === 1);
    const more = Array.from({ length: 20 }, () => ask(world.at(QUEUES), as('bob')));
    await settle();
    await settle();
    expect(waiting).toHaveLength(1);
    waiting.shift()!.writeHead(503).end('no');
    await first;
    // None of them is answered before all have been asked.
    await until(() => waiting.length === 20);
    release();
    for (const answer of await Promise.all(more)) expect(answer.status).toBe(200);
  });

  it('are separate unless it is configured', async () => {
    await start(false);
    const both = [ask(world.at(QUEUES), as('ann')), ask(world.at(QUEUES), as('bob'))];
    await until(() => waiting.length === 2);
    release();
    await Promise.all(both);
    expect(world.api.calls).toHaveLength(2);
  });
});
