// npm test: installs what is missing, builds what changed, then checks everything: format, lint, types, packages, tests.
// Arguments go to jest: `npm test -- --selectProjects genesys-auth-relay`.
import { ensureInstalled } from './lib/install.mjs';

ensureInstalled();
const { buildOrExit } = await import('./lib/build.mjs');
const { checks } = await import('./lib/checks.mjs');
const { run } = await import('./lib/run.mjs');
const { missingTools } = (await import('./lib/tools.cjs')).default;

const missing = missingTools();
for (const { tool, tests, get } of missing) {
  console.error(`\nNOT RUN: ${tests}, because ${tool} was not found.\n  To run them: ${get}\n`);
}
if (missing.length > 0 && process.env.REQUIRE_ALL_TOOLS) {
  console.error('REQUIRE_ALL_TOOLS is set, so that is a failure.');
  process.exit(1);
}

await buildOrExit();

const failed = [];
// Two at a time: the tools are single-threaded, and a small machine has two cores.
const waiting = [...checks];
const worker = async () => {
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
    const result = await run(check.tool, check.args);
    console.log(`check ${check.name} ... ${result.ok ? `${result.seconds} s` : 'FAILED'}`);
    if (!result.ok) {
      failed.push(check.name);
      console.error(result.output);
    }
  }
};
await Promise.all([worker(), worker()]);

if (failed.length > 0) console.error(`\nFAILED before the tests: ${failed.join(', ')}\n`);
const jest = await run('jest', process.argv.slice(2), { inherit: true });
process.exit(failed.length === 0 && jest.ok ? 0 : 1);
