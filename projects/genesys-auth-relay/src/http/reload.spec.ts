import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RelayConfigInput, type RunningRelay, parseRelayConfig, startRelay } from '../index.ts';
import { systemClock } from '../runtime/clock.ts';
import { silentLogger } from '../runtime/runtime.ts';
import { ask, asForm, basic, fromHere } from '../testing/ask.ts';
import { KEY, SECRET_ENV, configFor, newKey } from '../testing/config.ts';
import { type TokenServer, replyWith, startTokenServer, tokenNumber } from '../testing/token-server.ts';
import { until } from '../testing/until.ts';

describe('a relay that serves while its configuration changes', () => {
  let server: TokenServer;
  let relay: RunningRelay;
  let dir: string;
  const told: string[] = [];
  const observer = {
    reloaded: (what: string, outcome: string) => {
      told.push(`${what} ${outcome}`);
    }
  };
  beforeEach(async () => {
    process.env[SECRET_ENV] = 'relay-secret';
    server = await startTokenServer();
    dir = mkdtempSync(join(tmpdir(), 'relay-reload-'));
    told.length = 0;
  });
  afterEach(async () => {
    await relay.close();
    await server.close();
    rmSync(dir, { recursive: true, force: true });
  });
  const token = (id = 'reports', key = KEY.key, scope = 'analytics') =>
    ask(`${relay.url}/token`, asForm({ grant_type: 'client_credentials', scope }, { authorization: basic(id, key) }));
  const secrets = () =>
    server.received.map(
      ({ headers }) =>
        Buffer.from((headers.authorization ?? '').replace('Basic ', ''), 'base64')
          .toString()
          .split(':')[1]
    );

  it('serves new callers, forgets old ones, and keeps its live tokens', async () => {
    relay = await startRelay(configFor(server), { observer });
    const before = await token();
    const other = newKey();
    const identities: RelayConfigInput['identities'] = [
      { type: 'apiKey', keys: [{ id: 'new', sha256: other.sha256, roles: ['developer'] }] }
    ];
    await relay.reload(configFor(server, { identities }));
    const after = await token('new', other.key);
    expect(after.body['access_token']).toBe(before.body['access_token']);
    expect((await token()).status).toBe(401);
    expect(server.received).toHaveLength(1);
    expect(told).toEqual(['config applied']);
  });

  it('does not refill the limit of sets of scopes', async () => {
    const config = configFor(server, { limits: { scopeSetsPerCaller: 1 } });
    relay = await startRelay(config);
    expect((await token()).status).toBe(200);
    await relay.reload(config);
    expect((await token('reports', KEY.key, 'routing')).body).toMatchObject({ code: 'rate_limited' });
  });

  it('keeps the old configuration when the new one is wrong', async () => {
    relay = await startRelay(configFor(server), { observer });
    await expect(relay.reload(configFor(server, { scopes: [] }))).rejects.toMatchObject({ code: 'config_invalid' });
    await expect(relay.reload(Promise.reject(new Error('no such file')))).rejects.toThrow('no such file');
    expect((await token()).status).toBe(200);
    expect(told).toEqual(['config refused', 'config refused']);
  });

  it.each(['proxy', 'token'] as const)('refuses to change its mode: %s', async (mode) => {
    relay = await startRelay(configFor(server, { mode }), { observer });
    const other = mode === 'proxy' ? 'token' : 'proxy';
    await expect(relay.reload(configFor(server, { mode: other }))).rejects.toMatchObject({
      code: 'config_invalid',
      issues: [{ key: 'mode', fix: expect.stringContaining('restart') }]
    });
    expect((await token()).body['code']).toBe(mode === 'proxy' ? 'proxy_mode' : undefined);
    expect(told).toEqual(['config refused']);
  });

  it('names changes that need a restart', async () => {
    const lines: object[] = [];
    const log = { ...silentLogger, info: (fields: object) => lines.push(fields) };
    relay = await startRelay(configFor(server), { observer, log });
    const limits = {
      bodyBytes: 1000,
      requestTimeoutMs: 1000,
      headersTimeoutMs: 1000,
      drainMs: 1,
      requestsPerMinute: 1
    };
    await relay.reload(configFor(server, { limits, hsts: { includeSubDomains: true } }));
    const needRestart = ['hsts', 'bodyBytes', 'headersTimeoutMs', 'requestTimeoutMs', 'drainMs'].map((key) =>
      key === 'hsts' ? key : `limits.${key}`
    );
    expect(lines).toContainEqual({ event: 'config_reloaded', needRestart });
  });

  it('serves reloads in their order, however long one takes to come', async () => {
    relay = await startRelay(configFor(server), { observer });
    const granting = (scope: string) => configFor(server, { roles: { developer: { scopes: [scope] } } });
    let come: ((config: RelayConfigInput) => void) | undefined;
    const slow = relay.reload(new Promise<RelayConfigInput>((resolve) => (come = resolve)));
    const broken = relay.reload(Promise.reject(new Error('no such file'))).catch((error: unknown) => error);
    const last = relay.reload(granting('routing'));
    come?.(granting('analytics'));
    expect(await broken).toMatchObject({ message: 'no such file' });
    await Promise.all([slow, last]);
    expect(told).toEqual(['config applied', 'config refused', 'config applied']);
    expect((await token('reports', KEY.key, 'routing')).status).toBe(200);
    expect((await token('reports', KEY.key, 'analytics')).body['code']).toBe('scope_not_allowed');
  });

  it('finishes open requests with the old configuration', async () => {
    relay = await startRelay(configFor(server), { observer });
    let release = (): void => undefined;
    server.answerWith((response) => {
      release = () => response.end(JSON.stringify({ access_token: 'slow', token_type: 'Bearer' }));
    });
    const begun = token();
    await until(() => server.received.length === 1);
    await relay.reload(configFor(server));
    release();
    expect((await begun).body['access_token']).toBe('slow');
  });

  it.each(['a token', 'the verification of a token'])(
    'finishes with the old configuration what waits for %s, however long it takes',
    async (what) => {
      // The old configuration is given up as soon as nothing needs it.
      const clock = { ...systemClock, sleep: () => Promise.resolve() };
      relay = await startRelay(configFor(server), { observer, clock });
      const held: (() => void)[] = [];
      const hold = (response: ServerResponse) =>
        held.push(() => response.end(JSON.stringify({ access_token: 'slow', token_type: 'Bearer' })));
      let begun;
      if (what === 'a token') {
        server.answerWith(hold);
        begun = token();
      } else {
        await token();
        server.verifyWith(hold);
        begun = ask(
          `${relay.url}/token`,
          fromHere({ scopes: ['analytics'], rejected: createHash('sha256').update(tokenNumber(1)).digest('hex') })
        );
      }
      await until(() => held.length === 1, 'what it waits for');
      await relay.reload(configFor(server));
      expect((await ask(`${relay.url}/session`, { ...fromHere(), method: 'GET' })).status).toBe(200);
      for (const release of held) release();
      expect((await begun).body['access_token']).toBe(what === 'a token' ? 'slow' : tokenNumber(1));
    }
  );

  it('fails no request while it is reloaded again and again', async () => {
    const limits = { requestsPerMinute: 1_000_000 };
    relay = await startRelay(configFor(server, { limits }), { observer });
    // A token that is being fetched while the relay is reloaded is fetched again, a live one is kept.
    expect((await ask(`${relay.url}/token`, fromHere())).status).toBe(200);
    let running = true;
    const statuses: number[] = [];
    const callers = Array.from({ length: 5 }, async () => {
      while (running) statuses.push((await ask(`${relay.url}/token`, fromHere())).status);
    });
    for (let round = 0; round < 10; round++) {
      const before = statuses.length;
      await relay.reload(configFor(server, { limits }));
      await until(() => statuses.length > before, 'an answer after the reload');
    }
    running = false;
    await Promise.all(callers);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(server.received).toHaveLength(1);
  });

  describe('13.3.4 with its secret in a file', () => {
    const start = async (file: string) => {
      const config = configFor(server, {}, { client: { id: 'relay-client', secret: { file } } });
      relay = await startRelay(parseRelayConfig(config, process.env, dir), { observer });
    };

    it('takes over a new secret at once, also after a refusal', async () => {
      writeFileSync(join(dir, 'secret'), 'first\n');
      await start('secret');
      server.answerWith(replyWith(401, { error: 'invalid_client' }));
      expect((await token()).body['code']).toBe('upstream_invalid_client');
      server.answerWith({});
      writeFileSync(join(dir, 'secret'), 'second\n');
      await until(() => told.includes('secret applied'));
      expect((await token()).body['access_token']).toBe(tokenNumber(2));
      expect(secrets()).toEqual(['first', 'second']);
    });

    it('leaves nothing open of intermediate configurations when several reloads come at once', async () => {
      writeFileSync(join(dir, 'secret'), 'first');
      const config = configFor(server, {}, { client: { id: 'relay-client', secret: { file: 'secret' } } });
      const parsed = () => parseRelayConfig(config, process.env, dir);
      // What is replaced need not wait.
      const clock = { ...systemClock, sleep: () => Promise.resolve() };
      relay = await startRelay(parsed(), { observer, clock });
      await Promise.all([relay.reload(parsed()), relay.reload(parsed()), relay.reload(parsed())]);
      for (const secret of ['second', 'third']) {
        told.length = 0;
        writeFileSync(join(dir, 'secret'), secret);
        await until(() => told.length > 0);
        await token();
        // Each that is still there would say so for itself.
        expect(told).toEqual(['secret applied']);
      }
    });

    it('sees the link that Kubernetes turns to a new folder', async () => {
      for (const version of ['one', 'two']) {
        mkdirSync(join(dir, version));
        writeFileSync(join(dir, version, 'secret'), `secret-${version}`);
      }
      symlinkSync('one', join(dir, '..data'));
      symlinkSync(join('..data', 'secret'), join(dir, 'secret'));
      await start('secret');
      await token();
      symlinkSync('two', join(dir, '..data_tmp'));
      renameSync(join(dir, '..data_tmp'), join(dir, '..data'));
      await until(() => told.includes('secret applied'));
      await token('reports', KEY.key, 'routing');
      expect(secrets()).toEqual(['secret-one', 'secret-two']);
    });

    it('keeps the old secret when the file is empty or missing, and logs it once', async () => {
      writeFileSync(join(dir, 'secret'), 'first');
      await start('secret');
      writeFileSync(join(dir, 'secret'), '');
      await until(() => told.includes('secret refused'));
      rmSync(join(dir, 'secret'));
      expect((await token()).status).toBe(200);
      expect(secrets()).toEqual(['first']);
      writeFileSync(join(dir, 'secret'), 'second');
      await until(() => told.includes('secret applied'));
      expect(told).toEqual(['secret refused', 'secret applied']);
    });
  });
});
