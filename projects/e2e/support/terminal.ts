import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** A folder, and the environment of a terminal there. */
export interface Terminal {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** The Node that runs programs; by default this process's own. */
  readonly node?: string;
  /** Runs a command line to its end, by the shell. Rejects with what it printed if it fails. */
  run(line: string): Promise<string>;
}

export const terminal = (folder: string, env: NodeJS.ProcessEnv, node?: string): Terminal => ({
  folder,
  env,
  ...(node !== undefined && { node }),
  run: async (line) => {
    const child = spawn(line, { cwd: folder, env, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(child, 'close') as Promise<[number | null]>;
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    if (code !== 0) throw new Error(`${line} ended with ${String(code)}:\n${out}${err}`);
    return `${out}${err}`;
  }
});
