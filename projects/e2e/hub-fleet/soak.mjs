// Faults by chance on every kind of deployment of Redis, beside each other. A run repeats itself with its seed:
//   node run.mjs --redis single --seconds 600 --seed N
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { deployments } from './deployments.mjs';

const [seconds = '600'] = process.argv.slice(2);
const codes = await Promise.all(
  Object.keys(deployments).map(async (redis) => {
    const args = [join(import.meta.dirname, 'run.mjs'), '--redis', redis, '--seconds', seconds];
    const [code] = await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit');
    return code;
  })
);
process.exit(codes.every((code) => code === 0) ? 0 : 1);
