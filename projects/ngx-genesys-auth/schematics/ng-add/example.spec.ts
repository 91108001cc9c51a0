import { join } from 'node:path';
import ts from 'typescript';
import { ANSWERS, ngAdd, output, workspace } from '../testing/workspace';

const FILE = '/projects/shop/src/app/genesys-queues.ts';
const root = join(__dirname, '../../../..');

describe('ng add --example', () => {
  it('writes a component that passes the type check, and prints how to route to it', async () => {
    const tree = await workspace();
    expect(await output(tree, { ...ANSWERS, example: true })).toMatch(
      /from '\.\/genesys-queues'.*\n +\{ path: 'queues', component: GenesysQueues \}/
    );
    const text = (await ngAdd(tree, { ...ANSWERS, example: true })).readText(FILE);
    expect(text).toContain("'https://api.mypurecloud.de/api/v2/routing/queues'");
    expect(text).toContain("selector: 'app-genesys-queues'");

    // In the folder of the workspace, so that Angular's packages are found.
    const file = join(root, 'out-tsc/example.ts');
    const options: ts.CompilerOptions = {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ES2022,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      types: []
    };
    const host = ts.createCompilerHost(options);
    const { getSourceFile, fileExists } = host;
    host.fileExists = (name) => name === file || fileExists(name);
    host.getSourceFile = (name, ...rest) =>
      name === file ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest);
    const messages = ts
      .getPreEmitDiagnostics(ts.createProgram([file], options, host))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
    expect(messages).toEqual([]);
  });

  it('calls the API of another server, and keeps a file that is there', async () => {
    const options = { ...ANSWERS, example: true, apiOrigin: 'http://localhost:4211' };
    expect((await ngAdd(await workspace(), options)).readText(FILE)).toContain("'http://localhost:4211/api/v2/routing");
    const tree = await workspace();
    tree.create(FILE, 'export const own = 1;\n');
    expect(await output(tree, options)).toContain(`${FILE} exists already, and stays as it is`);
    expect((await ngAdd(tree, options)).readText(FILE)).toBe('export const own = 1;\n');
  });

  it('is not written unasked', async () => {
    expect((await ngAdd(await workspace())).exists(FILE)).toBe(false);
  });
});
