import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RelayConfigError } from '../config/error.ts';
import { ask } from '../testing/ask.ts';
import { KEY } from '../testing/config.ts';
import { type TokenServer, startTokenServer } from '../testing/token-server.ts';
import { run } from './run.ts';
import { applySettings, environment, settingsOf } from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'relay-settings-'));
const file = join(folder, 'relay.json');
const envFile = join(folder, '.env');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function issueOf(action: () => unknown): { key: string; message: string; fix: string } {
  try {
    action();
  } catch (error) {
    if (error instanceof RelayConfigError && error.issues[0] !== undefined) return error.issues[0];
  }
  throw new Error('no issue');
}

describe('the settings of a command', () => {
  it('are the flag, else the environment', () => {
    expect(settingsOf({ port: '0' }, { PORT: '9000', HOST: '0.0.0.0', LOG_LEVEL: 'DEBUG' })).toEqual([
      { key: 'listen.port', source: '--port', value: 0 },
      { key: 'listen.host', source: 'HOST', value: '0.0.0.0' },
      { key: 'log.level', source: 'LOG_LEVEL', value: 'debug' }
    ]);
    expect(settingsOf({}, { PORT: '9000' })).toEqual([{ key: 'listen.port', source: 'PORT', value: 9000 }]);
  });

  it('are none without a variable, or with an empty one', () => {
    expect(settingsOf({}, { PORT: '', HOST: '', LOG_LEVEL: '' })).toEqual([]);
  });

  it.each([
    ['PORT', 'http', { PORT: 'http' }, {}],
    ['PORT', '65536', { PORT: '65536' }, {}],
    ['--port', '-1', {}, { port: '-1' }],
    ['LOG_LEVEL', 'inof', { LOG_LEVEL: 'inof' }, {}]
  ])('name %s with the value %s as wrong', (key, value, env, flags) => {
    const issue = issueOf(() => settingsOf(flags, env));
    expect(issue.key).toBe(key);
    expect(issue.message).toContain(value);
  });

  it('suggest the nearest log level', () => {
    expect(issueOf(() => settingsOf({}, { LOG_LEVEL: 'inof' })).fix).toContain('did you mean info?');
  });

  it('replace the values of the file, and add missing sections', () => {
    const settings = settingsOf({ port: '1' }, { LOG_LEVEL: 'warn' });
    expect(applySettings({ listen: { port: 80, host: 'a' }, mode: 'proxy' }, settings)).toEqual({
      listen: { port: 1, host: 'a' },
      log: { level: 'warn' },
      mode: 'proxy'
    });
  });

  it.each([['text'], [{ listen: 'text' }], [null], [[1]]])('leave a wrong file as it is: %j', (input) => {
    expect(applySettings(input, settingsOf({ port: '1' }, {}))).toEqual(input);
  });
});

describe('a file with environment variables', () => {
  it('adds variables, and replaces none', () => {
    writeFileSync(envFile, '\uFEFF# comment\nA=from-file\nB="two words"\r\n');
    expect(environment(envFile, { A: 'own' })).toEqual({ A: 'own', B: 'two words' });
    expect(environment(undefined, { A: 'own' })).toEqual({ A: 'own' });
  });

  it('is an error if it cannot be read', () => {
    const issue = issueOf(() => environment(join(folder, 'missing'), {}));
    expect(issue).toMatchObject({ key: join(folder, 'missing'), message: 'cannot be read (ENOENT)' });
  });
});

