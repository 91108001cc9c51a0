import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '../../..');

const PASSED = { numPassedTests: 1, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };

describe('npm test', () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'npm-test-')));
    cpSync(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true });
    mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    for (const file of ['package-lock.json', 'node_modules/.package-lock.json']) {
      writeFileSync(join(folder, file), '{ "packages": {} }');
    }
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** A tool that Node runs. */
  const fake = (tool: string, code: string) => {
    const file = join(folder, 'node_modules/.bin', tool);
    writeFileSync(file, `#!${process.execPath}\n${code}\n`);
    chmodSync(file, 0o755);
  };
  const node = (...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], GENESYS_AUTH_BUILT: folder }
    });
    return { status, output: stdout + stderr };
  };
  const writes = (report: unknown) => `
    const [, file] = process.argv.find((each) => each.startsWith('--outputFile=')).split('=');
    require('node:fs').writeFileSync(file, ${JSON.stringify(JSON.stringify(report))});`;

  it('passes if the tests pass', () => {
    fake('jest', writes(PASSED));
    const { status, output } = node('scripts/test.mjs', 'ngx-genesys-auth');
    expect(output).toContain('tests: 1 passed, 0 failed');
    expect(status).toBe(0);
  });

  // So does jest if a test calls process.exit(0).
  it('fails if a runner ends without its results, whatever its exit code says', () => {
    fake('jest', 'process.exit(0);');
    const { status, output } = node('scripts/test.mjs', 'ngx-genesys-auth');
    expect(output).toContain('FAILED: tests angular');
    expect(status).toBe(1);
  });

  it('fails if a test file cannot be read, and if there is no part of a name', () => {
    fake('jest', writes({ ...PASSED, testResults: [{ status: 'failed', assertionResults: [] }] }));
    expect(node('scripts/test.mjs', 'ngx-genesys-auth').status).toBe(1);
    expect(node('scripts/test.mjs', 'nonsense')).toMatchObject({
      status: 1,
      output: expect.stringMatching(/^There is no nonsense; there are: checks, /)
    });
  });
});
