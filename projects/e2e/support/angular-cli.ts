import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(__dirname, '../../..');

/** Runs the Angular CLI. Resolves to what it printed, rejects with that if it failed. */
export function ng(...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'node_modules/@angular/cli/bin/ng.js'), ...args], {
      cwd: root,
      env: { ...process.env, NG_CLI_ANALYTICS: 'false', NO_COLOR: '1' }
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`ng ${args.join(' ')} ended with ${String(code)}:\n${output}`));
    });
  });
}

/** All JavaScript of a build, as one text. */
export function scriptsOf(folder: string): string {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.js'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
}
