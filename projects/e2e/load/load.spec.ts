import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** Runs one of the scripts for a moment; each judges itself what it saw. The long forms are `npm run soak`. */
function run(script: string, ...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(__dirname, script), ...args], { timeout: 90_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, output: `${stdout}${stderr}` });
    });
  });
}

describe('a relay in proxy mode under load', () => {
  it.each([
    ['F16 keeps neither sockets nor memory of downloads that are broken off', 'aborts.mjs', ['--downloads', '200']],
    ['holds no more after many calls than after some', 'memory.mjs', ['--seconds', '8']]
  ])(
    '%s',
    async (_what, script, args) => {
      expect(await run(script, ...args)).toEqual({ code: 0, output: expect.not.stringContaining('NOT AS IT MUST BE') });
    },
    120_000
  );
});
