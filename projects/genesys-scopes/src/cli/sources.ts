import type { Source } from '../audit/source.ts';
import { UsageError, messageOf } from './io.ts';
import { join, readFile, readdir, relative, resolve, sep, stat } from './node.ts';

const READ = /\.(?:[cm]?[jt]sx?|html?)$/i;
const NOT_READ = /\.d\.[cm]?ts$|\.(?:spec|test|e2e|stories)\.[cm]?[jt]sx?$|\.min\.js$/i;
const SKIPPED_FOLDER = /^(?:node_modules|dist|out-tsc|coverage|test|tests|testing|__tests__|e2e|\..+)$/;
// A file this large is a bundle, whatever its name.
const MOST_BYTES = 2_000_000;

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !SKIPPED_FOLDER.test(entry.name)) files.push(...(await filesIn(path)));
    if (entry.isFile() && READ.test(entry.name) && !NOT_READ.test(entry.name)) files.push(path);
  }
  return files;
}

/** The text of a file. TypeScript, too, takes UTF-16 if the file begins with a byte order mark, and UTF-8 otherwise. */
function decoded(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

/** Reads the sources under paths: files as they are, folders without tests, packages and build results. */
export async function readSources(paths: readonly string[], cwd: string): Promise<Source[]> {
  const files = new Set<string>();
  for (const path of paths) {
    try {
      const full = resolve(cwd, path);
      for (const file of (await stat(full)).isDirectory() ? await filesIn(full) : [full]) files.add(file);
    } catch (error) {
      throw new UsageError(`Cannot read ${path}: ${messageOf(error)}`);
    }
  }
  const sources: Source[] = [];
  for (const file of [...files].sort()) {
    const text = decoded(await readFile(file));
    if (text.length <= MOST_BYTES) sources.push({ path: relative(cwd, file).split(sep).join('/'), text });
  }
  return sources;
}
