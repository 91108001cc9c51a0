import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const BUILT = pathToFileURL(join(__dirname, '../../dist/runtime/logger.js')).href;

/** What a process writes that makes two loggers and then does this. */
function written(act: string) {
  const script = `const { createLogger } = await import(${JSON.stringify(BUILT)});
    const [log, other] = [createLogger({ log: { level: 'info' } }), createLogger({ log: { level: 'info' } })];
    ${act}`;
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { status, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe("the relay's own logger", () => {
  it('writes the lines of all loggers of the process in order', () => {
    const { status, lines } = written(`log.info({ n: 1 }, 'a'); other.warn({ n: 2 }, 'b'); log.info({ n: 3 }, 'c');`);
    expect(status).toBe(0);
    expect(lines.map(({ n, msg }) => [n, msg])).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c']
    ]);
    expect(lines[0]?.['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(lines[0]).not.toHaveProperty('hostname');
  });

  it.each<[string, string, number]>([
    ['process.exit()', 'process.exit(3);', 3],
    ['an uncaught error', "throw new Error('planted');", 1]
  ])('loses no line to %s', (_what, act, status) => {
    const result = written(`log.info({ n: 1 }, 'last words'); ${act}`);
    expect(result.status).toBe(status);
    expect(result.lines).toMatchObject([{ n: 1, msg: 'last words' }]);
  });

  it('redacts secret fields', () => {
    const { lines } = written(`log.info({ token: 'CANARY', headers: { a: 'CANARY' }, event: 'x' }, 'a');`);
    expect(lines).toMatchObject([{ token: '[Redacted]', headers: '[Redacted]', event: 'x' }]);
  });
});
