import { execFile } from 'node:child_process';
import { join } from 'node:path';

describe('a relay in proxy mode under load', () => {
  // The script judges what it saw. `npm run soak -- aborts` runs it longer, and `npm run soak -- memory` looks at many whole calls.
  it('F16 keeps neither sockets nor memory of downloads that are broken off', async () => {
    const args = [join(__dirname, 'aborts.mjs'), '--downloads', '200'];
    const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
      execFile(process.execPath, args, { timeout: 290_000 }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : 1, output: `${stdout}${stderr}` });
      });
    });
    expect({ code, output }).toEqual({ code: 0, output: expect.not.stringContaining('NOT AS IT MUST BE') });
  });
});
