// npm test: installs what is missing, builds what changed, then checks and tests everything.
// With names it checks and tests only these parts: npm test -- checks genesys-auth-relay
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { ensureInstalled } from './lib/install.mjs';
import { root } from './lib/root.mjs';

ensureInstalled();
const { buildNodeOrExit, buildOrExit } = await import('./lib/build.mjs');
const { checks } = await import('./lib/checks.mjs');
const { run } = await import('./lib/run.mjs');
const { missingTools } = (await import('./lib/tools.cjs')).default;

const onNode = ['genesys-auth-protocol', 'genesys-scopes', 'genesys-sandbox', 'genesys-auth-relay', 'wallboard-server'];
const onAngular = ['ngx-genesys-auth', 'schematics', 'wallboard'];
const parts = ['checks', ...onNode, ...onAngular, 'e2e'];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !parts.includes(name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}; there are: ${parts.join(', ')}.`);
  process.exit(1);
}
const chosen = (names) => names.filter((name) => wanted.length === 0 || wanted.includes(name));

function sayWhatDoesNotRun() {
  for (const { tool, tests, get } of missingTools()) {
    console.error(`\nNOT RUN: ${tests}, because ${tool} was not found.\n  To run them: ${get}\n`);
  }
}
sayWhatDoesNotRun();
if (missingTools().length > 0 && process.env.REQUIRE_ALL_TOOLS) {
  console.error('REQUIRE_ALL_TOOLS is set, so that is a failure.');
  process.exit(1);
}

const beginningOf = (text = '') => text.trim().split('\n').slice(0, 5).join('\n    ').slice(0, 500);
const secondsSince = (moment) => ((performance.now() - moment) / 1000).toFixed(1);
const start = performance.now();
const costs = [];
const failed = [];
await buildNodeOrExit();

const results = join(root, 'out-tsc/test');
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

async function runChecks() {
  if (chosen(['checks']).length === 0) return;
  for (const { name, tool, args } of checks) {
    const { ok, seconds, output } = await run(tool, args);
    console.log(`check ${name} ... ${ok ? `${seconds} s` : 'FAILED'}`);
    costs.push([`check ${name}`, seconds]);
    if (!ok) {
      failed.push(`check ${name}`);
      console.error(output);
    }
  }
}

/** Runs the tests of some projects. Both runners write their results in the same form. */
async function runTests(name, tool, projects, args) {
  if (projects.length === 0) return;
  const outputFile = join(results, `${name}.json`);
  const { ok, seconds } = await run(tool, [...args, `--outputFile=${outputFile}`], { prefix: name });
  costs.push([`tests ${name}`, seconds]);
  // A test that calls process.exit(0) ends jest with success, before the other tests have run.
  if (!ok || !existsSync(outputFile)) failed.push(`tests ${name}`);
}
function vitest(name, projects, workers) {
  const args = ['run', '--reporter=default', '--reporter=json', `--maxWorkers=${workers}`];
  return runTests(name, 'vitest', projects, [...args, ...projects.map((project) => `--project=${project}`)]);
}
function jest(name, projects, workers) {
  const args = ['--json', `--maxWorkers=${workers}`, '--selectProjects', ...projects];
  return runTests(name, 'jest', projects, args);
}

// The tests of the packages for Node need no Angular build, so they run beside it.
const cores = availableParallelism();
const nodeTests = vitest('node', chosen(onNode), cores);
await buildOrExit();
costs.push(['build', secondsSince(start)]);
await Promise.all([
  // The browser tests mostly wait, so several of them run at once, beside everything else.
  vitest('e2e', chosen(['e2e']), Math.max(4, cores)),
  runChecks(),
  nodeTests.then(() => jest('angular', chosen(onAngular), cores))
]);

console.log('\nWhat it took, in seconds (parts run beside each other; each test file: out-tsc/test/*.json)');
for (const [name, seconds] of costs) console.log(`${seconds.padStart(8)}  ${name}`);
console.log(`${secondsSince(start).padStart(8)}  all of it`);

sayWhatDoesNotRun();
const count = { passed: 0, failed: 0, skipped: 0 };
const failures = [...failed];
for (const file of readdirSync(results)) {
  const report = JSON.parse(readFileSync(join(results, file), 'utf8'));
  count.passed += report.numPassedTests;
  count.skipped += report.numPendingTests + report.numTodoTests;
  for (const { name, status, message, assertionResults } of report.testResults) {
    const path = relative(root, name);
    const tests = assertionResults.filter((test) => test.status === 'failed');
    for (const test of tests) failures.push(`${path}: ${test.fullName}\n    ${beginningOf(test.failureMessages[0])}`);
    // A file that could not be read as a test has failed, too.
    const isBroken = status === 'failed' && tests.length === 0;
    if (isBroken) failures.push(`${path}\n    ${beginningOf(message)}`);
    count.failed += tests.length + (isBroken ? 1 : 0);
  }
}
console.log(
  `tests: ${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ''}`
);
// Last, because a record of a run in CI may keep only its end.
for (const failure of failures) console.error(`FAILED: ${failure}`);
process.exit(failures.length === 0 ? 0 : 1);
