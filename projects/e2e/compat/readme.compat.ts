import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../support/angular-cli.ts';
import { commandsIn } from '../support/readme.ts';
import { writeApp } from './support/app.ts';
import { command } from './support/command.ts';
import { install, packageJson } from './support/fresh.ts';

// Installs the tarballs as the README says, in a fresh app. first-call.compat.ts follows the tutorial.
const parent = join(root, 'out-tsc/compat/readme');
const folder = join(parent, 'your-app');

/** Runs a line of a README in the folder of the app, by the shell, as a reader does. */
const run = (line: string): Promise<string> => command('sh', ['-c', line], folder);

beforeAll(async () => {
  await rm(parent, { recursive: true, force: true });
  await mkdir(parent, { recursive: true });
  // The README says that the clone is beside the app.
  await symlink(root, join(parent, 'ngx-genesys-auth'), 'dir');
  const options = { angular: 21, layers: ['standalone'], apiOrigin: 'https://api.mypurecloud.de' } as const;
  await writeApp(folder, options);
  await writeFile(join(folder, 'package.json'), JSON.stringify(packageJson({}, options), null, 2));
  await install(folder);

  const [pack = '', ...installations] = commandsIn('README.md', 'Install');
  await command('npm', pack.split(' ').slice(1), root);
  expect(installations.length).toBeGreaterThan(1);
  for (const line of installations) await run(line);
}, 600_000);

it.each(['genesys-auth-relay --version', 'genesys-scopes --version', 'genesys-sandbox --help'])(
  '"npx --no-install %s" runs the installed program',
  async (line) => {
    expect(await run(`npx --no-install ${line}`)).toMatch(/^\d+\.\d+\.\d+|genesys-sandbox/);
  }
);
