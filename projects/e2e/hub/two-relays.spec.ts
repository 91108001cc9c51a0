import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SANDBOX_CLIENT, type Sandbox, createSandbox } from 'genesys-sandbox';
import WebSocket from 'ws';
import { freePort } from '../../../scripts/lib/free-port.cjs';
import { spawnRedis } from '../../../scripts/lib/redis-server.cjs';
import { findRedis } from '../../../scripts/lib/tools.cjs';
import { newApiKey } from '../support/api-key.ts';
import { until } from '../support/until.ts';

interface Frame {
  readonly method?: string;
  readonly id?: number;
  readonly params?: { readonly topics?: readonly string[]; readonly event?: { readonly eventBody: { n: number } } };
}

const { key, sha256 } = newApiKey();

/** A program that listens, and goes to the other relay when its own is gone. */
function browser(urls: readonly string[], topic: string) {
  const seen: number[] = [];
  const gaps: (readonly string[])[] = [];
  let socket: WebSocket | undefined;
  let at = 0;
  let answered = 0;
  let over = false;
  const connect = () => {
    const next = new WebSocket(`${(urls[at] ?? '').replace('http', 'ws')}/notifications`, {
      headers: { authorization: `Bearer ${key}` }
    });
    socket = next;
    next.on('open', () => {
      next.send(JSON.stringify({ id: 1, method: 'subscribe', params: { channels: [topic] } }));
    });
    next.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as Frame;
      if (frame.id === 1) answered += 1;
      if (frame.method === 'gap') gaps.push(frame.params?.topics ?? []);
      if (frame.method === 'event' && frame.params?.event) seen.push(frame.params.event.eventBody.n);
    });
    next.on('error', () => undefined);
    next.on('close', () => {
      if (over) return;
      at = (at + 1) % urls.length;
      setTimeout(connect, 50);
    });
  };
  connect();
  return {
    seen,
    gaps,
    answers: () => answered,
    close() {
      over = true;
      socket?.terminate();
    }
  };
}

// Without Redis `npm test` ends with a loud "NOT RUN".
(findRedis() === undefined ? describe.skip : describe)('two relays, each a process, with Redis', () => {
  const children: ChildProcess[] = [];
  const clients: { close(): void }[] = [];
  const dir = mkdtempSync(join(tmpdir(), 'hub-redis-'));
  let sandbox: Sandbox;
  let redisUrl = '';

  async function startRelay(): Promise<{ url: string; child: ChildProcess }> {
    const config = {
      mode: 'token',
      listen: { host: '127.0.0.1', port: 0 },
      admin: false,
      genesys: {
        tokenEndpoint: sandbox.tokenEndpoint,
        apiOrigin: sandbox.apiOrigin,
        client: { id: SANDBOX_CLIENT.id, secret: { env: 'SECRET' } }
      },
      store: { redis: { url: redisUrl, key: { env: 'STORE_KEY' }, timeoutMs: 2000 } },
      scopes: ['analytics', 'users', 'voicemail', 'notifications'],
      identities: [{ type: 'apiKey', keys: [{ id: 'board', sha256, roles: ['board'] }] }],
      roles: { board: { scopes: ['voicemail', 'notifications'] } },
      notifications: { clientsPerCaller: 50 },
      log: { level: 'silent' }
    };
    const child = spawn(process.execPath, [join(__dirname, 'relay.mjs')], {
      env: { ...process.env, CONFIG: JSON.stringify(config), SECRET: SANDBOX_CLIENT.secret, STORE_KEY: storeKey },
      stdio: ['ignore', 'pipe', 'inherit']
    });
    children.push(child);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return { url: line.toString().trim(), child };
  }
  const storeKey = randomBytes(32).toString('base64');

  beforeAll(async () => {
    sandbox = await createSandbox();
    const port = await freePort();
    redisUrl = `redis://127.0.0.1:${port}`;
    const args = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no', '--dir', dir];
    children.push(await spawnRedis(args, port));
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    for (const child of children) child.kill('SIGKILL');
    await sandbox.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('subscribes a topic once, and killing the one that listens costs at most one reported gap', async () => {
    const topic = 'v2.users.4750048b-1994-41d4-8410-a5760c49a6cd.voicemail.messages';
    const [first, second] = [await startRelay(), await startRelay()];
    const urls = [first.url, second.url];
    const all = [urls, [...urls].reverse(), urls, [...urls].reverse()].map((order) => browser(order, topic));
    clients.push(...all);
    await until(() => all.every((client) => client.answers() === 1), 'every subscription');
    let n = 0;
    const send = () => {
      n += 1;
      sandbox.publish(topic, { n });
    };
    const arrives = async (what: string) => {
      await until(() => {
        send();
        return all.every(({ seen }) => seen.includes(n - 5));
      }, what);
    };
    await arrives('events on both');
    const holders = sandbox.channels.filter(({ topics }) => topics.length > 0);
    expect(holders).toHaveLength(1);
    expect(all.flatMap(({ gaps }) => gaps)).toEqual([]);

    first.child.kill('SIGKILL');
    await until(() => all.every((client, index) => client.answers() === (index % 2 === 0 ? 2 : 1)), 'the move');
    await arrives('events after the kill');
    for (const { gaps, seen } of all) {
      expect(gaps.length).toBeLessThanOrEqual(1);
      // What was missed lies in one hole, which a gap tells of; nothing comes twice or out of order.
      expect([...seen].sort((a, b) => a - b)).toEqual([...new Set(seen)]);
      const holes = seen.filter((value, index) => index > 0 && value !== (seen[index - 1] ?? 0) + 1).length;
      expect(holes).toBeLessThanOrEqual(gaps.length);
    }
  });
});

it('uses the relay that was built', () => {
  expect(spawnSync(process.execPath, ['-e', "import('genesys-auth-relay')"], { cwd: __dirname }).status).toBe(0);
});
