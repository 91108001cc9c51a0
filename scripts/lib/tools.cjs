// Which tools outside npm this machine has. The tests that need one say so when it is missing, instead of passing silently.
const { existsSync } = require('node:fs');
const { spawnSync } = require('node:child_process');

const browsers = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe'
];

/** Path of a Chromium or Chrome, or undefined. CHROMIUM_PATH comes first. */
exports.findChromium = () => browsers.find((path) => path !== undefined && path !== '' && existsSync(path));

/**
 * Path of the headless shell of Chromium, a Debian package, or undefined. It uses about 40 % less CPU time than Chromium. With
 * CHROMIUM_PATH, all tests start that browser.
 */
exports.findHeadlessShell = () => {
  const path = '/usr/bin/chromium-headless-shell';
  return !process.env.CHROMIUM_PATH && existsSync(path) ? path : undefined;
};

/** Python with a package, or undefined. PYTHON comes first; Debian installs packages for /usr/bin/python3. */
const findPython = (module) =>
  [process.env.PYTHON, '/usr/bin/python3', 'python3', 'python'].find(
    (python) => python !== undefined && python !== '' && spawnSync(python, ['-c', `import ${module}`]).status === 0
  );
exports.findPython = findPython;

/** A Redis or Valkey server, or undefined. REDIS_SERVER comes first. */
exports.findRedis = () =>
  [process.env.REDIS_SERVER, 'redis-server', 'valkey-server', '/usr/bin/redis-server', '/usr/bin/valkey-server'].find(
    (redis) => redis !== undefined && redis !== '' && spawnSync(redis, ['--version']).status === 0
  );

/** Whether `certutil` of NSS is installed: on Linux, it adds a certificate authority to those that Chromium trusts. */
exports.hasCertutil = () => process.platform === 'linux' && spawnSync('certutil', ['-H']).error === undefined;

/** What is missing, what does not run without it, and how to get it. */
exports.missingTools = () => [
  ...(exports.findChromium() === undefined
    ? [
        {
          tool: 'Chromium',
          tests: 'the browser tests in projects/e2e',
          get: 'apt-get install chromium (Debian, Ubuntu), or set CHROMIUM_PATH to a Chrome or Chromium'
        }
      ]
    : []),
  ...['requests', 'websockets']
    .filter((module) => findPython(module) === undefined)
    .map((module) => ({
      tool: `Python with the package ${module}`,
      tests: 'the Python client tests in projects/e2e',
      get: `apt-get install python3-${module}, or set PYTHON to a Python that has it`
    })),
  ...(exports.hasCertutil()
    ? []
    : [
        {
          tool: 'certutil of NSS',
          tests: 'the browser tests over TLS in projects/e2e',
          get: 'apt-get install libnss3-tools (Debian, Ubuntu); Linux only'
        }
      ]),
  ...(exports.findRedis() === undefined
    ? [
        {
          tool: 'a Redis or Valkey server',
          tests: 'the tests of the shared store in projects/genesys-auth-relay',
          get: 'apt-get install redis-server (Debian, Ubuntu), or set REDIS_SERVER to a redis-server or valkey-server'
        }
      ]
    : [])
];
