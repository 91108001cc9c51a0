import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadRelayConfig } from 'genesys-auth-relay';
import { root } from '../support/angular-cli.ts';
import { blocksIn, commandsIn } from '../support/readme.ts';

const readmes = ['README.md', 'projects/ngx-genesys-auth/README.md', 'projects/genesys-auth-relay/README.md'];
const textOf = (page: string) => readFileSync(join(root, page), 'utf8');

/** The command lines in the shell blocks of a page. */
const commandsOf = (page: string): string[] =>
  [...textOf(page).matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)]
    .flatMap(([, block = '']) => block.split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '');

it.each(readmes)('%s has at most 700 words', (page) => {
  const words = textOf(page).split(/\s+/).filter(Boolean);
  expect(words.length).toBeGreaterThan(400);
  expect(words.length).toBeLessThanOrEqual(700);
});

it.each(readmes)('%s has no command that no test runs', (page) => {
  const run = [
    ...commandsIn('README.md', 'Install'), // first-start.spec.ts
    ...commandsOf('docs/tutorials/first-call.md'), // compat/first-failures.compat.ts
    ...commandsOf('docs/guides/relay-by-hand.md'), // first-start.spec.ts
    'npm start' // start.spec.ts
  ];
  expect(commandsOf(page).length).toBeGreaterThan(2);
  expect(commandsOf(page).filter((line) => !run.includes(line))).toEqual([]);
});

it('the way to production shows a relay.yaml that the relay takes as it is', async () => {
  const [yaml = ''] = blocksIn('docs/guides/your-organization.md', '2. Start the relay', 'yaml relay');
  const folder = await mkdtemp(join(tmpdir(), 'readme-'));
  try {
    const file = join(folder, 'relay.yaml');
    await writeFile(file, yaml);
    const env = { GENESYS_CLIENT_ID: 'an-id', GENESYS_CLIENT_SECRET: 'a-secret' };
    const config = await loadRelayConfig(file, env);
    expect(config.genesys.tokenEndpoint).toBe('https://login.mypurecloud.de/oauth/token');
    await expect(loadRelayConfig(file, {})).rejects.toThrow(/GENESYS_CLIENT_SECRET/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
