// npm start: installs what is missing, builds what changed, serves the demo and prints its URL. Ctrl-C stops everything.
import { ensureInstalled } from './lib/install.mjs';

ensureInstalled();
const { buildOrExit } = await import('./lib/build.mjs');
await buildOrExit();
await import('../projects/wallboard/dist/main.js');
