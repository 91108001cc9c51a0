import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { findRedis } from '../../../scripts/lib/tools.cjs';

/** Runs a fleet of four processes for some seconds; the run itself judges what it saw (run.mjs). */
function runFleet(chaos: string, seconds: number, life: number): Promise<{ code: number; output: string }> {
  const args = [
    join(__dirname, 'run.mjs'),
    '--chaos',
    chaos,
    '--seconds',
    String(seconds),
    '--life',
    String(life),
    '--callers',
    '25',
    '--counts-only'
  ];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { timeout: 290_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, output: `${stdout}${stderr}` });
    });
  });
}

// Without a Redis `npm test` ends with a loud "NOT RUN". The long form is `npm run soak`.
(findRedis() === undefined ? describe.skip : describe)('a fleet of four servers with one store', () => {
  // The store is away, back and frozen for a little more than the life of a token each.
  it.each<[string, string, number, number]>([
    ['T3 F1 makes one token request for all in each cycle', 'none', 18, 12],
    ['F6 fails no call while the store is killed, restarted and frozen', 'store', 11, 3],
    ['F7 fails no call while the token endpoint fails again and again', 'endpoint', 10, 6],
    ['F8 fails no call when holders of the lease are killed', 'kill', 10, 6]
  ])(
    '%s',
    async (_what, chaos, seconds, life) => {
      const { code, output } = await runFleet(chaos, seconds, life);
      expect(output).not.toContain('NOT AS IT MUST BE');
      expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('"failed": 0') });
    },
    120_000
  );
});
