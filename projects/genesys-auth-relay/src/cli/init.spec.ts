import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { type Terminal, init } from './init.ts';
import { relayYaml } from './init-file.ts';
import { run } from './run.ts';

const CLIENT = '5a9d60c5-0dd1-4c0e-8a7b-5e1f2d3c4b5a';
const FLAGS = ['--region', 'mypurecloud.de', '--client-id', CLIENT, '--scopes', 'analytics:readonly,routing:readonly'];
const COMPANY = ['--issuer', 'https://login.example.com', '--audience', 'api://relay'];

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'relay-init-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

async function command(args: readonly string[], terminal?: Terminal) {
  let out = '';
  let err = '';
  const output = { out: (text: string) => (out += text), err: (text: string) => (err += text) };
  const { exitCode } = await init(['--dir', dir, ...args], output, terminal);
  return { exitCode, out, err };
}

const written = (name: string) => readFileSync(join(dir, name), 'utf8');

/** A person who answers each question with the next line. */
function person(...lines: readonly (string | undefined)[]): { terminal: Terminal; shown: () => string } {
  const input = new PassThrough();
  const output = new PassThrough();
  let shown = '';
  const left = [...lines];
  output.on('data', (chunk: Buffer) => {
    const text = chunk.toString();
    shown += text;
    if (!text.endsWith(': ')) return;
    const line = left.shift();
    if (line === undefined) input.end();
    else input.write(`${line}\n`);
  });
  return { terminal: { input, output }, shown: () => shown };
}

