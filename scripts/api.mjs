// npm run api: builds, then writes what every entry point exports to projects/*/api, for review in the diff.
// With --check it builds, too, but writes no report and fails when a report is not what the build exports: a public change nobody looked at.
// In both ways it fails when something that the library exports has no documentation comment.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './lib/root.mjs';

const check = process.argv.includes('--check');
if (!check) {
  const { ensureInstalled } = await import('./lib/install.mjs');
  ensureInstalled();
}
const { buildOrExit } = await import('./lib/build.mjs');
await buildOrExit();
const { CompilerState, Extractor, ExtractorConfig } = await import('@microsoft/api-extractor');
const { isInternal, readDeclarations } = await import('./lib/documented.mjs');

const packages = [
  { name: 'ngx-genesys-auth', built: 'dist/ngx-genesys-auth', documented: true },
  ...['genesys-auth-protocol', 'genesys-scopes', 'genesys-auth-relay', 'genesys-sandbox'].map((name) => ({
    name,
    built: `projects/${name}`
  }))
];

/** The entry points that a built package.json exports, with the declarations of each. */
function entryPointsOf({ name, built }) {
  const { exports } = JSON.parse(readFileSync(join(root, built, 'package.json'), 'utf8'));
  return Object.entries(exports).flatMap(([path, { types }]) =>
    types === undefined ? [] : { report: (name + path.slice(1)).replace('/', '.'), types: join(root, built, types) }
  );
}

const temp = join(root, 'out-tsc/api');
mkdirSync(temp, { recursive: true });

/** Writes a module that exports what apps may use of an entry point, and returns its path. */
function publicPartOf({ report, types }) {
  const names = declarations.namesOf(types).filter((name) => !isInternal(name));
  const file = join(temp, `${report}.d.ts`);
  const from = `./${relative(temp, types.replace(/\.d\.ts$/, '')).replaceAll('\\', '/')}`;
  writeFileSync(file, `export { ${names.join(', ')} } from '${from}';\n`);
  return file;
}

function configOf({ name }, folder, { report, publicTypes }) {
  return ExtractorConfig.prepare({
    packageJsonFullPath: join(root, 'projects', name, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: publicTypes,
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'ES2022',
            module: 'ES2022',
            moduleResolution: 'bundler',
            allowImportingTsExtensions: true,
            noEmit: true,
            lib: ['ES2023', 'DOM', 'DOM.Iterable'],
            strict: true,
            skipLibCheck: true,
            types: ['node'],
            typeRoots: [join(root, 'node_modules/@types')]
          },
          files: [publicTypes]
        }
      },
      apiReport: {
        enabled: true,
        reportFileName: report,
        reportFolder: folder,
        reportTempFolder: temp,
        includeForgottenExports: true
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: {
          default: { logLevel: 'warning', addToApiReportFile: true },
          'ae-missing-release-tag': { logLevel: 'none' },
          // They are part of the report, under their own names.
          'ae-forgotten-export': { logLevel: 'none' },
          // TypeScript resolves {@link name} of a member, as editors do; API Extractor wants another notation.
          'ae-unresolved-link': { logLevel: 'none' },
          'ae-undocumented': { logLevel: 'none' }
        }
      }
    }
  });
}

const declarations = readDeclarations(packages.flatMap((each) => entryPointsOf(each).map(({ types }) => types)));
const reports = packages.map((each) => {
  const folder = join(root, 'projects', each.name, 'api');
  mkdirSync(folder, { recursive: true });
  const entryPoints = entryPointsOf(each).map((entry) => ({ ...entry, publicTypes: publicPartOf(entry) }));
  return { ...each, folder, entryPoints, configs: entryPoints.map((entry) => configOf(each, folder, entry)) };
});
// All entry points are read as one program: most of what each of them needs is the same.
const [first, ...others] = reports.flatMap(({ configs }) => configs);
const compilerState = CompilerState.create(first, {
  additionalEntryPoints: others.map(({ mainEntryPointFilePath }) => mainEntryPointFilePath)
});

const unreviewed = [];
const mute = [];
for (const { name, built, documented, folder, entryPoints, configs } of reports) {
  for (const config of configs) {
    const { apiReportChanged, errorCount } = Extractor.invoke(config, {
      compilerState,
      localBuild: !check,
      // Other warnings are part of the report.
      messageCallback: (message) => {
        if (message.logLevel !== 'error') message.logLevel = 'none';
      }
    });
    if (errorCount > 0) process.exitCode = 1;
    if (apiReportChanged) unreviewed.push(relative(root, config.reportFilePath));
  }
  if (documented) {
    const files = entryPoints.map(({ types }) => types);
    mute.push(...declarations.undocumented(files, join(root, built)));
  }
  const known = entryPoints.map(({ report }) => `${report}.api.md`);
  for (const stale of readdirSync(folder).filter((file) => !known.includes(file))) {
    unreviewed.push(`projects/${name}/api/${stale}`);
    if (!check && existsSync(join(folder, stale))) rmSync(join(folder, stale));
  }
}
for (const name of unreviewed) console.log(check ? `changed, not reviewed: ${name}` : `written: ${name}`);
if (unreviewed.length > 0 && check) {
  console.error('\nThe public API changed. Accept it with `npm run api`, read the diff, and commit it.');
  process.exitCode = 1;
}
if (mute.length > 0) {
  console.error(`\nWithout a documentation comment: ${mute.join(', ')}`);
  process.exitCode = 1;
}
