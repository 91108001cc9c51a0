import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '../../..');

// The short form of `npm run soak -- heap`.
it('100,000 requests and 1,000 lazy parts of an app leave nothing behind in the heap', () => {
  const args = ['--expose-gc', join(root, 'projects/bench/interceptor/heap.mjs'), '100000'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  expect({ status, stderr, stdout }).toEqual({
    status: 0,
    stderr: '',
    stdout: expect.stringContaining('the heap grew by')
  });
}, 600_000);
