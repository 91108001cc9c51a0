import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(__dirname, '../../..');

/** Builds a project of angular.json with one of its configurations. Rejects with what the build said. */
export function ngBuild(project: string, configuration: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [join(root, 'node_modules/@angular/cli/bin/ng.js'), 'build', project, '-c', configuration],
      {
        cwd: root,
        env: { ...process.env, NG_CLI_ANALYTICS: 'false' }
      }
    );
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`ng build ${project} -c ${configuration} failed:\n${output}`));
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
