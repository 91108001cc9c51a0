import type { Tree } from '@angular-devkit/schematics';
import { addSymbolToNgModuleMetadata } from '@schematics/angular/utility/ast-utils';
import { type Change, InsertChange } from '@schematics/angular/utility/change';
import { findAppConfig } from '@schematics/angular/utility/standalone/app_config';
import { stop } from './options';
import { type Symbol, type TS, append, callsOf, edit, parse, ts } from './source';
import type { Target } from './target';

/** A part of the root of an application: an element of its providers, or of the imports of its root module. */
export interface RootPart {
  readonly field: 'providers' | 'imports';
  readonly text: string;
  readonly imports: readonly Symbol[];
}

/** Adds a part to the root of the application. */
export function addToRoot(tree: Tree, { root }: Target, part: RootPart): void {
  if (root.kind === 'standalone') addToConfig(tree, root.file, part);
  else addToModule(tree, root.file, part);
}

function addToModule(tree: Tree, file: string, { field, text, imports }: RootPart): void {
  const changes = addSymbolToNgModuleMetadata(parse(tree, file), file, field, text);
  if (changes.length === 0) byHand(file, `its @NgModule has no list of ${field} that can be extended`, text);
  edit(tree, file, changes, imports);
}

function addToConfig(tree: Tree, main: string, { text, imports }: RootPart): void {
  const [call] = callsOf(parse(tree, main), ['bootstrapApplication', '@angular/platform-browser']);
  if (!call) return byHand(main, 'the call of bootstrapApplication was not found', text);
  if (call.arguments.length === 1) {
    edit(tree, main, [append(main, call.arguments, `{\n  providers: [${text}]\n}`)], imports);
    return;
  }
  const config = configOf(call, tree, main);
  if (!config) return byHand(main, 'the configuration it starts the application with could not be followed', text);
  const change = addProvider(config.filePath, config.node, text);
  if (!change) return byHand(config.filePath, 'its providers are not a list that can be extended', text);
  edit(tree, config.filePath, [change], imports);
}

function configOf(call: TS.CallExpression, tree: Tree, main: string): ReturnType<typeof findAppConfig> {
  try {
    return findAppConfig(call, tree, main);
  } catch {
    // It looks into the file that the import seems to name, and there may be none.
    return null;
  }
}

function addProvider(file: string, config: TS.ObjectLiteralExpression, text: string): Change | undefined {
  const named = config.properties.find(({ name }) => name && ts.isIdentifier(name) && name.text === 'providers');
  if (named) {
    const list = ts.isPropertyAssignment(named) ? listOf(named.initializer) : undefined;
    return list && append(file, list, text);
  }
  // What is spread into it may have providers, and a second list would replace them.
  if (config.properties.some((property) => !property.name)) return undefined;
  const property = `providers: [${text}]`;
  return config.properties.length > 0
    ? append(file, config.properties, property)
    : new InsertChange(file, config.properties.pos, `\n  ${property}\n`);
}

/** The elements of a list that is written out here, or as a constant of the same file. */
function listOf(expression: TS.Expression): TS.NodeArray<TS.Expression> | undefined {
  if (ts.isArrayLiteralExpression(expression)) return expression.elements;
  if (!ts.isIdentifier(expression)) return undefined;
  for (const statement of expression.getSourceFile().statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (ts.isIdentifier(name) && name.text === expression.text && initializer) return listOf(initializer);
    }
  }
  return undefined;
}

/** Ends the run with what to write by hand. */
export function byHand(file: string, reason: string, text: string): never {
  return stop(`${file}: ${reason}. Add it by hand:\n\n  ${text}\n\n`);
}
