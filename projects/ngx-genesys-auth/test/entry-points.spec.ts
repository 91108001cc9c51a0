import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** The packages that an entry point imports at run time, directly or through its own files. */
function packagesOf(entry: string, seen = new Set<string>()): Set<string> {
  const packages = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, experimentalDecorators: true }
    });
    for (const { fileName } of ts.preProcessFile(outputText).importedFiles) {
      if (!fileName.startsWith('.')) packages.add(fileName);
      else if (ts.sys.fileExists(`${join(dirname(file), fileName)}.ts`)) visit(`${join(dirname(file), fileName)}.ts`);
      else visit(join(dirname(file), fileName, 'index.ts'));
    }
  };
  visit(join(__dirname, '..', entry, 'src/public-api.ts'));
  return packages;
}

// A bundler puts a chunk on disk for each import() it can reach, whether or not the app calls it.
describe('the operation index', () => {
  it('cannot be reached from the main entry point', () => {
    const packages = packagesOf('.');
    expect(packages).toContain('genesys-scopes');
    expect([...packages].filter((name) => name.startsWith('genesys-scopes/'))).toEqual([]);
  });

  it('can be reached from ngx-genesys-auth/scope-catalogue', () => {
    expect(packagesOf('scope-catalogue')).toContain('genesys-scopes/operations');
  });
});

describe('the router', () => {
  it('is needed by ngx-genesys-auth/router alone', () => {
    expect(packagesOf('router')).toContain('@angular/router');
    for (const entry of ['.', 'scope-catalogue']) expect(packagesOf(entry)).not.toContain('@angular/router');
  });
});

describe('ngx-genesys-auth/server', () => {
  it('is needed by nothing that goes to the browser', () => {
    expect([...packagesOf('server')].sort()).toEqual(['@angular/core', 'ngx-genesys-auth']);
    for (const entry of ['.', 'router', 'scope-catalogue']) {
      expect(packagesOf(entry)).not.toContain('ngx-genesys-auth/server');
    }
  });
});

describe('ngx-genesys-auth/testing', () => {
  it('needs no test runner, and no app needs it', () => {
    expect([...packagesOf('testing')].sort()).toEqual(['@angular/core', 'genesys-scopes', 'ngx-genesys-auth', 'rxjs']);
    for (const entry of ['.', 'router', 'scope-catalogue']) {
      expect(packagesOf(entry)).not.toContain('ngx-genesys-auth/testing');
    }
  });
});
