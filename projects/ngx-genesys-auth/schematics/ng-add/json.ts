import type { Tree } from '@angular-devkit/schematics';
import { InsertChange, ReplaceChange } from '@schematics/angular/utility/change';
import { type TS, edit, lineBreakBefore, ts } from './source';

/**
 * Adds a member to an object in a JSON file. Every line that is there stays as it is written.
 *
 * @param path the keys that lead to the object
 * @param member the name and the value to add
 * @param sorted whether the names are in alphabetical order, as in `dependencies` of a package.json
 * @returns whether the file has such an object
 */
export function addMember(
  tree: Tree,
  file: string,
  path: readonly string[],
  [name, value]: readonly [name: string, value: unknown],
  sorted = false
): boolean {
  const source = parseJson(tree, file);
  const object = path.reduce(memberOf, valueOf(source));
  if (!object || !ts.isObjectLiteralExpression(object)) return false;
  const { properties } = object;
  const next = sorted ? properties.find((member) => nameOf(member).localeCompare(name) > 0) : undefined;
  insert(tree, file, properties, next, (lineBreak) => `"${name}": ${written(value, source, lineBreak)}`);
  return true;
}

/**
 * Replaces a text in a JSON file. Everything else stays as it is written.
 *
 * @param path the keys that lead to the text
 * @returns whether the file has such a text
 */
export function replaceMember(tree: Tree, file: string, path: readonly string[], value: string): boolean {
  const found = path.reduce(memberOf, valueOf(parseJson(tree, file)));
  if (!found || !ts.isStringLiteral(found)) return false;
  edit(tree, file, [new ReplaceChange(file, found.getStart(), found.getText(), JSON.stringify(value))], []);
  return true;
}

const parseJson = (tree: Tree, file: string): TS.SourceFile =>
  ts.createSourceFile(file, tree.readText(file), ts.ScriptTarget.JSON, true, ts.ScriptKind.JSON);

/** The value that a JSON file consists of. */
function valueOf({ statements: [statement] }: TS.SourceFile): TS.Expression | undefined {
  return statement && ts.isExpressionStatement(statement) ? statement.expression : undefined;
}

const nameOf = ({ name }: TS.ObjectLiteralElementLike): string => (name && ts.isStringLiteral(name) ? name.text : '');

function memberOf(object: TS.Expression | undefined, name: string): TS.Expression | undefined {
  if (!object || !ts.isObjectLiteralExpression(object)) return undefined;
  const member = object.properties.find((each) => nameOf(each) === name);
  return member && ts.isPropertyAssignment(member) ? member.initializer : undefined;
}

/** Inserts a text before an element of a list, or at its end; on a separate line if the other elements are. */
function insert(
  tree: Tree,
  file: string,
  list: TS.NodeArray<TS.Node>,
  next: TS.Node | undefined,
  textAfter: (lineBreak: string | undefined) => string
): void {
  const neighbour = next ?? list.at(-1);
  const lineBreak = neighbour && lineBreakBefore(neighbour);
  const text = textAfter(lineBreak);
  const change = next
    ? new InsertChange(file, next.getStart(), `${text},${lineBreak ?? ' '}`)
    : neighbour
      ? new InsertChange(file, neighbour.getEnd(), `,${lineBreak ?? ' '}${text}`)
      : new InsertChange(file, list.pos, ` ${text} `);
  edit(tree, file, [change], []);
}

/** A value as JSON, in the indentation of its file; on one line if the elements beside it are. */
function written(value: unknown, { text }: TS.SourceFile, lineBreak: string | undefined): string {
  if (lineBreak === undefined) return JSON.stringify(value);
  const [unit] = /^[ \t]+/m.exec(text) ?? [];
  return JSON.stringify(value, null, unit).replaceAll('\n', lineBreak);
}
