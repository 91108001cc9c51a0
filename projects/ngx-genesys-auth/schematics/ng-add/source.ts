import { createRequire } from 'node:module';
import type { Tree } from '@angular-devkit/schematics';
import type * as TS from '@schematics/angular/third_party/github.com/Microsoft/TypeScript/lib/typescript';
import { insertImport } from '@schematics/angular/utility/ast-utils';
import { type Change, InsertChange, applyToUpdateRecorder } from '@schematics/angular/utility/change';

/**
 * The TypeScript that Angular's own schematics read code with, as their functions and ours look at the same nodes: in Angular 21
 * they bring one along, from 22 on it is the workspace's.
 */
function schematicsTypeScript(): typeof TS {
  const ours = createRequire(__filename);
  const theirs = createRequire(ours.resolve('@schematics/angular/package.json'));
  try {
    return theirs('@schematics/angular/third_party/github.com/Microsoft/TypeScript/lib/typescript') as typeof TS;
  } catch {
    return theirs('typescript') as typeof TS;
  }
}

export const ts = schematicsTypeScript();
export type { TS };

/** A symbol and the module it comes from. */
export type Symbol = readonly [name: string, module: string];

export function parse(tree: Tree, file: string): TS.SourceFile {
  return ts.createSourceFile(file, tree.readText(file), ts.ScriptTarget.Latest, true);
}

/** The name under which a file imports a symbol, or `undefined` if it does not. */
export function localName(source: TS.SourceFile, [symbol, module]: Symbol): string | undefined {
  for (const node of source.statements) {
    if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) continue;
    if (node.moduleSpecifier.text !== module) continue;
    const names = node.importClause?.namedBindings;
    if (!names || !ts.isNamedImports(names)) continue;
    const found = names.elements.find(({ propertyName, name }) => (propertyName ?? name).text === symbol);
    if (found) return found.name.text;
  }
  return undefined;
}

/** The calls of an imported function in a file, in their order. */
export function callsOf(source: TS.SourceFile, symbol: Symbol): TS.CallExpression[] {
  const name = localName(source, symbol);
  const calls: TS.CallExpression[] = [];
  const visit = (node: TS.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === name)
      calls.push(node);
    ts.forEachChild(node, visit);
  };
  if (name !== undefined) visit(source);
  return calls;
}

/** The line break and the indentation before a node, if it is the first on its line. */
export const lineBreakBefore = (node: TS.Node): string | undefined =>
  /^\s*?(\r?\n[ \t]*)\S/.exec(node.getFullText())?.[1];

/** Puts something at the end of a list, on a separate line if the last element is on one. */
export function append(file: string, list: TS.NodeArray<TS.Node>, text: string): Change {
  const last = list.at(-1);
  if (!last) return new InsertChange(file, list.pos, text);
  const line = lineBreakBefore(last);
  return new InsertChange(file, last.getEnd(), line === undefined ? `, ${text}` : `,${line}${text}`);
}

/** Writes changes to a file, with the imports that they need. */
export function edit(tree: Tree, file: string, changes: readonly Change[], imports: readonly Symbol[]): void {
  const recorder = tree.beginUpdate(file);
  applyToUpdateRecorder(recorder, [...changes]);
  tree.commitUpdate(recorder);
  // One after the other: each looks at the imports that are there.
  for (const [symbol, module] of imports) {
    const more = tree.beginUpdate(file);
    applyToUpdateRecorder(more, [insertImport(parse(tree, file), file, symbol, module)]);
    tree.commitUpdate(more);
  }
}

/** A text as it is written in TypeScript, in single quotes. */
export const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
