import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../support/angular-cli.ts';
import { command } from './command.ts';

const SOURCES = {
  'genesys-auth-protocol': 'projects/genesys-auth-protocol',
  'genesys-scopes': 'projects/genesys-scopes',
  'ngx-genesys-auth': 'dist/ngx-genesys-auth'
} as const;

/** The packages an app installs, and the file of each. */
export type Tarballs = Readonly<Record<keyof typeof SOURCES, string>>;

/** Packs what was built, as `npm publish` would. */
export async function packTarballs(folder: string): Promise<Tarballs> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const sources = Object.values(SOURCES).map((source) => join(root, source));
  await command('npm', ['pack', ...sources, '--pack-destination', folder, '--silent'], root);
  const files = await readdir(folder);
  const fileOf = (name: keyof typeof SOURCES) => {
    const file = files.find((each) => each.startsWith(`${name}-`));
    if (file === undefined) throw new Error(`npm pack made no tarball of ${name}, but ${files.join(', ')}`);
    return join(folder, file);
  };
  return {
    'genesys-auth-protocol': fileOf('genesys-auth-protocol'),
    'genesys-scopes': fileOf('genesys-scopes'),
    'ngx-genesys-auth': fileOf('ngx-genesys-auth')
  };
}

/** Unpacks the packages into the node_modules of an app that takes everything else from the workspace's. */
export async function unpackInto(app: string, tarballs: Tarballs): Promise<void> {
  for (const [name, file] of Object.entries(tarballs)) {
    const folder = join(app, 'node_modules', name);
    await mkdir(folder, { recursive: true });
    await command('tar', ['-xf', file, '-C', folder, '--strip-components=1'], app);
  }
}
