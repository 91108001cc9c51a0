// What the relay promises (ids.tsv), where its tests say that they show it (their names), and what README.md says does not
// apply. CommonJS, as both the report and a test load it.
const { readFileSync, readdirSync } = require('node:fs');
const { join } = require('node:path');

const projects = join(__dirname, '../..');

/** Where tests may carry an id. */
const TESTED = ['genesys-auth-relay', 'genesys-auth-protocol', 'ngx-genesys-auth', 'e2e'];

/** Every requirement by id, with what holds, in the order of the list. */
exports.requirements = () =>
  new Map(
    readFileSync(join(__dirname, 'ids.tsv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split('\t'))
  );

/** The ids in the name of a test, such as `F2 ...` or `S7 F11 4.1.3 ...`. */
exports.idsIn = (name) =>
  [...name.matchAll(/(?<![\w.-])(?:[BSOXPAFTC]\d{1,2}|\d{1,2}\.\d\.\d{1,2})(?![\w.-])/g)].map(([id]) => id);

function specsIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist') return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return specsIn(path);
    return entry.name.endsWith('.spec.ts') ? [path] : [];
  });
}

/** The spec files that carry an id, each with those at the beginning of a text in it: the names of tests and of their rows. */
exports.specs = (known) =>
  TESTED.flatMap((project) => specsIn(join(projects, project))).flatMap((path) => {
    const texts = readFileSync(path, 'utf8').matchAll(/(['"`])((?:[A-Z]\d{1,2}|\d{1,2}\.\d\.\d{1,2})[ :][^'"`]*)/g);
    const ids = [...new Set([...texts].flatMap(([, , text]) => exports.idsIn(text)))].filter((id) => known.has(id));
    return ids.length === 0 ? [] : [{ path, ids }];
  });

/** The ids that the README says do not apply, each with the reason. */
exports.reasons = () => {
  const readme = readFileSync(join(__dirname, 'README.md'), 'utf8');
  const section = /^## Requirements that do not apply$([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(readme)?.[1] ?? '';
  const rows = [...section.matchAll(/^\| *([^|]*\d[^|]*?) *\| *([^|]*?) *\|$/gm)];
  return new Map(rows.flatMap(([, ids, reason]) => exports.idsIn(ids).map((id) => [id, reason])));
};
