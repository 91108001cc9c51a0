import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

const root = join(__dirname, '../..');
const roots = [
  'ngx-genesys-auth/src',
  'ngx-genesys-auth/notifications/src',
  'ngx-genesys-auth/devtools/src',
  'ngx-genesys-auth/scope-catalogue/src',
  'ngx-genesys-auth/server/src',
  'ngx-genesys-auth/testing/src',
  'ngx-genesys-auth/router/src',
  'genesys-auth-protocol/src',
  'genesys-scopes/src',
  'genesys-auth-relay/src',
  'genesys-sandbox/src',
  'wallboard/src'
];

const sourcesBelow = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .map((file) => join(root, folder, file));

/** The files that a file imports, for values or for types. */
const importsOf = (file: string): string[] =>
  ts
    .preProcessFile(readFileSync(file, 'utf8'))
    .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName }) => join(dirname(file), fileName))
    .map((path) => [`${path}.ts`, join(path, 'index.ts')].find((candidate) => ts.sys.fileExists(candidate)) ?? path);

/** The first cycle that is found from a file on. */
function cycleFrom(file: string, path: readonly string[], done: Set<string>): readonly string[] | undefined {
  if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
  if (done.has(file)) return undefined;
  for (const imported of importsOf(file)) {
    const cycle = cycleFrom(imported, [...path, file], done);
    if (cycle) return cycle;
  }
  done.add(file);
  return undefined;
}

it.each(roots)('no file of %s imports itself through other files, not even for types', (folder) => {
  const files = sourcesBelow(folder);
  expect(files.length).toBeGreaterThan(0);
  const done = new Set<string>();
  const cycles = files.flatMap((file) => cycleFrom(file, [], done) ?? []);
  expect(cycles.map((file) => relative(root, file))).toEqual([]);
});
