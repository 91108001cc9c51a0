import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ask, fromHere } from '../testing/ask.ts';
import { KEY } from '../testing/config.ts';
import { type TokenServer, startTokenServer } from '../testing/token-server.ts';
import { until } from '../testing/until.ts';
import { run } from './run.ts';

const BUILT = join(__dirname, '../../dist/cli.js');
const folder = mkdtempSync(join(tmpdir(), 'relay-cli-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function command(...args: string[]) {
  let out = '';
  let err = '';
  const outcome = await run(args, '1.2.3', { out: (text) => (out += text), err: (text) => (err += text) });
  return { ...outcome, out, err };
}

function fileWith(content: object, name = 'relay.json'): string {
  writeFileSync(join(folder, name), JSON.stringify(content));
  return join(folder, name);
}

const configOf = (server: TokenServer, port = 0) => ({
  mode: 'token',
  listen: { port },
  admin: { port: 0 },
  genesys: {
    tokenEndpoint: server.tokenEndpoint,
    apiOrigin: server.apiOrigin,
    client: { id: 'relay-client', secret: { file: 'secret.txt' } }
  },
  scopes: ['analytics', 'routing'],
  identities: [
    { type: 'loopback', roles: ['developer'] },
    { type: 'apiKey', keys: [{ id: 'reports', sha256: KEY.sha256, roles: ['developer'] }] }
  ],
  roles: { developer: { scopes: ['analytics', 'routing'], defaultScopes: ['analytics'] } }
});

describe('genesys-auth-relay', () => {
  let server: TokenServer;
  beforeAll(async () => {
    server = await startTokenServer();
    writeFileSync(join(folder, 'secret.txt'), 'CANARY-secret\n');
  });
  afterAll(() => server.close());

  it.each(['--help', '-h', 'help'])('%s explains the commands', async (flag) => {
    const { exitCode, out } = await command(flag);
    expect(exitCode).toBe(0);
    for (const name of ['serve', 'check', 'hash-key', '--config']) expect(out).toContain(name);
  });

  it('--version prints the version', async () => {
    expect(await command('--version')).toMatchObject({ exitCode: 0, out: '1.2.3\n' });
  });

  it.each([[[]], [['fly']], [['serve']], [['check']], [['serve', '--port', '1']], [['check', 'a', 'b']]])(
    '%j is wrong use: exit code 2 and the usage',
    async (args) => {
      const { exitCode, out, err } = await command(...args);
      expect(exitCode).toBe(2);
      expect(out).toBe('');
      expect(err).toContain('Usage:');
    }
  );

  it('hash-key makes another 256-bit key each time, with its hash for the configuration', async () => {
    const [first, second] = [await command('hash-key'), await command('hash-key')];
    const [key = ''] = /gak_[\w-]{43}/.exec(first.out) ?? [];
    expect(first.out).toContain(createHash('sha256').update(key).digest('hex'));
    expect(second.out).not.toContain(key);
  });

  it('check describes the configuration and prints no secret', async () => {
    const { exitCode, out } = await command('check', '--config', fileWith(configOf(server)));
    expect(exitCode).toBe(0);
    expect(out).toMatch(/The configuration is valid/);
    expect(out).toContain(server.tokenEndpoint);
    expect(out).not.toContain('CANARY');
  });

  it('check lists the session as identity where users sign in, also where it is the only one', async () => {
    const config = {
      ...configOf(server),
      mode: 'proxy',
      identities: undefined,
      signIn: {
        client: { id: 'sign-in-client', secret: { file: 'secret.txt' } },
        redirectUri: 'https://app.example.com/genesys/sign-in/callback',
        appUrl: 'https://app.example.com/',
        organizations: ['org'],
        roles: { developer: { everyone: true } }
      }
    };
    const { out } = await command('check', '--config', fileWith(config, 'sign-in.json'));
    expect(out).toMatch(/^identities +session$/m);
  });

  it('check describes the section dev, which is not enough for serve', async () => {
    const file = fileWith(
      { ...configOf(server), identities: undefined, dev: { roles: ['developer'], hosts: ['desk.test'] } },
      'dev.json'
    );
    const checked = await command('check', '--config', file);
    expect(checked.exitCode).toBe(0);
    expect(checked.out).toMatch(/development +roles developer, at localhost, desk\.test/);
    expect(checked.out).toContain('warning: The section dev is used by genesys-auth-relay dev only.');
    const served = await command('serve', '--config', file);
    expect(served.exitCode).toBe(1);
    expect(served.err).toMatch(/identities: is missing\n.*run "genesys-auth-relay dev"/);
  });

  it.each(['check', 'serve'])('%s stops with exit code 1 and one readable message at a mistake', async (name) => {
    const file = fileWith({ ...configOf(server), scops: [], scopes: [] }, 'wrong.json');
    const { exitCode, out, err } = await command(name, '--config', file);
    expect(exitCode).toBe(1);
    expect(out).toBe('');
    expect(err).toMatch(/2 problems[^]*scops: unknown key[^]*did you mean "scopes"/);
  });

  it('serve says that its port is taken', async () => {
    const port = Number(new URL(server.apiOrigin).port);
    const { exitCode, err } = await command('serve', '--config', fileWith(configOf(server, port), 'taken.json'));
    expect(exitCode).toBe(1);
    expect(err).toMatch(new RegExp(`port ${port} on 127.0.0.1 already.*listen\\.port`));
  });

  describe('as built', () => {
    async function serve(file: string): Promise<{ child: ChildProcess; url: string; output: () => string }> {
      const child = spawn(process.execPath, [BUILT, 'serve', '--config', file], { stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const lines = createInterface(child.stdout);
      for await (const line of lines) {
        output += `${line}\n`;
        const [, url] = /listens on (\S+)/.exec(line) ?? [];
        if (url !== undefined) {
          lines.on('line', (more) => (output += more));
          return { child, url, output: () => output };
        }
      }
      throw new Error(`it did not start: ${output}`);
    }

    it('serves one token, keeps its secrets out of its output, and ends with 0 at Ctrl-C', async () => {
      const { child, url, output } = await serve(fileWith(configOf(server), 'built.json'));
      const answer = await ask(`${url}/token`, fromHere({ scopes: ['routing'] }));
      expect(answer).toMatchObject({ status: 200, body: { scope: 'routing' } });
      const ended = once(child, 'exit');
      child.kill('SIGINT');
      expect(await ended).toEqual([0, null]);
      expect(output()).toContain('(token mode, grant: client_credentials)');
      expect(output()).not.toContain('CANARY-secret');
      expect(output()).not.toContain(String(answer.body['access_token']));
    });

    it('13.3.4 reads its configuration again at SIGHUP, and keeps the old one when the new one is wrong', async () => {
      const config = configOf(server);
      const { child, url, output } = await serve(fileWith(config, 'hangup.json'));
      const said = (text: string) => until(() => output().includes(text), `'${text}' in the output`);
      const scopes = ['routing'];
      fileWith({ ...config, scopes: [] }, 'hangup.json');
      child.kill('SIGHUP');
      await said('fix:');
      expect((await ask(`${url}/token`, fromHere({ scopes }))).status).toBe(200);
      fileWith({ ...config, roles: { developer: { scopes: ['analytics'] } } }, 'hangup.json');
      child.kill('SIGHUP');
      await said('The configuration was read again.');
      expect((await ask(`${url}/token`, fromHere({ scopes }))).body['code']).toBe('scope_not_allowed');
      const ended = once(child, 'exit');
      child.kill('SIGINT');
      expect(await ended).toEqual([0, null]);
    });

    it('F14 drains at SIGTERM and ends with 0', async () => {
      const file = fileWith({ ...configOf(server), limits: { drainMs: 50 } }, 'drain.json');
      const { child } = await serve(file);
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
    });

    it('F14 ends at the second signal, however long it would drain', async () => {
      const { child, url } = await serve(
        fileWith({ ...configOf(server), limits: { drainMs: 60_000 } }, 'long-drain.json')
      );
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const drains = async () =>
        (await ask(`${url}/token`, fromHere({ scopes: ['routing'] }))).headers['connection'] === 'close';
      await until(drains, 'the start of the drain');
      child.kill('SIGTERM');
      expect(await ended).toEqual([1, null]);
    });

    it('ends with 1 and the list of problems when the configuration does not hold', async () => {
      const child = spawn(process.execPath, [BUILT, 'check', '--config', join(folder, 'no.yaml')]);
      let err = '';
      child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
      expect(await once(child, 'close')).toEqual([1, null]);
      expect(err).toMatch(/cannot be read \(ENOENT\)/);
    });
  });
});
