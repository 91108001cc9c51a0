import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { freePort } from '../../../../scripts/lib/free-port.cjs';
import { type RunningRelay, type StoreEvent, parseRelayConfig, startRelay } from '../index.ts';
import { ask, fromHere } from '../testing/ask.ts';
import { certificateMaker } from '../testing/certificate.ts';
import { type RunningClock, runningClock } from '../testing/clock.ts';
import { configFor } from '../testing/config.ts';
import { describeWithRedis, startRedis } from '../testing/redis.ts';
import { startSentinel } from '../testing/sentinel.ts';
import { type TokenServer, startTokenServer, tokenNumber } from '../testing/token-server.ts';
import { until } from '../testing/until.ts';

const KEY = randomBytes(32).toString('base64');

interface Member {
  readonly relay: RunningRelay;
  readonly clock: RunningClock;
  readonly events: StoreEvent[];
  readonly lines: string[];
  tokenNow(scopes?: string[]): Promise<unknown>;
}

describeWithRedis('the shared store as it is deployed', () => {
  let server: TokenServer;
  let members: Member[] = [];
  const running: { close(): Promise<void> }[] = [];
  /** It is closed after the test, however that ends. */
  const kept = <T extends { close(): Promise<void> }>(one: T): T => {
    running.push(one);
    return one;
  };
  const certificates = certificateMaker();
  beforeEach(async () => {
    server = await startTokenServer();
    members = [];
  });
  afterEach(async () => {
    await Promise.all(members.map(({ relay }) => relay.close()));
    await Promise.all(running.splice(0).map((one) => one.close()));
    await server.close();
  });
  afterAll(() => {
    certificates.clear();
  });

  async function join(
    redis: { readonly url: string; readonly [name: string]: unknown },
    env: NodeJS.ProcessEnv = {}
  ): Promise<Member> {
    const [events, lines]: [StoreEvent[], string[]] = [[], []];
    const clock = runningClock();
    const store = { redis: { key: { env: 'STORE_KEY' }, timeoutMs: 2000, ...redis } };
    const config = parseRelayConfig(configFor(server, { store, log: { level: 'info' } }), {
      RELAY_TEST_SECRET: 'relay-secret',
      STORE_KEY: KEY,
      ...env
    });
    const relay = await startRelay(config, {
      clock,
      observer: { storeEvent: (kind) => events.push(kind) },
      // Inline, as hosts write it: pino takes the levels of its type from what is expected here.
      log: pino({}, { write: (line: string) => void lines.push(line) })
    });
    const tokenNow = async (scopes = ['analytics']) =>
      (await ask(`${relay.url}/token`, fromHere({ scopes }))).body['access_token'];
    const member = { relay, clock, events, lines, tokenNow };
    members.push(member);
    return member;
  }

  describe('rediss://', () => {
    const [own, other] = [certificates.make('redis'), certificates.make('another')];

    it('shares tokens over TLS, by the certificate authority of the configuration', async () => {
      const redis = kept(await startRedis({ tls: own }));
      const store = { url: redis.url, ca: { file: own.certFile } };
      const [a, b] = [await join(store), await join(store)];
      expect(await a.tokenNow()).toBe(tokenNumber(1));
      await until(() => a.events.includes('written'), 'the entry');
      expect(await b.tokenNow()).toBe(tokenNumber(1));
      expect(b.events).toContain('adopted');
      expect(server.received).toHaveLength(1);
    });

    it.each([
      ['another certificate authority', { ca: { file: other.certFile } }],
      ['none, and a server that signed its certificate itself', {}]
    ])('refuses a server by %s: says why, and the relay goes on by itself', async (_which, ca) => {
      const redis = kept(await startRedis({ tls: own }));
      const reason = async () => {
        const a = await join({ url: redis.url, ...ca });
        expect(await a.tokenNow()).toBe(tokenNumber(members.length));
        expect(a.events).toEqual(['degraded']);
        const gone = a.lines.filter((line) => line.includes('store_gone'));
        expect(gone).toHaveLength(1);
        // On a busy machine a connection may take more than its second; then the relay has seen no certificate.
        return gone[0]?.includes('ETIMEDOUT') === false && gone[0];
      };
      const line = await until(reason, 'a relay that has seen the certificate');
      expect(await redis.client.keys('*')).toEqual([]);
      expect(line).toMatch(/its certificate is not trusted .*store\.redis\.ca/);
      expect(line).toMatch(/SELF_SIGNED|UNABLE_TO_VERIFY|SIGNATURE/);
    });
  });

  it('sentinel: goes on while the master is gone, and shares by the new master', async () => {
    const world = kept(await startSentinel());
    const store = {
      url: world.master.url,
      sentinel: { name: world.name, hosts: [{ host: '127.0.0.1', port: world.port }] }
    };
    const [a, b] = [await join(store), await join(store)];
    const { master, replica } = world;
    expect(await a.tokenNow()).toBe(tokenNumber(1));
    await until(async () => (await replica.client.keys('*:token')).length === 1, 'the entry, replicated');
    expect(await b.tokenNow()).toBe(tokenNumber(1));

    await master.kill();
    expect(await a.tokenNow(['routing'])).toBe(tokenNumber(2));
    expect(a.events).toContain('degraded');
    await until(async () => (await world.masterPort()) === replica.port, 'the failover', 40_000);
    await until(async () => {
      a.clock.advance(3_600_000);
      await a.tokenNow(['routing']);
      if (!a.events.includes('recovered')) return false;
      // An entry is written after its token is handed out, so the next request may find it before it is reported.
      const since = a.events.slice(a.events.lastIndexOf('recovered'));
      return since.includes('written') || since.includes('adopted');
    }, 'an entry at the new master');
    const [entry = ''] = (await replica.client.keys('*:token')).slice(-1);
    expect(await replica.client.pttl(entry)).toBeGreaterThan(0);
    expect(await replica.client.info('replication')).toContain('role:master');
    const c = await join(store);
    const before = server.received.length;
    await c.tokenNow(['routing']);
    expect(c.events).toEqual(['adopted']);
    expect(server.received).toHaveLength(before);
  });

  it('cluster: shares tokens that lie on other nodes than the one that is named', async () => {
    const nodes = await Promise.all(
      ['one', 'two'].map(async (name) => {
        // The default port of the cluster bus is 10,000 higher, in the range from which the system assigns ports.
        const bus = String(await freePort());
        const cluster = ['--cluster-enabled', 'yes', '--cluster-config-file', name, '--cluster-port', bus];
        return { bus, ...kept(await startRedis({ args: cluster })) };
      })
    );
    const [first, second] = nodes;
    if (!first || !second) throw new Error('no nodes');
    // As good as everything lies on the other node than the one that is named.
    await first.client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '9');
    await second.client.call('CLUSTER', 'ADDSLOTSRANGE', '10', '16383');
    await second.client.call('CLUSTER', 'MEET', '127.0.0.1', String(first.port), first.bus);
    await until(async () => {
      const infos = await Promise.all(nodes.map(({ client }) => client.call('CLUSTER', 'INFO')));
      return infos.every((info) => /cluster_state:ok[^]*cluster_known_nodes:2/.test(String(info)));
    }, 'the cluster');
    const store = { url: first.url, cluster: true };
    const [a, b] = [await join(store), await join(store)];
    const wanted = [['analytics'], ['routing'], ['analytics:readonly'], ['routing:readonly'], ['analytics', 'routing']];
    for (const scopes of wanted) await a.tokenNow(scopes);
    await until(() => a.events.filter((event) => event === 'written').length === wanted.length, 'the entries');
    const places = await Promise.all(nodes.map(async ({ client }) => (await client.keys('*:token')).length));
    expect(places[1]).toBeGreaterThan(0);
    expect(places.reduce((sum, count) => sum + count, 0)).toBe(wanted.length);
    for (const scopes of wanted) await b.tokenNow(scopes);
    expect(b.events).toEqual(wanted.map(() => 'adopted'));
    expect(server.received).toHaveLength(wanted.length);
  });
});
