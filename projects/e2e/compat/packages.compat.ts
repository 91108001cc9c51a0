import { join } from 'node:path';
import { root } from '../support/angular-cli.ts';
import { command } from './support/command.ts';

const published = [
  'dist/ngx-genesys-auth',
  'projects/genesys-auth-protocol',
  'projects/genesys-scopes',
  'projects/genesys-auth-relay',
  'projects/genesys-sandbox'
];
const tool = (name: string) => join(root, 'node_modules/.bin', name);

describe.each(published)('%s', (folder) => {
  it('has entry points, commands and files that work once it is published', async () => {
    expect(await command(tool('publint'), ['run', folder, '--strict'], root)).toContain('All good!');
  });

  it('has types that resolve as its entry points do', async () => {
    expect(await command(tool('attw'), ['--pack', folder, '--profile', 'esm-only'], root)).toContain('🟢');
  });
});
