// What a lookup in the operation index costs, next to two well-known routers on the same URLs, and what loading it costs.
// Prints microseconds per lookup and ratios. `npm run bench` at the root packs, installs and runs this.
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import findMyWay from 'find-my-way';
import { match } from 'path-to-regexp';
import { operationIndex } from 'genesys-scopes/operations';
import { interleave, median, medianInterval } from '../lib/rounds.mjs';

const ORIGIN = 'https://api.mypurecloud.de';
const { operations, requiredScopes } = operationIndex();
const requests = operations.map(({ method, path }) => ({
  method,
  url: `${ORIGIN}${path.replace(/\{[^}]+\}/g, () => randomUUID())}?pageSize=25`
}));

// A router takes a path; a client holds a URL. Taking the path out of it is part of each lookup, done the cheap way.
const pathOf = (url) => url.slice(ORIGIN.length, url.indexOf('?'));
const unique = (path) => {
  let index = 0;
  return path.replace(/\{[^}]+\}/g, () => `:p${String(index++)}`);
};

const router = findMyWay();
for (const { method, path, scopes } of operations) router.on(method, unique(path), () => undefined, scopes);

const literalsFirst = [...operations].sort(
  (a, b) => (a.path.match(/\{/g)?.length ?? 0) - (b.path.match(/\{/g)?.length ?? 0)
);
const list = literalsFirst.map(({ method, path, scopes }) => ({ method, scopes, matches: match(unique(path)) }));
const inList = (method, path) => list.find((entry) => entry.method === method && entry.matches(path))?.scopes;

const same = (a, b) => JSON.stringify([...(a ?? [])].sort()) === JSON.stringify([...(b ?? [])].sort());
let disagree = 0;
for (const { method, url } of requests) {
  const ours = requiredScopes(method, url);
  if (ours === undefined) throw new Error(`not found: ${method} ${url}`);
  if (!same(ours, router.find(method, pathOf(url))?.store)) disagree++;
}

const ROUNDS = 31;
const sample = requests.filter((_, index) => index % 40 === 0); // the list takes a millisecond for each
const perLookup = (times, count) => times.map((ms) => (ms * 1000) / count);
const all = interleave(
  {
    ours: () => requests.forEach(({ method, url }) => requiredScopes(method, url)),
    'find-my-way': () => requests.forEach(({ method, url }) => router.find(method, pathOf(url)))
  },
  ROUNDS
);
const few = interleave(
  {
    ours: () => sample.forEach(({ method, url }) => requiredScopes(method, url)),
    'path-to-regexp': () => sample.forEach(({ method, url }) => inList(method, pathOf(url)))
  },
  ROUNDS
);

const show = (name, us, base) => {
  const ratios = us.map((value, index) => value / base[index]);
  const [low, high] = medianInterval(ratios);
  console.log(
    `${name.padEnd(34)} ${median(us).toFixed(2).padStart(9)} µs   ${median(ratios).toFixed(2).padStart(8)}x  [${low.toFixed(2)}, ${high.toFixed(2)}]`
  );
};

console.log(
  `Node ${process.versions.node}, ${String(requests.length)} URLs, one for each operation, ${String(ROUNDS)} interleaved rounds`
);
console.log(`lookup, median (ratio to ours, 95 % interval); answers of find-my-way that differ: ${String(disagree)}`);
const ours = perLookup(all.ours, requests.length);
show('genesys-scopes', ours, ours);
show('find-my-way', perLookup(all['find-my-way'], requests.length), ours);
const oursFew = perLookup(few.ours, sample.length);
show(`path-to-regexp list, ${String(sample.length)} URLs`, perLookup(few['path-to-regexp'], sample.length), oursFew);

// Loading: a fresh process each time, whose first act it is. `import` reads the modules, `build` makes the index of them.
const load = () => {
  const code = `await import('node:fs/promises'); const start = performance.now();
    const { operationIndex } = await import('genesys-scopes/operations'); const imported = performance.now(); operationIndex();
    console.log(JSON.stringify([imported - start, performance.now() - imported]))`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: new URL('..', import.meta.url)
  });
  return JSON.parse(stdout.toString());
};
const loads = Array.from({ length: 15 }, load);
const parts = { import: loads.map(([ms]) => ms), build: loads.map(([, ms]) => ms), both: loads.map(([a, b]) => a + b) };
for (const [name, ms] of Object.entries(parts)) {
  const [low, high] = medianInterval(ms);
  console.log(
    `load, ${name.padEnd(28)} ${median(ms).toFixed(1).padStart(9)} ms              [${low.toFixed(1)}, ${high.toFixed(1)}]`
  );
}

const file = (name) => readFileSync(new URL(`../node_modules/genesys-scopes/dist/operations/${name}`, import.meta.url));
for (const name of ['operations.data.js', 'permissions.data.js']) {
  console.log(`size: ${name} ${(gzipSync(file(name), { level: 9 }).length / 1000).toFixed(1)} kB gzip`);
}
