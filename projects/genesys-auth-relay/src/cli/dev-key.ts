import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from '../config/secret.ts';
import { errorCode } from '../runtime/error-code.ts';
import { CommandError } from './outcome.ts';

const FOLDER = '.genesys-auth-relay';

/** A new random key, 32 bytes in base64url. */
export const newDevKey = (): Secret => new Secret(randomBytes(32).toString('base64url'));

/** Creates the folder that git ignores, and gives an existing one the same mode. */
async function prepare(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // chmod() follows a link, and would change the mode of another folder.
  if (!(await lstat(folder)).isDirectory()) throw new CommandError(`${folder} is a link. Delete it, and start again.`);
  await chmod(folder, 0o700);
  try {
    await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

/** Replaces whatever has the name of the file: a link is not followed, and no reader sees a part of the text. */
async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    await writeFile(temporary, text, { flag: 'wx', mode: 0o600 });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Writes the key that the dev server sends with each request, in place of an earlier one. Call it when the relay listens: a relay
 * that does not start leaves the key of the running one, and another program that had the port knows old keys only.
 *
 * @param folder of the configuration
 */
export async function writeDevKey(folder: string, key: Secret): Promise<void> {
  const path = join(folder, FOLDER);
  try {
    await prepare(path);
    await replace(join(path, 'dev-key'), key.reveal());
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const reason = errorCode(error) ?? 'unknown error';
    throw new CommandError(
      `The key of the dev server cannot be written in ${path} (${reason}). Delete this folder, and make the one around it writable.`
    );
  }
}
