import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from './root.mjs';

const seconds = (since) => ((performance.now() - since) / 1000).toFixed(1);

/**
 * Runs a tool of node_modules/.bin and collects what it prints.
 * @param {string} tool its name, or `node`
 * @param {string[]} args
 * @param {object} options
 * @param {boolean} [options.inherit] print as the tool prints, and collect nothing
 * @param {string} [options.prefix] print each line as it comes, after this word, and collect nothing
 * @returns {Promise<{ ok: boolean, output: string, seconds: string }>}
 */
export function run(tool, args, { inherit = false, prefix } = {}) {
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
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      if (prefix === undefined) stream.on('data', (chunk) => (output += chunk));
      else createInterface(stream).on('line', (line) => console.log(`${prefix} | ${line}`));
    }
    child.on('error', (error) => resolve({ ok: false, output: `${output}${error.message}`, seconds: seconds(since) }));
    child.on('close', (code) => resolve({ ok: code === 0, output, seconds: seconds(since) }));
  });
}
