// npm run build: installs what is missing and builds what changed.
import { ensureInstalled } from './lib/install.mjs';

ensureInstalled();
const { buildOrExit } = await import('./lib/build.mjs');
await buildOrExit();
