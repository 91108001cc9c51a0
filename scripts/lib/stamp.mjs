// Remembers with which content of its inputs a step last succeeded, so that it need not run again for the same content.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { root } from './root.mjs';

/**
 * @param {string} file where the stamp lies, relative to the workspace
 * @param {string[]} inputs absolute paths, or relative to the workspace
 */
export function stampOf(file, inputs) {
  const path = join(root, file);
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(`${input}\0`).update(readFileSync(resolve(root, input)));
  const content = hash.digest('hex');
  return {
    isFresh: () => existsSync(path) && readFileSync(path, 'utf8') === content,
    clear: () => rmSync(path, { force: true }),
    write() {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
  };
}
