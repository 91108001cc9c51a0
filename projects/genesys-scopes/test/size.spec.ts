import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import ts from 'typescript';

const src = join(__dirname, '../src');

/** The JavaScript that an entry point loads at once, by file, without comments. */
function loadedBy(entry: string, files = new Map<string, string>()): ReadonlyMap<string, string> {
  if (files.has(entry)) return files;
  const { outputText } = ts.transpileModule(readFileSync(entry, 'utf8'), {
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      removeComments: true,
      verbatimModuleSyntax: true
    }
  });
  files.set(entry, outputText);
  for (const { fileName } of ts.preProcessFile(outputText).importedFiles) {
    if (!fileName.startsWith('.')) throw new Error(`${entry} imports the package ${fileName}`);
    const isLazy = outputText.includes(`import('${fileName}')`);
    if (!isLazy) loadedBy(join(entry, '..', fileName), files);
  }
  return files;
}

const sizeOf = (files: ReadonlyMap<string, string>): number =>
  gzipSync([...files.values()].join('\n'), { level: 9 }).length;
const namesOf = (files: ReadonlyMap<string, string>): string => [...files.keys()].join(' ');

// What is measured is not minified: a bundler takes off another fifth.
describe('what an app loads', () => {
  it('with genesys-scopes is small, and has nothing of the index and no package', () => {
    const files = loadedBy(join(src, 'index.ts'));
    expect(namesOf(files)).not.toMatch(/operations|facts|audit|cli|areas/);
    expect(sizeOf(files)).toBeLessThan(3_700);
  });

  it('with genesys-scopes/operations is the index and what searches it', () => {
    const files = loadedBy(join(src, 'operations/index.ts'));
    expect(namesOf(files)).toContain('operations.data.ts');
    expect(namesOf(files)).not.toMatch(/permissions\.data|areas|facts|audit|cli/);
    expect(sizeOf(files)).toBeLessThan(16_000);
  });

  it('with genesys-scopes/catalogue is names and descriptions', () => {
    expect(sizeOf(loadedBy(join(src, 'catalogue/index.ts')))).toBeLessThan(3_500);
  });
});
