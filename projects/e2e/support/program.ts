import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A program that runs until it is closed. */
export interface Program {
  /** What it printed when it was ready. */
  readonly printed: RegExpExecArray;
  close(): Promise<void>;
}

/** Starts a Node program. Resolves when what it prints matches `ready`; rejects with its output if it ends before. */
export function startProgram(
  args: readonly string[],
  ready: RegExp,
  {
    cwd,
    env = {},
    node = process.execPath
  }: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv; readonly node?: string }
): Promise<Program> {
  const child = spawn(node, args, { cwd, env: { ...process.env, ...env }, stdio: 'pipe' });
  const ended = once(child, 'exit');
  const close = async () => {
    child.kill();
    await ended;
  };
  let output = '';
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const printed = ready.exec(output);
      if (printed) resolve({ printed, close });
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', () => {
      reject(new Error(`${args.join(' ')} ended and printed:\n${output}`));
    });
  });
}
