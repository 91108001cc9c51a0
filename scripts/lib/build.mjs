// Builds what changed. `tsc -b` knows by itself; for the Angular builds the content of their inputs is compared.
import { appendFileSync, copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow } from './files.mjs';
import { root } from './root.mjs';
import { run } from './run.mjs';
import { stampOf } from './stamp.mjs';

const shared = ['package-lock.json', 'angular.json', 'tsconfig.json', 'tsconfig.base.json'];
const packages = ['projects/genesys-auth-protocol/src', 'projects/genesys-scopes/src'];
/** The library, which is published. `output` is a file that the build writes. */
const library = {
  name: 'ngx-genesys-auth',
  args: ['ngx-genesys-auth'],
  output: 'dist/ngx-genesys-auth/package.json',
  inputs: ['projects/ngx-genesys-auth', ...packages],
  then: buildSchematics
};
/** The demo, which `npm start` serves. */
const wallboard = {
  name: 'wallboard',
  args: ['wallboard'],
  output: 'dist/wallboard/browser/index.html',
  inputs: ['projects/wallboard', 'dist/ngx-genesys-auth', ...packages]
};
const testApp = (app, configuration) => ({
  name: `e2e-${app}${configuration === undefined ? '' : ` for ${configuration}`}`,
  args: [`e2e-${app}`, ...(configuration === undefined ? [] : ['-c', configuration])],
  output: join('out-tsc', `e2e-${app}`, configuration ?? '', 'browser/index.html'),
  inputs: [`projects/e2e/apps/${app}`, 'dist/ngx-genesys-auth', ...packages]
});
/** The pages of the browser tests. */
const testApps = [
  testApp('devtools', 'production'),
  testApp('devtools', 'development'),
  testApp('devtools', 'zone'),
  testApp('tabs'),
  testApp('sign-in'),
  testApp('routes'),
  testApp('modules')
];
/** The packages for Node that are published. */
const publishedNodeProjects = ['genesys-auth-protocol', 'genesys-scopes', 'genesys-sandbox', 'genesys-auth-relay'];
const nodeProjects = [...publishedNodeProjects, 'wallboard/server'];

async function step(name, tool, args) {
  process.stdout.write(`build ${name} ... `);
  const { ok, seconds, output } = await run(tool, args);
  console.log(ok ? `${seconds} s` : 'failed');
  if (!ok) {
    console.error(output);
    throw new Error(`The build of ${name} failed; its output is above.`);
  }
}

async function buildAngular({ name, args, output, inputs, then }) {
  const files = [...shared, ...inputs.flatMap((input) => filesBelow(input))];
  const stamp = stampOf(
    join('dist/.stamps', args.join('')),
    files.filter((file) => !file.endsWith('.spec.ts'))
  );
  if (existsSync(join(root, output)) && stamp.isFresh()) {
    console.log(`build ${name} ... nothing changed`);
    return;
  }
  stamp.clear();
  await step(name, 'ng', ['build', ...args]);
  await then?.();
  stamp.write();
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

const buildNode = (projects = nodeProjects) =>
  step('node packages', 'tsc', ['-b', ...projects.map((project) => `projects/${project}`)]);

/** Builds the packages that are published, without the demo. */
async function buildPublished() {
  await buildNode(publishedNodeProjects);
  await buildAngular(library);
}

async function build() {
  await buildNode();
  await buildAngular(library);
  await buildAngular(wallboard);
}

/** Names the workspace that is built already: what a command runs after its build need not look again. */
const BUILT = 'GENESYS_AUTH_BUILT';

async function orExit(building) {
  try {
    await building();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}

/**
 * Builds every project whose inputs changed since its last build. Prints why and ends the process when one fails. Programs that
 * this process then starts find that it was done.
 * @param {{ development?: boolean }} options `development`: the wallboard for development as well
 */
export function buildOrExit({ development = false } = {}) {
  return orExit(async () => {
    if (process.env[BUILT] !== root) await build();
    process.env[BUILT] = root;
    if (development) await step('wallboard for development', 'ng', ['build', 'wallboard', '-c', 'development']);
  });
}

/** Builds the packages that are published. Ends the process when a build fails. */
export const buildPublishedOrExit = () => orExit(async () => process.env[BUILT] === root || buildPublished());

/** Builds the packages for Node. Ends the process when one fails. */
export const buildNodeOrExit = () => orExit(async () => process.env[BUILT] === root || buildNode());

/** Builds everything, and then the pages of the browser tests whose inputs changed. Ends the process when a build fails. */
export function buildForTestsOrExit() {
  return orExit(async () => {
    await buildOrExit();
    for (const app of testApps) await buildAngular(app);
  });
}

/** The same for the packages for Node alone. It goes on when one fails, which it says: who works on one may test a part of it. */
export async function buildNodeOrSay() {
  if (process.env[BUILT] === root) return;
  await buildNode().catch((error) => {
    console.error(`${error.message} Tests that run what was built may not run what the sources say.`);
  });
}
