// Builds what changed. `tsc -b` knows by itself; for the two Angular builds the content of their inputs is compared.
import { createHash } from 'node:crypto';
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { filesBelow } from './files.mjs';
import { root } from './root.mjs';
import { run } from './run.mjs';

const shared = ['package-lock.json', 'angular.json', 'tsconfig.json', 'tsconfig.base.json'];
const angularBuilds = [
  {
    name: 'ngx-genesys-auth',
    output: 'dist/ngx-genesys-auth/package.json',
    inputs: ['projects/ngx-genesys-auth', 'projects/genesys-auth-protocol/src', 'projects/genesys-scopes/src'],
    then: buildSchematics
  },
  {
    name: 'wallboard',
    output: 'dist/wallboard/browser/index.html',
    inputs: [
      'projects/wallboard',
      'dist/ngx-genesys-auth',
      'projects/genesys-auth-protocol/src',
      'projects/genesys-scopes/src'
    ]
  }
];
const nodeProjects = [
  'genesys-auth-protocol',
  'genesys-scopes',
  'genesys-sandbox',
  'genesys-auth-relay',
  'wallboard/server'
];

function contentOf(inputs) {
  const hash = createHash('sha256');
  const files = [...shared, ...inputs.flatMap((input) => filesBelow(input))];
  for (const file of files.filter((name) => !name.endsWith('.spec.ts'))) {
    hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

async function step(name, tool, args) {
  process.stdout.write(`build ${name} ... `);
  const result = await run(tool, args);
  console.log(result.ok ? `${result.seconds} s` : 'failed');
  if (!result.ok) {
    console.error(result.output);
    throw new Error(`The build of ${name} failed; its output is above.`);
  }
}

/** What `ng add ngx-genesys-auth` runs: CommonJS, beside the ES modules that ng-packagr made. */
async function buildSchematics() {
  const source = join(root, 'projects/ngx-genesys-auth/schematics');
  const target = join(root, 'dist/ngx-genesys-auth/schematics');
  await step('schematics', 'tsc', ['-p', source]);
  for (const file of ['collection.json', 'package.json', 'ng-add/schema.json']) {
    copyFileSync(join(source, file), join(target, file));
  }
  // ng-packagr keeps every package.json but the first out of the tarball, and this one says that these are CommonJS.
  appendFileSync(join(root, 'dist/ngx-genesys-auth/.npmignore'), '\n!/schematics/package.json\n');
}

const buildNode = () => step('node packages', 'tsc', ['-b', ...nodeProjects.map((project) => `projects/${project}`)]);

async function build() {
  await buildNode();
  for (const { name, output, inputs, then } of angularBuilds) {
    const stamp = join(root, 'dist/.stamps', name);
    const content = contentOf(inputs);
    const fresh = existsSync(stamp) && existsSync(join(root, output)) && readFileSync(stamp, 'utf8') === content;
    if (fresh) {
      console.log(`build ${name} ... nothing changed`);
      continue;
    }
    rmSync(stamp, { force: true });
    await step(name, 'ng', ['build', name]);
    await then?.();
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, content);
  }
}

/** Names the workspace that is built already: what a command runs after its build need not look again. */
const BUILT = 'GENESYS_AUTH_BUILT';

/**
 * Builds every project whose inputs changed since its last build. Says why and ends the process when one fails. Programs that
 * this process then starts find that it was done.
 * @param {{ development?: boolean }} options `development`: the wallboard for development as well
 */
export async function buildOrExit({ development = false } = {}) {
  try {
    if (process.env[BUILT] !== root) await build();
    process.env[BUILT] = root;
    if (development) await step('wallboard for development', 'ng', ['build', 'wallboard', '-c', 'development']);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}

/** The same for the packages for Node alone. It goes on when one fails, which it says: who works on one may test a part of it. */
export async function buildNodeOrSay() {
  if (process.env[BUILT] === root) return;
  await buildNode().catch((error) => {
    console.error(`${error.message} Tests that run what was built may not run what the sources say.`);
  });
}
