// npm run compat: builds, then runs the tests of projects/e2e/compat: fresh apps of each supported Angular, the tutorials, and the
// published packages. Most of them install from the registry, and all of them take some minutes. Arguments go to vitest:
// npm run compat -- -t "Angular 22".
import { ensureInstalled } from './lib/install.mjs';

ensureInstalled();
const { buildOrExit } = await import('./lib/build.mjs');
const { run } = await import('./lib/run.mjs');
const { findChromium } = (await import('./lib/tools.cjs')).default;

if (findChromium() === undefined) {
  console.error('Chromium is needed and was not found: apt-get install chromium, or set CHROMIUM_PATH.');
  process.exit(1);
}
await buildOrExit();
process.env.GENESYS_AUTH_COMPAT = '1';
const { ok } = await run('vitest', ['run', '--project', 'compat', ...process.argv.slice(2)], {
  inherit: true
});
process.exit(ok ? 0 : 1);
