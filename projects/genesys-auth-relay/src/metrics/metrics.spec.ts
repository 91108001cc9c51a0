import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import Fastify from 'fastify';
import { Counter, Registry } from 'prom-client';
import { genesysAuthRelay } from '../fastify.ts';
import { createRelayMetrics, startRelay } from '../index.ts';
import { type Ask, ask, fromHere } from '../testing/ask.ts';
import { SECRET_ENV, configFor } from '../testing/config.ts';
import { openPage } from '../testing/hub-client.ts';
import { startNotificationServer } from '../testing/notification-server.ts';
import { type Setup, setUp } from '../testing/setup.ts';
import { replyWith, startTokenServer } from '../testing/token-server.ts';
import { until } from '../testing/until.ts';

const ADMIN = { admin: { host: '127.0.0.1', port: 0 } };

/** Samples by name and labels, as Prometheus reads them. */
function samples(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at).replace('genesys_auth_relay_', ''), Number(line.slice(at + 1))];
    })
  );
}

describe('13.4.5 /metrics of the admin listener', () => {
  let world: Setup;
  beforeEach(async () => {
    world = await setUp({ config: ADMIN, secret: 'CANARY-secret' });
  });
  afterEach(() => world.close());
  const send = (path: string, sent: Ask) => ask(`${world.relay.url}${path}`, sent);
  const scrape = () => ask(`${world.relay.adminUrl}/metrics`, { method: 'GET' });

  it('counts requests, tokens and refusals', async () => {
    await send('/token', fromHere());
    await send('/token', fromHere());
    await send('/token', fromHere({ scopes: ['admin:platform'] }));
    await send('/session', { method: 'GET', headers: { authorization: 'Bearer wrong' } });
    world.server.answerWith(replyWith(400, { error: 'invalid_scope' }));
    await send('/token', fromHere({ scopes: ['routing'] }));
    const { status, headers, text } = await scrape();
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^text\/plain; version=/);
    const values = samples(text);
    const read = (sample: string) => values.get(sample);
    expect(read('request_duration_seconds_count{route="/token",status="200"}')).toBe(2);
    expect(read('request_duration_seconds_count{route="/token",status="400"}')).toBe(1);
    expect(read('request_duration_seconds_count{route="/session",status="401"}')).toBe(1);
    expect(read('refusals_total{code="scope_not_allowed"}')).toBe(1);
    expect(read('refusals_total{code="invalid_credentials"}')).toBe(1);
    expect(read('refusals_total{code="upstream_invalid_scope"}')).toBe(1);
    expect(read('identified_total{identity="loopback"}')).toBe(4);
    expect(read('token_request_duration_seconds_count{outcome="ok"}')).toBe(1);
    expect(read('token_request_duration_seconds_count{outcome="upstream_invalid_scope"}')).toBe(1);
    expect(read('tokens_served_total{how="waited"}')).toBe(1);
    expect(read('tokens_served_total{how="fresh"}')).toBe(1);
    expect(read('tokens_served_total{how="failed"}')).toBe(1);
    expect(read('token_wait_seconds_count')).toBe(2);
    expect(read('ready')).toBe(1);
    expect(read('store_degraded')).toBe(0);
    expect(read('process_cpu_seconds_total')).toEqual(expect.any(Number));
  });

  it('counts reported tokens', async () => {
    const { body } = await send('/token', fromHere());
    const rejected = createHash('sha256').update(String(body['access_token'])).digest('hex');
    await send('/token', fromHere({ rejected }));
    expect(samples((await scrape()).text).get('token_verifications_total{result="alive"}')).toBe(1);
  });

  it('has no label that a caller could choose, and no secret, token or name', async () => {
    await send('/token', fromHere());
    await send('/CANARY-path/1', { method: 'GET' });
    await send('/CANARY-path/2', { method: 'PROPFIND' });
    await send('/token?client_secret=CANARY', {});
    await send('/token', fromHere({ scopes: ['CANARY'] }));
    await send('/session', { method: 'GET', headers: { authorization: 'Bearer CANARY.x.y' } });
    const { text } = await scrape();
    expect(text).not.toMatch(/CANARY|token-1-x|relay-client|127\.0\.0\.1/);
    const routes = [...text.matchAll(/route="([^"]*)"/g)].map(([, route]) => route);
    expect(new Set(routes)).toEqual(new Set(['/token', '/session', 'other']));
  });

  it('is described in the documentation, metric by metric', async () => {
    const page = readFileSync(join(__dirname, '../../../../docs/guides/monitoring.md'), 'utf8');
    const names = [...(await scrape()).text.matchAll(/^# TYPE (genesys_auth_relay_\w+)/gm)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(9);
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('createRelayMetrics', () => {
  it('adds the metrics of a mounted relay to those of its host', async () => {
    process.env[SECRET_ENV] = 'relay-secret';
    const upstream = await startTokenServer();
    const registry = new Registry();
    new Counter({ name: 'host_things_total', help: 'of the host', registers: [registry] }).inc();
    const metrics = createRelayMetrics({ registry });
    const app = Fastify();
    await app.register(genesysAuthRelay, {
      prefix: '/genesys',
      config: configFor(upstream),
      runtime: { observer: metrics.observer }
    });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    await ask(`${url}/genesys/token`, fromHere());
    metrics.setReady(true);
    const values = samples(await metrics.text());
    expect(values.get('host_things_total')).toBe(1);
    expect(values.get('request_duration_seconds_count{route="/token",status="200"}')).toBe(1);
    expect(values.get('ready')).toBe(1);
    expect(values.has('process_cpu_seconds_total')).toBe(false);
    await app.close();
    await upstream.close();
  });

  it('adds up the hubs of several relays, and of one that is closed and made again', async () => {
    process.env[SECRET_ENV] = 'relay-secret';
    const server = await startNotificationServer();
    const metrics = createRelayMetrics();
    const topic = 'v2.analytics.queues.q1.observations';
    const start = async () => {
      const config = configFor(server, {
        scopes: ['analytics', 'notifications'],
        roles: { developer: { scopes: ['analytics', 'notifications'] } },
        notifications: {}
      });
      const relay = await startRelay(config, { observer: metrics.observer });
      const page = await openPage(relay.url);
      await page.subscribe([topic]);
      return { relay, page };
    };
    const read = async () => {
      const values = samples(await metrics.text());
      return ['hub_clients', 'hub_topics', 'hub_channels', 'hub_events_total'].map((name) => values.get(name));
    };
    const reads = async (...expected: number[]) => {
      // The expectation shows what differs when it does not come to that.
      await until(async () => isDeepStrictEqual(await read(), expected)).catch(() => undefined);
      expect(await read()).toEqual(expected);
    };
    const first = await start();
    const second = await start();
    server.emit(topic, {});
    await reads(2, 2, 2, 2);
    await first.relay.close();
    await reads(1, 1, 1, 2);
    const third = await start();
    server.emit(topic, {});
    await reads(2, 2, 2, 4);
    await second.relay.close();
    await third.relay.close();
    await reads(0, 0, 0, 4);
    for (const { page } of [first, second, third]) page.close();
    await server.close();
  });

  it('shows how many hubs have which role', async () => {
    const metrics = createRelayMetrics();
    metrics.observer.hubRole?.('starting', undefined);
    metrics.observer.hubRole?.('leading', 'starting');
    metrics.observer.hubRole?.('following', undefined);
    metrics.observer.hubRole?.(undefined, 'following');
    const values = samples(await metrics.text());
    const roles = ['starting', 'leading', 'following'].map((role) => values.get(`hub_role{role="${role}"}`));
    expect(roles).toEqual([0, 1, 0]);
  });
});
