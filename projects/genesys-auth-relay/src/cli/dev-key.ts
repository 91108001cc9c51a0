import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from '../config/secret.ts';
import { errorCode } from '../runtime/error-code.ts';
import { CommandError } from './outcome.ts';

const FOLDER = '.genesys-auth-relay';
/** 32 bytes in base64url. */
const KEY = /^[\w-]{43}$/;

/** Creates a file. Leaves one that exists. */
async function create(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

async function readOrCreate(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await create(join(folder, '.gitignore'), '*\n');
  const path = join(folder, 'dev-key');
  await create(path, randomBytes(32).toString('base64url'));
  // A copy of the folder, for example by a container, may have another mode.
  await chmod(path, 0o600);
  const key = (await readFile(path, 'utf8')).trim();
  if (KEY.test(key)) return key;
  throw new CommandError(`${path} does not have the form of a key. Delete the file, and start again.`);
}

/**
 * The key that the dev server sends with each request. It is created once beside the configuration, in a folder that git ignores.
 *
 * @param folder of the configuration
 */
export async function devKey(folder: string): Promise<Secret> {
  const path = join(folder, FOLDER);
  try {
    return new Secret(await readOrCreate(path));
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const reason = errorCode(error) ?? 'unknown error';
    throw new CommandError(
      `The key of the dev server cannot be kept in ${path} (${reason}). Make the folder writable.`
    );
  }
}
