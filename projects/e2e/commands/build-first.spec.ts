import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const root = join(__dirname, '../../..');

/** A workspace with the real scripts and a compiler that notes that it was called, and fails. */
function workspace() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'build-first-')));
  cpSync(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true });
  cpSync(join(root, 'projects/bench/bundle'), join(folder, 'projects/bench/bundle'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'package-lock.json'), '{ "packages": {} }');
  const bin = join(folder, 'node_modules/.bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(folder, 'node_modules/.package-lock.json'), '{ "packages": {} }');
  writeFileSync(join(bin, 'tsc'), '#!/bin/sh\necho "$@" > called\necho a mistake in the sources\nexit 1\n');
  chmodSync(join(bin, 'tsc'), 0o755);
  const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], ...env }
    });
    const called = join(folder, 'called');
    return { status, output: stdout + stderr, compiled: existsSync(called) && readFileSync(called, 'utf8') };
  };
  return { folder, run };
}

describe('what looks at built files builds first', () => {
  let there: ReturnType<typeof workspace>;
  beforeEach(() => {
    there = workspace();
  });
  afterEach(() => {
    rmSync(there.folder, { recursive: true });
  });

  const before = (file: string) => ['-e', `import('./scripts/lib/${file}').then((setup) => setup.default())`];
  const commands = [
    ['npm run api -- --check', ['scripts/api.mjs', '--check']],
    ['npm run bundle -- --check', ['scripts/bundle.mjs', '--check']],
    ['what runs before the browser tests', before('build-for-tests.mjs')]
  ] as const;

  it('npm run pack, which builds only the packages that it packs', () => {
    const { status, output, compiled } = there.run(['scripts/pack.mjs']);
    expect(status).toBe(1);
    expect(output).toContain('a mistake in the sources');
    expect(compiled).toContain('projects/genesys-auth-relay');
    expect(compiled).not.toContain('wallboard');
  });

  it.each(commands)('%s, and ends with what the compiler says', (_command, args) => {
    const { status, output, compiled } = there.run(args);
    expect(compiled).toContain('-b projects/genesys-auth-protocol');
    expect(output).toMatch(/a mistake in the sources[^]*The build of node packages failed/);
    expect(status).toBe(1);
  });

  it.each(commands)('%s: not once more where npm test has built this very workspace', (_command, args) => {
    expect(there.run(args, { GENESYS_AUTH_BUILT: there.folder }).compiled).toBe(false);
    expect(there.run(args, { GENESYS_AUTH_BUILT: root }).compiled).not.toBe(false);
  });

  it('what runs before the tests of a package for Node: says what the compiler says, and goes on', () => {
    const { status, output, compiled } = there.run(before('build-node-for-tests.mjs'));
    expect(compiled).toContain('-b projects/genesys-auth-protocol');
    expect(output).toMatch(/a mistake in the sources[^]*may not run what the sources say/);
    expect(status).toBe(0);
  });

  it('vitest does so', async () => {
    const { default: config } = (await import(join(root, 'vitest.config.mjs'))) as {
      default: { test: { projects: { test: { name: string; globalSetup?: string } }[] } };
    };
    const setups = config.test.projects.flatMap(({ test: { name, globalSetup } }) =>
      globalSetup === undefined ? [] : [[name, relative(root, globalSetup)]]
    );
    const node = 'scripts/lib/build-node-for-tests.mjs';
    expect(Object.fromEntries(setups)).toEqual({
      e2e: 'scripts/lib/build-for-tests.mjs',
      'genesys-auth-relay': node,
      'genesys-sandbox': node,
      'genesys-scopes': node
    });
  });
});
