// The part of `ng serve` that forwards requests: Angular's reader of proxy files and Vite's proxy. Prints its URL.
// node dev-server.mjs proxy.conf.json
import { createServer as createHttpServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { createServer } from 'vite';

const require = createRequire(import.meta.url);
const build = dirname(require.resolve('@angular/build/package.json'));
const { loadProxyConfiguration } = require(join(build, 'src/utils/load-proxy-config.js'));

const file = resolve(process.argv[2] ?? 'proxy.conf.json');
const proxy = await loadProxyConfiguration(dirname(file), file);
const vite = await createServer({
  configFile: false,
  root: dirname(file),
  logLevel: 'error',
  appType: 'custom',
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, hmr: false, ws: false, watch: null, proxy }
});
const server = createHttpServer(vite.middlewares);
server.listen(0, 'localhost', () => console.log(`http://localhost:${server.address().port}`));
