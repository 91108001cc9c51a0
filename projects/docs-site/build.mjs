// Builds the site into projects/docs-site/dist/site: collects the pages, makes the references of the API and the configuration, runs VitePress.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application } from 'typedoc';
import { build } from 'vitepress';
import { configurationPage } from './configuration.mjs';
import { writePages } from './pages.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const out = join(here, 'dist');
const pages = join(out, 'pages');
const { homepage } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Each entry point, by the name that an app imports. */
function entryPoints() {
  const library = readdirSync(join(root, 'dist/ngx-genesys-auth/types'))
    .filter((file) => file.endsWith('.d.ts'))
    .map((file) => [
      file.replace(/\.d\.ts$/, '').replace(/^ngx-genesys-auth-/, 'ngx-genesys-auth/'),
      join('dist/ngx-genesys-auth/types', file)
    ]);
  const packages = ['genesys-auth-relay', 'genesys-scopes', 'genesys-sandbox', 'genesys-auth-protocol'];
  return [
    ...library,
    ...packages.map((name) => [name, join('projects', name, 'dist/index.d.ts')]),
    ['genesys-auth-relay/fastify', 'projects/genesys-auth-relay/dist/fastify.d.ts']
  ];
}

/** The pages of the API, from the TSDoc in the declarations. */
async function writeApi() {
  const apis = [];
  for (const [name, file] of entryPoints()) {
    const folder = `api/${name.replace('/', '-')}`;
    const tsconfig = join(out, `tsconfig.${name.replace('/', '-')}.json`);
    writeFileSync(
      tsconfig,
      JSON.stringify({
        compilerOptions: {
          target: 'ES2023',
          module: 'preserve',
          skipLibCheck: true,
          types: [],
          typeRoots: [join(root, 'node_modules/@types')],
          lib: ['ES2023', 'DOM'],
          paths: { 'ngx-genesys-auth': [join(root, 'dist/ngx-genesys-auth/types/ngx-genesys-auth.d.ts')] }
        },
        files: [join(root, file)]
      })
    );
    const app = await Application.bootstrapWithPlugins({
      plugin: ['typedoc-plugin-markdown'],
      name,
      entryPoints: [join(root, file)],
      tsconfig,
      readme: 'none',
      outputs: [{ name: 'markdown', path: join(pages, folder) }],
      sanitizeComments: true,
      useCodeBlocks: true,
      parametersFormat: 'table',
      skipErrorChecking: true,
      excludePrivate: true,
      excludeInternal: true,
      disableSources: true,
      hideBreadcrumbs: true,
      hidePageHeader: true,
      entryFileName: 'index',
      logLevel: 'Warn'
    });
    const project = await app.convert();
    if (!project) throw new Error(`TypeDoc could not read ${file}.`);
    await app.generateOutputs(project);
    apis.push({ text: name, link: `/${folder}/` });
  }
  writeFileSync(join(out, 'apis.json'), JSON.stringify(apis));
}

rmSync(pages, { recursive: true, force: true });
mkdirSync(pages, { recursive: true });
writePages({ root, to: pages, repository: homepage });
const schema = execFileSync(process.execPath, [join(root, 'projects/genesys-auth-relay/dist/cli.js'), 'schema'], {
  encoding: 'utf8'
});
writeFileSync(join(pages, 'reference/configuration.md'), configurationPage(JSON.parse(schema)));
await writeApi();
await build(here);