describe('serve, check and doctor', () => {
  let server: TokenServer;
  const variables = ['PORT', 'HOST', 'LOG_LEVEL', 'SETTINGS_SPEC_SECRET'];
  beforeAll(async () => {
    server = await startTokenServer();
  });
  afterAll(() => server.close());
  beforeEach(() => {
    for (const name of variables) vi.stubEnv(name, undefined);
    writeFileSync(envFile, 'SETTINGS_SPEC_SECRET=CANARY-secret\nLOG_LEVEL=silent\n');
    writeFileSync(
      file,
      JSON.stringify({
        mode: 'token',
        listen: { port: 1 },
        admin: false,
        genesys: {
          tokenEndpoint: server.tokenEndpoint,
          apiOrigin: server.apiOrigin,
          client: { id: 'relay-client', secret: { env: 'SETTINGS_SPEC_SECRET' } }
        },
        scopes: ['routing'],
        identities: [{ type: 'apiKey', keys: [{ id: 'reports', sha256: KEY.sha256, roles: ['developer'] }] }],
        roles: { developer: { scopes: ['routing'] } }
      })
    );
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  async function command(...args: string[]) {
    let out = '';
    let err = '';
    const outcome = await run(args, '1.2.3', { out: (text) => (out += text), err: (text) => (err += text) });
    return { ...outcome, out, err };
  }
  const FLAGS = ['--config', file, '--env-file', envFile];

  it('serve takes secrets from the file of variables, and the port from the flag', async () => {
    vi.stubEnv('PORT', '2');
    const { relay, ready, err } = await command('serve', ...FLAGS, '--port', '0');
    expect(err).toBe('');
    try {
      const [, url] = /listens on (\S+)/.exec(ready ?? '') ?? [];
      const headers = { authorization: `Bearer ${KEY.key}`, 'content-type': 'application/json' };
      expect(await ask(`${url}/token`, { headers, body: '{"scopes":["routing"]}' })).toMatchObject({ status: 200 });
    } finally {
      await relay?.close();
    }
  });

  it('serve takes port and host from the environment', async () => {
    vi.stubEnv('PORT', '0');
    vi.stubEnv('HOST', '127.0.0.2');
    const { relay, ready } = await command('serve', ...FLAGS);
    await relay?.close();
    expect(ready).toMatch(/listens on http:\/\/127\.0\.0\.2:[1-9]/);
  });

  it('serve prints the address that others reach', async () => {
    const { relay, ready } = await command('serve', ...FLAGS, '--port', '0');
    await relay?.close();
    expect(ready).toMatch(/listens on http:\/\/127\.0\.0\.1:\d+ \(token mode/);
    vi.stubEnv('HOST', '0.0.0.0');
    const open = await command('serve', ...FLAGS, '--port', '0');
    await open.relay?.close();
    expect(open.ready).toMatch(/listens on http:\/\/127\.0\.0\.1:\d+ \(bound to 0\.0\.0\.0, token mode/);
  });

  it('check says which setting replaces a value of the file', async () => {
    vi.stubEnv('PORT', '9000');
    const { exitCode, out } = await command('check', ...FLAGS);
    expect(exitCode).toBe(0);
    expect(out).toContain('listens on        http://127.0.0.1:9000');
    expect(out).toContain('PORT sets listen.port: 9000');
    expect(out).toContain('LOG_LEVEL sets log.level: silent');
    expect(out).not.toContain('CANARY');
  });

  it('check names the variable behind a problem', async () => {
    writeFileSync(
      file,
      JSON.stringify({
        genesys: { region: 'mypurecloud.de', client: { id: 'a', secret: { env: 'SETTINGS_SPEC_SECRET' } } },
        scopes: ['routing'],
        identities: [{ type: 'loopback', roles: ['developer'] }],
        roles: { developer: { scopes: ['routing'] } }
      })
    );
    vi.stubEnv('HOST', '0.0.0.0');
    const { exitCode, err } = await command('check', ...FLAGS);
    expect(exitCode).toBe(1);
    expect(err).toMatch(/loopback identity[^]*HOST sets listen\.host/);
  });

  it('doctor takes secrets from the file of variables', async () => {
    const { out } = await command('doctor', ...FLAGS, '--json');
    expect(out).not.toContain('secret_missing');
    expect(out).not.toContain('CANARY');
    expect((await command('doctor', '--config', file, '--json')).out).toContain('secret_missing');
  });

  it.each(['serve', 'check', 'doctor', 'dev'])('%s prints no secret that is in the place of a region', async (name) => {
    writeFileSync(
      file,
      JSON.stringify({
        mode: 'token',
        genesys: {
          region: '${SETTINGS_SPEC_SECRET}',
          client: { id: '5a9d60c5-0dd1-4c0e-8a7b-5e1f2d3c4b5a', secret: { env: 'SETTINGS_SPEC_SECRET' } }
        },
        scopes: ['routing'],
        dev: { roles: ['developer'] },
        identities: [{ type: 'loopback', roles: ['developer'] }],
        roles: { developer: { scopes: ['routing'] } }
      })
    );
    const { exitCode, out, err } = await command(name, ...FLAGS);
    expect(exitCode).not.toBe(0);
    expect(out + err).not.toContain('CANARY');
    expect(out + err).toContain('"${SETTINGS_SPEC_SECRET}" is not');
  });

  it('a wrong port is one readable message', async () => {
    for (const name of ['serve', 'check', 'doctor']) {
      const { exitCode, err } = await command(name, ...FLAGS, '--port', 'http');
      expect({ name, exitCode, err }).toMatchObject({ exitCode: 1, err: expect.stringContaining('--port') as string });
    }
  });
});
