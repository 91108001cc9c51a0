// npm run build: installs what is missing and builds what changed.
import { ensureInstalled } from './lib/install.mjs';

ensureInstalled();
const { build } = await import('./lib/build.mjs');
try {
  await build();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
