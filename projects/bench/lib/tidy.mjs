// What a measurement leaves behind, however it ends: no process, no folder.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const tasks = [];
process.on('exit', () => {
  for (const task of tasks.reverse()) task();
});
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

/** Ends a process together with this one, at the latest. `SIGTERM` where it has children of its own to end. */
export function endWithUs(child, signal = 'SIGKILL') {
  tasks.push(() => child.kill(signal));
  return child;
}

/** A new folder that is gone afterwards. Others may look into it: a server may run as somebody else. */
export function folder(name) {
  const path = mkdtempSync(join(tmpdir(), `bench-${name}-`));
  tasks.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
