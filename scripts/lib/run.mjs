import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './root.mjs';

const seconds = (since) => ((performance.now() - since) / 1000).toFixed(1);

/**
 * Runs a tool of node_modules/.bin and collects what it prints.
 * @returns {Promise<{ ok: boolean, output: string, seconds: string }>}
 */
export function run(tool, args, { inherit = false } = {}) {
  const since = performance.now();
  const command = tool === 'node' ? process.execPath : join(root, 'node_modules/.bin', tool);
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: inherit ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
      env: { ...process.env, NG_CLI_ANALYTICS: 'false' }
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ ok: false, output: `${output}${error.message}`, seconds: seconds(since) }));
    child.on('close', (code) => resolve({ ok: code === 0, output, seconds: seconds(since) }));
  });
}
