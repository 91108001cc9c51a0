// npm run requirements -w genesys-auth-relay: runs every test that carries the id of a requirement, and prints
// id -> tests -> result. Ends with 1 when a test fails or a row has neither a test nor a reason in README.md.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import tools from './requirements.cjs';

const root = join(import.meta.dirname, '../../..');
const known = tools.requirements();
const reasons = tools.reasons();
const folder = mkdtempSync(join(tmpdir(), 'requirements-'));

// Only tests that carry an id run; the others of a file are skipped.
const pattern = String.raw`(?:^|[^\w.-])(?:[BSOXPAFTC]\d{1,2}|\d{1,2}\.\d\.\d{1,2})(?:[^\w.-]|$)`;
const files = tools.specs(known).map(({ path }) => relative(root, path));
const ofTheLibrary = (file) => file.split(sep)[1] === 'ngx-genesys-auth';

/**
 * Runs a test runner and reads what it reports as JSON; both runners report the same form.
 * @returns {Promise<{ name: string, assertionResults: { fullName: string, status: string }[] }[]>}
 */
async function resultsOf(runner, args, specs) {
  // Without a file they would run everything.
  if (specs.length === 0) return [];
  const outputFile = join(folder, `${runner}.json`);
  const program = join(root, 'node_modules', runner, runner === 'jest' ? 'bin/jest.js' : 'vitest.mjs');
  const all = [program, ...args, ...specs, `--outputFile=${outputFile}`, '--testNamePattern', pattern];
  const child = spawn(process.execPath, all, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  await new Promise((resolve) => child.once('close', resolve));
  return JSON.parse(readFileSync(outputFile, 'utf8')).testResults;
}
const testResults = [
  ...(await resultsOf(
    'vitest',
    ['run', '--reporter=json'],
    files.filter((file) => !ofTheLibrary(file))
  )),
  ...(await resultsOf('jest', ['--json', '--runTestsByPath'], files.filter(ofTheLibrary)))
];
rmSync(folder, { recursive: true });

/** @type {Map<string, { name: string, file: string, status: string }[]>} */
const found = new Map([...known.keys()].map((id) => [id, []]));
for (const { name: path, assertionResults } of testResults) {
  for (const { fullName, status } of assertionResults) {
    if (status !== 'passed' && status !== 'failed') continue;
    for (const id of new Set(tools.idsIn(fullName))) {
      found.get(id)?.push({ name: fullName, file: relative(root, path), status });
    }
  }
}
const broken = testResults.filter(({ assertionResults }) => assertionResults.length === 0);
for (const { name } of broken) console.log(`FAILED TO RUN  ${relative(root, name)}`);

const count = { pass: 0, FAIL: 0, 'not applicable': 0, MISSING: 0 };
for (const [id, text] of known) {
  const tests = found.get(id) ?? [];
  const failed = tests.filter(({ status }) => status === 'failed');
  const result =
    tests.length === 0 ? (reasons.has(id) ? 'not applicable' : 'MISSING') : failed.length > 0 ? 'FAIL' : 'pass';
  count[result] += 1;
  console.log(`${id.padEnd(8)}${result.padEnd(16)}${text}`);
  if (tests.length === 0)
    console.log(`        ${reasons.get(id) ?? 'no test carries this id, and README.md gives no reason'}`);
  for (const { name, file, status } of tests.slice(0, process.argv.includes('--all') ? tests.length : 3)) {
    console.log(`        ${status === 'failed' ? 'FAIL ' : ''}${name.replace(/\s+/g, ' ').slice(0, 150)}  [${file}]`);
  }
  if (tests.length > 3 && !process.argv.includes('--all')) console.log(`        and ${tests.length - 3} more (--all)`);
}
const summary = Object.entries(count).map(([what, number]) => `${number} ${what}`);
console.log(`\n${known.size} requirements: ${summary.join(', ')}`);
if (count.FAIL > 0 || count.MISSING > 0 || broken.length > 0) process.exitCode = 1;
