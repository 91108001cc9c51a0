import { join } from 'node:path';
import ts from 'typescript';
import { GENESYS_SCOPES } from '../src/index.ts';

// The types are judged by the compiler itself, on small programs that see the package's sources as `genesys-scopes`.
const options: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.Preserve,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  types: [],
  paths: { 'genesys-scopes': [join(__dirname, '../src/index.ts')] }
};

/** All services share the files that they have parsed. */
const parsed = ts.createDocumentRegistry();

function serviceFor(files: Record<string, string>): { service: ts.LanguageService; pathOf: (name: string) => string } {
  const pathOf = (name: string): string => join(__dirname, 'virtual', name);
  const texts = new Map(Object.entries(files).map(([name, text]) => [pathOf(name), text]));
  const read = (path: string): string | undefined => texts.get(path) ?? ts.sys.readFile(path);
  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => options,
    getScriptFileNames: () => [...texts.keys()],
    getScriptVersion: (path) => texts.get(path) ?? '1',
    getScriptSnapshot: (path) => {
      const text = read(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => __dirname,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (path) => texts.has(path) || ts.sys.fileExists(path),
    readFile: read
  };
  return { service: ts.createLanguageService(host, parsed), pathOf };
}

const errorsIn = (files: Record<string, string>): string[] => {
  const { service, pathOf } = serviceFor(files);
  return service
    .getSemanticDiagnostics(pathOf('app.ts'))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
};

const completionsIn = (files: Record<string, string>): string[] => {
  const { service, pathOf } = serviceFor(files);
  const at = files['app.ts']!.indexOf("''") + 1;
  return (service.getCompletionsAtPosition(pathOf('app.ts'), at, {})?.entries ?? []).map(({ name }) => name);
};

const registry = (members: string): string => `
  import 'genesys-scopes';
  declare module 'genesys-scopes' { interface GenesysScopeRegistry { ${members} } }
`;
const app = (text: string): string => `import type { GenesysCloudScope, GenesysScope } from 'genesys-scopes';\n${text}`;

describe('the type GenesysScope', () => {
  it('autocompletes exactly the names of Genesys Cloud', () => {
    const entries = completionsIn({ 'app.ts': app(`const scope: GenesysScope = '';`) });
    expect(entries.sort()).toEqual(GENESYS_SCOPES);
  });

  it('accepts the names of Genesys Cloud and any other string, and nothing else', () => {
    const text = app(`
      const known: GenesysScope = 'analytics:readonly';
      const own: GenesysScope = 'admin:platform';
      const list: GenesysScope[] = ['analytics', 'admin:platform', String(Math.random())];
      const text: string = known;`);
    expect(errorsIn({ 'app.ts': text })).toEqual([]);
    expect(errorsIn({ 'app.ts': app('const scope: GenesysScope = 42;') })).toHaveLength(1);
  });

  it('autocompletes the names that a team registers', () => {
    const files = {
      'scopes.d.ts': registry(`own: 'admin:platform' | 'crm:read'`),
      'app.ts': app(`const scope: GenesysScope = '';`)
    };
    expect(completionsIn(files)).toEqual(expect.arrayContaining(['admin:platform', 'crm:read', 'analytics']));
    expect(errorsIn({ ...files, 'app.ts': app(`const scope: GenesysScope = 'anything';`) })).toEqual([]);
  });

  it('is closed when a team closes it', () => {
    const scopes = registry(`own: 'admin:platform'; closed: true`);
    const errors = (name: string): string[] =>
      errorsIn({ 'scopes.d.ts': scopes, 'app.ts': app(`const scope: GenesysScope = '${name}';`) });
    expect(errors('admin:platform')).toEqual([]);
    expect(errors('analytics:readonly')).toEqual([]);
    expect(errors('anaytics')[0]).toContain(`Did you mean '"analytics"'?`);
    expect(errors('admin:other')).toHaveLength(1);
  });

  it('can be closed without names of its own', () => {
    const errors = errorsIn({
      'scopes.d.ts': registry('closed: true'),
      'app.ts': app(`const scope: GenesysScope = 'admin:platform';`)
    });
    expect(errors).toHaveLength(1);
  });
});

describe('the type GenesysCloudScope', () => {
  it('is closed', () => {
    const text = app(`const all: GenesysCloudScope[] = ${JSON.stringify(GENESYS_SCOPES)};`);
    expect(errorsIn({ 'app.ts': text })).toEqual([]);
    expect(errorsIn({ 'app.ts': app(`const scope: GenesysCloudScope = 'admin:platform';`) })).toHaveLength(1);
    expect(errorsIn({ 'app.ts': app(`const scope: GenesysCloudScope = 'audits';`) })).toHaveLength(1);
  });
});
