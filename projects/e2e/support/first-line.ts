import type { ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** The first line that a program prints, as soon as it has started. Rejects with what it complained of if it ends before. */
export function firstLineOf(
  name: string,
  child: ChildProcessByStdio<Writable | null, Readable, Readable>
): Promise<string> {
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  return new Promise((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve);
    child.once('exit', (code) => {
      reject(new Error(`${name} ended with ${String(code)}: ${complaints}`));
    });
  });
}
