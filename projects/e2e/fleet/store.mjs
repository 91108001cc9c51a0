// A Redis of its own on a free port, which can be killed, frozen and started again.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../scripts/lib/free-port.cjs';
import { killRedis, spawnRedis } from '../../../scripts/lib/redis-server.cjs';

export async function startStore() {
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'fleet-redis-'));
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no', '--dir', dir];
  const start = () => spawnRedis([...args, '--daemonize', 'no'], port);
  let child = await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start: async () => {
      child = await start();
    },
    kill: () => killRedis(child),
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    close: async () => {
      await killRedis(child);
      rmSync(dir, { recursive: true, force: true });
    }
  };
}
