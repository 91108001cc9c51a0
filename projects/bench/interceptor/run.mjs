// What an interceptor costs a request, beside the peers, in Node and in Chromium: a report. `npm run bench` at the root packs,
// installs and runs this. BENCH_ROUNDS and BENCH_TURN_MS make it shorter; with BENCH_ONLY=ngx only names with that in it run.
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { appBundle } from '../../../scripts/lib/app-bundle.mjs';
import { linker } from './linker.mjs';
import { median, medianInterval } from '../lib/rounds.mjs';

const options = {
  rounds: Number(process.env.BENCH_ROUNDS ?? 41),
  turnMs: Number(process.env.BENCH_TURN_MS ?? 80),
  only: process.env.BENCH_ONLY ?? ''
};
/** With one configuration, as nearly every app has it. */
const OWN = 'ngx-genesys-auth, 1 org';
const here = fileURLToPath(new URL('.', import.meta.url));

function inNode(file) {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [join(here, 'node.mjs'), file, JSON.stringify(options)],
    {
      maxBuffer: 1e8
    }
  );
  if (status !== 0) throw new Error(`in Node: ${stderr.toString().slice(-2000)}`);
  return JSON.parse(stdout.toString());
}

async function inChromium(code) {
  // A page of its own origin: the libraries ask for sessionStorage and for a secure context, which localhost is.
  const server = createServer((request, response) => {
    const script = request.url === '/app.js';
    response.writeHead(200, { 'Content-Type': script ? 'text/javascript' : 'text/html' });
    response.end(script ? code : '<!doctype html><title>bench</title><script type="module" src="/app.js"></script>');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking']
  });
  try {
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(`in Chromium: ${error.message}`));
    await page.goto(`http://localhost:${server.address().port}/`);
    await page.waitForFunction(() => 'measureInterceptors' in globalThis);
    return {
      version: browser.version(),
      result: await page.evaluate((given) => globalThis.measureInterceptors(given), options)
    };
  } finally {
    await browser.close();
    server.close();
  }
}

function show(title, result) {
  console.log(`\n${title}`);
  console.log(
    `${'ratio to the minimal interceptor'.padEnd(34)} ${'hit'.padEnd(24)} ${'miss'.padEnd(24)} ns a request, hit`
  );
  const base = result['minimal interceptor'];
  for (const [name, times] of Object.entries(result)) {
    // A round's turns are next to each other in time, so what else the machine does hits both of a pair.
    const ratios = (kind) => times[kind].map((ns, round) => ns / base[kind][round]);
    const cell = (kind) => {
      const [low, high] = medianInterval(ratios(kind));
      return `${median(ratios(kind)).toFixed(2)}x [${low.toFixed(2)}, ${high.toFixed(2)}]`.padEnd(24);
    };
    console.log(
      `${name.padEnd(34)} ${cell('hit')} ${cell('miss')} ${Math.round(median(times.hit)).toLocaleString('en')}`
    );
  }
  const own = result[OWN];
  const peers = Object.keys(result).filter((name) => !/^ngx-genesys-auth|interceptor$/.test(name));
  for (const peer of own ? peers : []) {
    const ratio = median(own.hit.map((ns, round) => ns / result[peer].hit[round]));
    console.log(`a hit of ${OWN} costs ${ratio < 1 ? 'less' : 'more'} than one of ${peer}: ${ratio.toFixed(2)}x`);
  }
}

const { text } = await appBundle({
  code: `import ${JSON.stringify(join(here, 'app.mjs'))};`,
  resolveDir: here,
  external: [],
  transformer: linker
});
const folder = mkdtempSync(join(tmpdir(), 'bench-'));
try {
  const file = join(folder, 'app.mjs');
  writeFileSync(file, text);
  console.log(
    `${options.rounds} rounds of ${options.turnMs} ms a turn, ten requests in flight, medians of paired rounds [95 % interval]`
  );
  show(`Node ${process.versions.node}`, inNode(file));
  const { version, result } = await inChromium(text);
  show(`Chromium ${version}`, result);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
