// The long form of fuzz.spec.ts: 1,000,000 requests made by chance, or as many as the first argument says. It ends with 1 when an
// answer, a log line or a metric holds what it must not, or the relay fails. The second argument is the seed.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const [count = '1000000', seed = String(Date.now() % 1_000_000_000)] = process.argv.slice(2);
console.log(`${count} requests, seed ${seed}`);
const jest = createRequire(join(root, 'package.json')).resolve('jest/bin/jest');
const args = [
  jest,
  '--selectProjects',
  'genesys-auth-relay',
  '--runTestsByPath',
  'projects/genesys-auth-relay/test/fuzz.spec.ts'
];
const env = { ...process.env, FUZZ_REQUESTS: count, FUZZ_SEED: seed };
const child = spawn(process.execPath, args, { cwd: root, env, stdio: 'inherit' });
child.once('close', (code) => {
  process.exitCode = code ?? 1;
});
