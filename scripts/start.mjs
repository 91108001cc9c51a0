// npm start: installs what is missing, builds what changed, serves the demo and prints its URL. Ctrl-C stops everything.
import { ensureInstalled } from './lib/install.mjs';

ensureInstalled();
const { build } = await import('./lib/build.mjs');
try {
  await build();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
await import('../projects/wallboard/dist/main.js');
