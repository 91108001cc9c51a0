import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Command, readArguments } from './cli/arguments.ts';
import { explainFailure } from './cli/failure.ts';
import { SANDBOX_CLIENT, SANDBOX_PUBLIC_CLIENT, SANDBOX_SIGN_IN_CLIENT } from './index.ts';

const clientsOf = (command: Command) => (command.kind === 'run' ? (command.options.clients ?? []) : []);
const BUILT = join(__dirname, '../dist/cli.js');

describe('the command line', () => {
  it('has defaults for everything', () => {
    expect(readArguments([])).toEqual({
      kind: 'run',
      options: {
        loginPort: 4210,
        apiPort: 4211,
        host: '127.0.0.1',
        seed: 1,
        speed: 1,
        rateLimit: { requestsPerMinute: 300 }
      }
    });
    expect(readArguments(['--seed=7', '--api-port', '0', '--requests-per-minute', '0'])).toMatchObject({
      options: { seed: 7, apiPort: 0, rateLimit: { requestsPerMinute: false } }
    });
    const [server, signIn] = clientsOf(
      readArguments(['--redirect-uri', 'https://a.example/b', '--redirect-uri=http://c.example/'])
    );
    expect(server).toEqual(SANDBOX_CLIENT);
    expect(signIn?.redirectUris?.slice(-3)).toEqual([
      'https://localhost:4200/genesys/sign-in/callback',
      'https://a.example/b',
      'http://c.example/'
    ]);
    expect(readArguments(['-h'])).toEqual({ kind: 'help' });
  });

  it.each([
    [['--sped', '2'], '--sped'],
    [['--seed', 'x'], "--seed takes a number, not 'x'"],
    [['--seed', ''], '--seed takes a number'],
    [['stray'], 'stray']
  ])('names the mistake in %j', (args, text) => {
    expect(readArguments(args)).toMatchObject({ kind: 'mistake', message: expect.stringContaining(text) });
  });

  it('says what to do when a port is taken', () => {
    const error = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE', port: 4210 });
    const ports = { loginPort: 4210, apiPort: 4211 };
    expect(explainFailure(error, ports)).toBe(
      'Port 4210 is taken. Stop what listens there, or choose another with --login-port.'
    );
    expect(explainFailure(Object.assign(error, { port: 4211 }), ports)).toContain('--api-port');
    expect(explainFailure(new TypeError('speed must be …'), ports)).toBe('speed must be …');
  });
});

// Tests run the sources as CommonJS, users the build as ES modules: this is the one look at what users run.
describe('the built command', () => {
  let child: ChildProcess | undefined;
  afterEach(() => {
    child?.kill('SIGKILL');
  });

  function run(...args: string[]): {
    output: () => string;
    until: (text: RegExp) => Promise<void>;
    exit: Promise<unknown>;
  } {
    const started = spawn(process.execPath, [BUILT, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    let output = '';
    const exit = new Promise((resolve) => {
      started.on('exit', (code, signal) => {
        resolve(code ?? signal);
      });
    });
    const until = (text: RegExp): Promise<void> =>
      new Promise((resolve, reject) => {
        const check = (data: Buffer): void => {
          output += data.toString();
          if (text.test(output)) resolve();
        };
        started.stdout.on('data', check);
        started.stderr.on('data', check);
        void exit.then((code) => {
          reject(new Error(`It ended with ${String(code)}: ${output}`));
        });
      });
    return { output: () => output, until, exit };
  }

  it.each(['SIGINT', 'SIGTERM'] as const)('starts, serves, and stops cleanly on %s', async (signal) => {
    const { output, until, exit } = run('--login-port', '0', '--api-port', '0');
    await until(/Ctrl-C/);
    expect(output()).toMatch(/secret +sandbox-development-secret \(public/);
    for (const { id } of [SANDBOX_CLIENT, SANDBOX_SIGN_IN_CLIENT, SANDBOX_PUBLIC_CLIENT])
      expect(output()).toContain(id);
    expect(output()).toMatch(/users +agent\.1@sandbox\.example/);
    const origin = /login host\s+(\S+)/.exec(output())?.[1] ?? '';
    const metadata = await fetch(`${origin}/.well-known/oauth-authorization-server`);
    expect(await metadata.json()).toMatchObject({ issuer: origin });
    child?.kill(signal);
    expect(await exit).toBe(0);
  });

  it('says plainly that a port is taken', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const address = blocker.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    const { output, until, exit } = run('--login-port', port, '--api-port', '0');
    await until(/--login-port/);
    expect(await exit).toBe(1);
    expect(output()).toBe(
      `genesys-sandbox: Port ${port} is taken. Stop what listens there, or choose another with --login-port.\n`
    );
    await new Promise((resolve) => blocker.close(resolve));
  });
});
