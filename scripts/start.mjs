// npm start: installs what is missing, builds what changed, serves the demo and prints its URL. Ctrl-C stops everything.
// npm start -- --dev serves a development build, which has the library's devtools.
import { ensureInstalled } from './lib/install.mjs';

ensureInstalled();
const { buildOrExit } = await import('./lib/build.mjs');
await buildOrExit({ development: process.argv.includes('--dev') });
await import('../projects/wallboard/dist/main.js');
