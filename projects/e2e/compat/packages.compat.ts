import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { root } from '../support/angular-cli.ts';
import { PACKAGES } from '../support/new-app.ts';
import { command } from './support/command.ts';

const tool = (name: string) => join(root, 'node_modules/.bin', name);

describe.each(PACKAGES)('%s', (source) => {
  const folder = join(root, 'out-tsc/compat/packages', basename(source));
  let tarball: string;

  // Not by `attw --pack`, which writes a tarball into the package while other tests pack it.
  beforeAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const output = await command('npm', ['pack', join(root, source), '--pack-destination', folder, '--silent'], root);
    tarball = join(folder, output.trim());
  });

  it('has entry points, commands and files that work once it is published', async () => {
    await command(tool('publint'), ['run', tarball, '--strict'], root);
  });

  it('has types that resolve as its entry points do', async () => {
    await command(tool('attw'), [tarball, '--profile', 'esm-only'], root);
  });
});
