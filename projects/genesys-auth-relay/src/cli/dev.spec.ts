import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ask } from '../testing/ask.ts';
import { startForwardProxy } from '../testing/forward-proxy.ts';
import { type TokenServer, startTokenServer } from '../testing/token-server.ts';
import { until } from '../testing/until.ts';
import { run } from './run.ts';

const SANDBOX_PACKAGE = join(__dirname, '../../../genesys-sandbox');

describe('genesys-auth-relay dev', () => {
  let server: TokenServer;
  let folder: string;
  const running: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    server = await startTokenServer();
  });
  afterAll(() => server.close());
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'relay-dev-')));
  });
  afterEach(async () => {
    for (const close of running.splice(0)) await close();
    rmSync(folder, { recursive: true });
  });

  const at = (name: string) => join(folder, name);
  const configFile = (more: object = {}) => {
    const text = stringify({
      listen: { port: 0 },
      genesys: {
        tokenEndpoint: server.tokenEndpoint,
        apiOrigin: server.apiOrigin,
        client: { id: 'relay-client', secret: { env: 'DEV_SPEC_SECRET' } }
      },
      mode: 'token',
      scopes: ['analytics', 'routing'],
      roles: { developer: { scopes: ['analytics'] }, admin: { scopes: ['analytics', 'routing'] } },
      acceptSharedPrivileges: true,
      dev: { roles: ['developer'] },
      log: { level: 'silent' },
      ...more
    });
    writeFileSync(at('relay.yaml'), text);
  };

  async function start(...args: string[]) {
    let out = '';
    let err = '';
    const outcome = await run(['dev', '--config', at('relay.yaml'), ...args], '1.2.3', {
      out: (text) => (out += text),
      err: (text) => (err += text)
    });
    const { relay, ready = '' } = outcome;
    if (relay !== undefined) running.push(relay.close);
    const url = /(http:\/\/127\.0\.0\.1:\d+) \(/.exec(ready)?.[1] ?? '';
    return { ...outcome, ready, url, out: () => out, err: () => err };
  }

  const lastUrl = (text: string) => /(http:\/\/\S+?)\.\n$/.exec(text)?.[1] ?? '';
  const key = () => readFileSync(at('.genesys-auth-relay/dev-key'), 'utf8');
  const session = (url: string) =>
    ask(`${url}/session`, {
      method: 'GET',
      headers: { 'x-genesys-auth': '1', 'x-genesys-dev-key': key(), 'x-forwarded-host': 'localhost:4200' }
    });

  it('reads .env, writes a key for the dev server, and prints neither', async () => {
    configFile();
    writeFileSync(at('.env'), 'DEV_SPEC_SECRET=CANARY-secret\n');
    const { exitCode, ready, url, out, err } = await start();
    expect({ exitCode, err: err() }).toEqual({ exitCode: 0, err: '' });
    expect(await session(url)).toMatchObject({ status: 200, body: { identity: 'dev', roles: ['developer'] } });
    expect(statSync(at('.genesys-auth-relay/dev-key')).mode & 0o777).toBe(0o600);
    expect(key()).toMatch(/^[\w-]{43}$/);
    expect(readFileSync(at('.genesys-auth-relay/.gitignore'), 'utf8')).toBe('*\n');
    expect(ready).toMatch(/npm start/);
    expect(ready).toContain('.env');
    expect(ready + out()).not.toContain(key());
    expect(ready + out()).not.toContain('CANARY');
  });

  it('takes port and log level from .env, and the organization of the sandbox in place of an empty variable', async () => {
    configFile({
      mode: 'proxy',
      genesys: { region: 'mypurecloud.de', client: { id: 'a', secret: { env: 'DEV_SPEC_SECRET' } } },
      cors: { origins: ['https://${GENESYS_ORGANIZATION_ID}.example'] },
      listen: { port: 1 }
    });
    mkdirSync(at('node_modules'));
    symlinkSync(SANDBOX_PACKAGE, at('node_modules/genesys-sandbox'));
    writeFileSync(at('.env'), 'DEV_SPEC_SECRET=CANARY-secret\nGENESYS_ORGANIZATION_ID=\nPORT=0\nLOG_LEVEL=silent\n');
    const { exitCode, url, err } = await start('--sandbox');
    expect({ exitCode, err: err() }).toEqual({ exitCode: 0, err: '' });
    expect(await session(url)).toMatchObject({ status: 200 });
  });

  it('ignores HOST, and prints the address that the file gives', async () => {
    vi.stubEnv('HOST', '127.0.0.2');
    try {
      configFile();
      writeFileSync(at('.env'), 'DEV_SPEC_SECRET=CANARY-secret\nHOST=127.0.0.2\n');
      const { url, ready } = await start();
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:/);
      expect(ready).not.toContain('bound to');
      configFile({ listen: { host: '0.0.0.0', port: 0 } });
      expect((await start()).ready).toMatch(/relay +http:\/\/127\.0\.0\.1:\d+ \(bound to 0\.0\.0\.0, token mode\)/);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('writes a new key at each start, in place of any other file', async () => {
    configFile();
    writeFileSync(at('.env'), 'DEV_SPEC_SECRET=CANARY-secret\n');
    mkdirSync(at('.genesys-auth-relay'), { mode: 0o777 });
    const known = 'B'.repeat(43);
    writeFileSync(at('.genesys-auth-relay/dev-key'), known);
    const first = await start();
    const before = key();
    expect(before).not.toBe(known);
    expect((await session(first.url)).status).toBe(200);
    await first.relay?.close();
    const second = await start();
    expect(key()).not.toBe(before);
    expect((await session(second.url)).status).toBe(200);
    expect(readdirSync(at('.genesys-auth-relay')).sort()).toEqual(['.gitignore', 'dev-key']);
    expect(statSync(at('.genesys-auth-relay')).mode & 0o777).toBe(0o700);
  });

  it('replaces a link in the place of the key, and leaves its target as it is', async () => {
    configFile();
    writeFileSync(at('.env'), 'DEV_SPEC_SECRET=CANARY-secret\n');
    writeFileSync(at('other'), 'text', { mode: 0o644 });
    mkdirSync(at('.genesys-auth-relay'));
    symlinkSync(at('other'), at('.genesys-auth-relay/dev-key'));
    const { url } = await start();
    expect((await session(url)).status).toBe(200);
    expect(lstatSync(at('.genesys-auth-relay/dev-key')).isFile()).toBe(true);
    expect(readFileSync(at('other'), 'utf8')).toBe('text');
    expect(statSync(at('other')).mode & 0o777).toBe(0o644);
  });

  it('leaves the key of a running relay when it cannot listen', async () => {
    configFile();
    writeFileSync(at('.env'), 'DEV_SPEC_SECRET=CANARY-secret\n');
    const { url } = await start();
    const { exitCode, err } = await start('--port', new URL(url).port);
    expect(exitCode).toBe(1);
    expect(err()).toContain('Another program has port');
    expect((await session(url)).status).toBe(200);
  });

  it('reads another file of variables, over which those of the shell win', async () => {
    configFile({ genesys: { region: '${DEV_SPEC_REGION}', client: { id: 'a', secret: { env: 'DEV_SPEC_SECRET' } } } });
    writeFileSync(at('variables'), 'DEV_SPEC_SECRET=CANARY-secret\nDEV_SPEC_REGION=mypurecloud.ie\n');
    process.env['DEV_SPEC_REGION'] = 'mypurecloud.de';
    try {
      const { url } = await start('--env-file', at('variables'));
      expect((await session(url)).body).toMatchObject({ region: 'mypurecloud.de' });
    } finally {
      delete process.env['DEV_SPEC_REGION'];
    }
  });

  it('applies a change of the file, keeps the old configuration when the new one is wrong, and restarts for another port', async () => {
    configFile();
    writeFileSync(at('.env'), 'DEV_SPEC_SECRET=CANARY-secret\n');
    const { url, out, err } = await start();
    configFile({ dev: { roles: ['admin'] } });
    await until(() => out().includes('again'), 'the change');
    expect((await session(url)).body['roles']).toEqual(['admin']);

    configFile({ scops: [] });
    await until(() => err().includes('The relay continues with the old configuration'), 'the refusal');
    expect(err()).toContain('scops: unknown key');
    expect((await session(url)).body['roles']).toEqual(['admin']);

    configFile({ mode: 'proxy' });
    await until(() => out().split('again').length > 2, 'the restart');
    expect((await session(lastUrl(out()))).body).toMatchObject({ mode: 'proxy', roles: ['developer'] });

    configFile({ mode: 'proxy', listen: { port: Number(new URL(server.apiOrigin).port) } });
    await until(() => err().includes('Another program has port'), 'the refusal of the port');
    await until(() => err().split('continues').length > 2, 'the second start');
    expect((await session(lastUrl(err()))).body).toMatchObject({ mode: 'proxy', roles: ['developer'] });
  });

  it('reaches other hosts through the proxy that a change of .env names', async () => {
    const proxy = await startForwardProxy();
    const client = { id: 'relay-client', secret: { env: 'DEV_SPEC_SECRET' } };
    configFile({
      genesys: { tokenEndpoint: 'https://login.example/oauth/token', apiOrigin: server.apiOrigin, client }
    });
    writeFileSync(at('.env'), 'DEV_SPEC_SECRET=CANARY-secret\n');
    const { out } = await start();
    writeFileSync(at('.env'), `DEV_SPEC_SECRET=CANARY-secret\nHTTPS_PROXY=http://${proxy.host}:${proxy.port}\n`);
    await until(() => lastUrl(out()) !== '', 'the change');
    await ask(`${lastUrl(out())}/token`, {
      headers: {
        'x-genesys-auth': '1',
        'x-genesys-dev-key': key(),
        'x-forwarded-host': 'localhost:4200',
        'content-type': 'application/json'
      },
      body: '{"scopes":["analytics"]}'
    });
    expect(proxy.tunnels).toContain('login.example:443');
    await proxy.close();
  });

  it('applies a change of .env', async () => {
    configFile({ dev: { roles: ['${DEV_SPEC_ROLE}'] } });
    writeFileSync(at('.env'), 'DEV_SPEC_SECRET=CANARY-secret\nDEV_SPEC_ROLE=developer\n');
    const { url, out } = await start();
    writeFileSync(at('.env'), 'DEV_SPEC_SECRET=CANARY-secret\nDEV_SPEC_ROLE=admin\n');
    await until(() => out().includes('again'), 'the change');
    expect((await session(url)).body['roles']).toEqual(['admin']);
  });

  describe('says what to do, once, and ends with 1', () => {
    async function refusal(...args: string[]) {
      const { exitCode, err, out, relay } = await start(...args);
      expect({ exitCode, relay }).toEqual({ exitCode: 1, relay: undefined });
      expect(out()).toBe('');
      return err();
    }

    it('without relay.yaml', async () => {
      expect(await refusal()).toMatch(
        /^.*relay\.yaml does not exist\. Run ".*genesys-auth-relay init".*"dev|--sandbox".*\n$/
      );
    });

    it('with a file that is not valid', async () => {
      configFile({ scops: [] });
      expect(await refusal()).toMatch(/scops: unknown key\n +fix: did you mean "scopes"/);
    });

    it('without the section dev', async () => {
      configFile({ dev: undefined });
      expect(await refusal()).toMatch(/dev: is missing\n +fix: .*dev: \{ roles: \[developer\] \}/);
    });

    it('when the port is taken', async () => {
      const { port } = new URL(server.apiOrigin);
      configFile();
      writeFileSync(at('.env'), 'DEV_SPEC_SECRET=CANARY-secret\n');
      expect(await refusal('--port', port)).toMatch(
        new RegExp(`^Another program has port ${port} .*--port.*proxy\\.conf\\.mjs\\.\n$`)
      );
    });

    it('when the sandbox is not installed', async () => {
      configFile();
      expect(await refusal('--sandbox')).toMatch(
        /^genesys-sandbox is not installed in .*npm install --save-dev .*\.tgz\n$/
      );
    });

    it('when the file of variables does not exist', async () => {
      configFile();
      expect(await refusal('--env-file', at('missing.env'))).toMatch(/missing\.env cannot be read \(ENOENT\)\.\n$/);
    });

    it('when the folder of the key is a link', async () => {
      configFile();
      writeFileSync(at('.env'), 'DEV_SPEC_SECRET=CANARY-secret\n');
      mkdirSync(at('other'), { mode: 0o755 });
      symlinkSync(at('other'), at('.genesys-auth-relay'));
      expect(await refusal()).toMatch(/\.genesys-auth-relay is a link\. Delete it/);
      expect(statSync(at('other')).mode & 0o777).toBe(0o755);
      expect(readdirSync(at('other'))).toEqual([]);
    });

    it('when a folder is in the place of the key', async () => {
      configFile();
      writeFileSync(at('.env'), 'DEV_SPEC_SECRET=CANARY-secret\n');
      mkdirSync(at('.genesys-auth-relay/dev-key'), { recursive: true });
      expect(await refusal()).toMatch(/cannot be written in .*\.genesys-auth-relay \(\w+\)\. Delete this folder/);
      expect(readdirSync(at('.genesys-auth-relay')).sort()).toEqual(['.gitignore', 'dev-key']);
    });

    it('when a file is in the place of the folder of the key', async () => {
      configFile();
      writeFileSync(at('.env'), 'DEV_SPEC_SECRET=CANARY-secret\n');
      writeFileSync(at('.genesys-auth-relay'), '');
      expect(await refusal()).toMatch(/\.genesys-auth-relay \((?:EEXIST|ENOTDIR)\)/);
    });
  });

  it.each([[['--prot', '8080']], [['--port', 'http']], [['--port', '70000']], [['extra']]])(
    '%j is wrong use',
    async (args) => {
      const { exitCode, err } = await start(...args);
      expect(exitCode).toBe(2);
      expect(err()).toContain('--port');
    }
  );

  describe('with the sandbox', () => {
    beforeEach(() => {
      mkdirSync(at('node_modules'));
      symlinkSync(SANDBOX_PACKAGE, at('node_modules/genesys-sandbox'), 'dir');
    });

    it('writes relay.yaml if there is none, and calls the sandbox with its own client', async () => {
      const { exitCode, out, err, ready, url } = await start('--sandbox', '--port', '0');
      expect({ exitCode, err: err() }).toEqual({ exitCode: 0, err: '' });
      expect(out()).toMatch(/relay\.yaml is new: the region mypurecloud\.de/);
      expect(readFileSync(at('relay.yaml'), 'utf8')).toContain('region: mypurecloud.de');
      expect(ready).toContain('sandbox-development-secret (public');
      expect((await session(url)).body).toMatchObject({ mode: 'proxy', apiOrigin: 'https://api.mypurecloud.de' });
      const queues = await ask(`${url}/api/v2/routing/queues`, {
        method: 'GET',
        headers: { 'x-genesys-auth': '1', 'x-genesys-dev-key': key(), 'x-forwarded-host': 'localhost:4200' }
      });
      expect(queues.status).toBe(200);
      expect(queues.body['entities']).toContainEqual(expect.objectContaining({ name: expect.any(String) as string }));
    });

    it('needs none of the variables that a file for an organization needs', async () => {
      configFile({
        mode: 'proxy',
        genesys: { region: 'mypurecloud.de' },
        signIn: {
          client: { id: { env: 'NOT_SET' }, secret: { env: 'NOT_SET' } },
          redirectUri: 'http://localhost:4200/genesys/sign-in/callback',
          appUrl: 'http://localhost:4200/',
          organizations: ['${GENESYS_ORGANIZATION_ID}'],
          roles: { developer: { everyone: true } },
          dev: true
        }
      });
      const { exitCode, err, ready } = await start('--sandbox');
      expect({ exitCode, err: err() }).toEqual({ exitCode: 0, err: '' });
      expect(ready).toMatch(/sign in +as \S+@\S+ or \S+@\S+, with any password/);
    });
  });
});
