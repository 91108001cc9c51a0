import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, type Socket, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Sandbox, createSandbox } from 'genesys-sandbox';
import { type RelayConfigInput, type RunningRelay, parseRelayConfig, startRelay } from '../index.ts';
import { type TestRedis, describeWithRedis, startRedis } from '../testing/redis.ts';
import {
  ANN,
  BOB,
  type Browser,
  SIGN_IN_CLIENT,
  createBrowser,
  moved,
  signInConfig
} from '../../test/sign-in-setup.ts';
import { nameOf } from './sessions.ts';

const BUILT = join(__dirname, '../../dist/cli.js');
const ME = '/api/v2/users/me';
/** The command that writes new tokens contains it, and no other command does. */
const WRITE_OF_TOKENS = "redis.call('SET', KEYS[1], ARGV[2], 'PX', life)";

describeWithRedis('a relay that fails between the answer to a refresh and the write to the store', () => {
  const ENV = { SIGN_IN_SECRET: 'CANARY-sign-in-secret', KEY: randomBytes(32).toString('base64') };
  const folder = mkdtempSync(join(tmpdir(), 'relay-killed-'));
  let redis: TestRedis;
  let sandbox: Sandbox;
  /** Between the failing relay and the store. */
  let gate: Server;
  /** Called in place of forwarding the write of new tokens. */
  let onWrite: () => void;
  let failing: ChildProcess;
  let other: RunningRelay;
  /** The browsers of two users, at the other relay. */
  let ann: Browser;
  let bob: Browser;
  /** The browser of Ann at the failing relay. */
  let annAtFailing: Browser;

  const configWith = (url: string): RelayConfigInput =>
    signInConfig(sandbox, { config: { store: { redis: { url, key: { env: 'KEY' }, timeoutMs: 2000 } } } });

  async function signedIn(email: string): Promise<Browser> {
    const browser = createBrowser(other.url);
    await browser.signIn(email);
    await browser.session();
    return browser;
  }

  async function openGate(): Promise<string> {
    gate = createServer((relay) => {
      const store = connect(redis.port, '127.0.0.1');
      const pass = (from: Socket, to: Socket, forward: (bytes: Buffer) => void) => {
        from.on('data', forward);
        from.on('error', () => undefined);
        from.on('close', () => to.destroy());
      };
      pass(store, relay, (bytes) => relay.write(bytes));
      pass(relay, store, (bytes) => {
        if (bytes.includes(WRITE_OF_TOKENS)) onWrite();
        else store.write(bytes);
      });
    });
    await once(gate.listen(0, '127.0.0.1'), 'listening');
    return `redis://127.0.0.1:${String(Reflect.get(Object(gate.address()), 'port'))}`;
  }

  /** Starts the failing relay as a process of its own, and returns its URL. */
  async function startFailing(): Promise<string> {
    const file = join(folder, 'relay.json');
    writeFileSync(file, JSON.stringify({ ...configWith(await openGate()), log: { level: 'info' } }));
    const started = spawn(process.execPath, [BUILT, 'serve', '--config', file], { env: { ...process.env, ...ENV } });
    failing = started;
    for await (const line of createInterface(started.stdout)) {
      const [, url] = /listens on (\S+)/.exec(line) ?? [];
      if (url !== undefined) return url;
    }
    throw new Error('the relay did not start');
  }

  const leaseOfAnn = () => `genesys-auth:{session:${nameOf([...ann.cookies.values()][0] ?? '')}}:lease`;

  async function onlyAnnSignsInAgain(): Promise<void> {
    expect(await ann.send(ME)).toMatchObject({ status: 401, body: { code: 'session_ended' } });
    expect((await bob.send(ME)).body).toMatchObject({ email: BOB });
    await ann.signIn(ANN);
    await ann.session();
    expect((await ann.send(ME)).body).toMatchObject({ email: ANN });
  }

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => {
    await redis.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    await redis.client.flushall();
    sandbox = await createSandbox({ clients: [SIGN_IN_CLIENT] });
    other = await startRelay(parseRelayConfig(configWith(redis.url), ENV));
    const url = await startFailing();
    [ann, bob] = [await signedIn(ANN), await signedIn(BOB)];
    annAtFailing = moved(ann, url);
    // The next call of Ann needs new tokens.
    sandbox.faults.add({ type: 'revokeTokens', email: ANN });
  });
  afterEach(async () => {
    failing.kill('SIGKILL');
    gate.close();
    await other.close();
    await sandbox.close();
  });

  it('ends at most that session when it is killed', async () => {
    const ended = once(failing, 'exit');
    onWrite = () => failing.kill('SIGKILL');
    await expect(annAtFailing.send(ME)).rejects.toThrow(/ECONNRESET|socket hang up/);
    expect(await ended).toEqual([null, 'SIGKILL']);
    // Two sign-ins, and the refresh that Genesys Cloud has answered. The refresh token in the store is used up.
    expect(sandbox.tokenRequestCount()).toBe(3);
    // The lease expires, because the relay did not release it.
    expect(await redis.client.pttl(leaseOfAnn())).toBeGreaterThan(0);
    await redis.client.del(leaseOfAnn());
    await onlyAnnSignsInAgain();
  });

  it('ends at most that session, and revokes the new token, when the store does not answer it', async () => {
    // The write gets no answer, and neither do later commands.
    onWrite = () => {
      redis.freeze();
    };
    expect(await annAtFailing.send(ME)).toMatchObject({ status: 503, body: { code: 'identity_unavailable' } });
    redis.thaw();
    await vi.waitFor(() => {
      expect(sandbox.liveTokenCount()).toBe(1);
    });
    await redis.client.del(leaseOfAnn());
    await onlyAnnSignsInAgain();
  });
});