describe('init', () => {
  it.each([
    ['sign-in', 'proxy', []],
    ['company', 'proxy', COMPANY],
    ['company', 'token', COMPANY],
    ['development', 'proxy', []],
    ['development', 'token', []]
  ] as const)('with flags writes the files for identity %s and mode %s', async (identity, mode, more) => {
    const { exitCode, out, err } = await command([...FLAGS, '--identity', identity, '--mode', mode, ...more]);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(written('relay.yaml')).toBe(
      relayYaml({
        region: 'mypurecloud.de',
        clientId: CLIENT,
        identity,
        mode,
        scopes: ['analytics:readonly', 'routing:readonly'],
        ...(identity === 'company' && { issuer: 'https://login.example.com', audience: 'api://relay' })
      })
    );
    expect(written('.env.example')).toContain('GENESYS_CLIENT_SECRET=');
    expect(out).toContain('npx --no-install genesys-auth-relay dev');
  });

  it('prints a command that a shell reads as it is, whatever the folder is called', async () => {
    const flags = ['--yes', ...FLAGS, '--identity', 'development'];
    const { out: plain } = await command(flags);
    expect(plain).toContain(`dev --config ${join(dir, 'relay.yaml')}\n`);
    const folder = join(dir, "it's here; touch $(pwned)");
    mkdirSync(folder);
    const { out } = await command([...flags, '--dir', folder]);
    const [, words = ''] = /dev --sandbox (--config .*)/.exec(out) ?? [];
    expect(execFileSync('sh', ['-c', `printf '%s|' ${words}`], { encoding: 'utf8' })).toBe(
      `--config|${join(folder, 'relay.yaml')}|`
    );
  });

  it('uses proxy mode by default', async () => {
    await command(['--yes', ...FLAGS, '--identity', 'development']);
    expect(written('relay.yaml')).toMatch(/^mode: proxy/m);
  });

  it('asks the questions that no flag answers, and asks again after a wrong answer', async () => {
    const { terminal, shown } = person(
      'mypurecloud.dee',
      'mypurecloud.de',
      'company',
      'the-secret-by-mistake',
      CLIENT,
      '',
      'anaytics',
      'analytics',
      'http://login.example.com',
      'https://login.example.com',
      'relay'
    );
    const { exitCode } = await command([], terminal);
    expect(exitCode).toBe(0);
    expect(shown()).toMatch(/did you mean mypurecloud\.de\?/);
    expect(shown()).toMatch(/Did you mean analytics\?/);
    expect(shown()).toMatch(/is not encrypted/);
    expect(written('relay.yaml')).toBe(
      relayYaml({
        region: 'mypurecloud.de',
        clientId: CLIENT,
        identity: 'company',
        mode: 'proxy',
        scopes: ['analytics'],
        issuer: 'https://login.example.com',
        audience: 'relay'
      })
    );
  });

  it('does not ask what a flag answers, nor for the mode of sign-in', async () => {
    const { terminal, shown } = person('sign-in');
    expect(await command(FLAGS, terminal)).toMatchObject({ exitCode: 0 });
    expect(shown()).not.toMatch(/Region|Mode|Issuer/);
  });

  it('asks nothing with --yes', async () => {
    const { terminal, shown } = person();
    expect(await command(['--yes'], terminal)).toMatchObject({ exitCode: 2 });
    expect(shown()).toBe('');
  });

  it('writes nothing when the questions end early', async () => {
    const { terminal } = person('mypurecloud.de', undefined);
    const { exitCode, err } = await command([], terminal);
    expect(exitCode).toBe(1);
    expect(err).toContain('Nothing was written');
    expect(readdirSync(dir)).toEqual([]);
  });

  it.each([
    [[], '--region, --identity, --client-id, --scopes'],
    [['--identity', 'company', '--region', 'mypurecloud.de'], '--client-id, --scopes, --issuer, --audience']
  ])('names all missing flags in one error: %j', async (args, missing) => {
    const { exitCode, err } = await command(args);
    expect(exitCode).toBe(2);
    expect(err).toContain(`init needs ${missing}.`);
    expect(readdirSync(dir)).toEqual([]);
  });

  it.each([
    ['--region', 'mypurecloud.dee', /did you mean mypurecloud\.de\?/],
    ['--scopes', 'routing:readonly,anaytics', /"anaytics".*Did you mean analytics\?/],
    ['--scopes', ',', /at least one scope/],
    ['--identity', 'signin', /Did you mean sign-in\?/],
    ['--mode', 'toke', /Did you mean token\?/],
    ['--client-id', 'not-an-id', /not the id of an OAuth client/],
    ['--issuer', 'https://login.example.com', /only --identity company/]
  ])('refuses %s %s', async (flag, value, text) => {
    const { exitCode, err } = await command([...FLAGS, '--identity', 'development', flag, value]);
    expect(exitCode).toBe(2);
    expect(err).toMatch(text);
    expect(err).not.toContain('not-an-id');
    expect(readdirSync(dir)).toEqual([]);
  });

  it('lists all problems of the flags', async () => {
    const { err } = await command([
      '--region',
      'x',
      '--scopes',
      'anaytics',
      '--identity',
      'sign-in',
      '--mode',
      'token'
    ]);
    expect(err).toMatch(/--region:[^]*--scopes:[^]*--mode: sign-in needs proxy/);
  });

  it.each([['relay.yaml'], ['.env.example']])(
    'does not touch an existing %s, and writes nothing else',
    async (name) => {
      writeFileSync(join(dir, name), 'mine');
      const { exitCode, err } = await command([...FLAGS, '--identity', 'development']);
      expect(exitCode).toBe(1);
      expect(err).toContain(`${join(dir, name)} exists already`);
      expect(readdirSync(dir)).toEqual([name]);
      expect(written(name)).toBe('mine');
    }
  );

  it('writes nothing where a folder is missing', async () => {
    rmSync(dir, { recursive: true });
    const { exitCode, err } = await command([...FLAGS, '--identity', 'development']);
    mkdirSync(dir);
    expect({ exitCode, err }).toMatchObject({ exitCode: 1, err: expect.stringContaining('ENOENT') as string });
  });

  it('repeats no unknown argument, because it may be a secret', async () => {
    const { exitCode, err } = await command(['--secret', 'CANARY']);
    expect(exitCode).toBe(2);
    expect(err).not.toContain('CANARY');
  });

  it('is a command of the program', async () => {
    let err = '';
    const { exitCode } = await run(['init', '--dir', dir], '1.0.0', {
      out: () => undefined,
      err: (text) => (err += text)
    });
    expect({ exitCode, err }).toMatchObject({ exitCode: 2, err: expect.stringContaining('init needs') as string });
  });
});
