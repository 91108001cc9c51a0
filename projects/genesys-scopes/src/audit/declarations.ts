import { ts } from './typescript.ts';
import { visit } from './source.ts';

/** Follows names to where they are declared. */
export interface Declarations {
  /** Where the thing that an expression names is declared, if it is in the sources. */
  declarationOf(node: ts.Node): ts.Node | undefined;
  /** The functions that a call may run, and the other way round. */
  functionOf(call: ts.CallExpression): ts.SignatureDeclaration | undefined;
  callsOf(declaration: ts.Node): readonly ts.CallExpression[];
  /** The name of the class an expression is an instance of, as far as the sources tell. */
  classNameOf(node: ts.Expression): string | undefined;
}

/** The name that a call goes by: `get` for `this.http.get(...)` and for `get(...)`. */
export function calleeName({ expression }: ts.CallExpression | ts.NewExpression): string | undefined {
  if (ts.isIdentifier(expression)) return expression.text;
  return ts.isPropertyAccessExpression(expression) ? expression.name.text.replace(/^#/, '') : undefined;
}

/** What an expression is without brackets, assertions and non-null marks. */
export function bare(node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isTypeAssertionExpression(node) ||
    ts.isAwaitExpression(node)
    ? bare(node.expression)
    : node;
}

// Classes name each other in their fields (`a = inject(B)`, `b = inject(A)`): names are followed so far and no further.
const MOST_STEPS = 12;

/** Prepares to follow the names in a program. */
export function followDeclarations(program: ts.Program, files: readonly ts.SourceFile[]): Declarations {
  const checker = program.getTypeChecker();

  function symbolAt(node: ts.Node): ts.Symbol | undefined {
    const symbol = ts.isShorthandPropertyAssignment(node)
      ? checker.getShorthandAssignmentValueSymbol(node)
      : checker.getSymbolAtLocation(ts.isPropertyAccessExpression(node) ? node.name : node);
    return symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  }

  function declared(node: ts.Node, steps: number): ts.Node | undefined {
    const symbol = symbolAt(node);
    const found = symbol?.valueDeclaration ?? symbol?.declarations?.[0];
    if (found || !ts.isPropertyAccessExpression(node)) return found;
    // Injected things have no type here, as the framework is not part of the program: follow `inject(Thing)`.
    const owner = classOf(node.expression, steps + 1);
    return owner?.members.find(
      (member) => member.name && ts.isMemberName(member.name) && member.name.text === node.name.text
    );
  }

  /** The name in `new Name()`, `inject(Name)` or a type annotation, wherever the expression got its value. */
  function classNameNode(expression: ts.Expression, steps: number): ts.Node | undefined {
    const node = bare(expression);
    if (steps > MOST_STEPS) return undefined;
    if (ts.isNewExpression(node)) return node.expression;
    if (ts.isCallExpression(node)) return calleeName(node) === 'inject' ? node.arguments[0] : undefined;
    const declaration = declared(node, steps + 1);
    if (
      !declaration ||
      !(ts.isVariableDeclaration(declaration) || ts.isPropertyDeclaration(declaration) || ts.isParameter(declaration))
    ) {
      return undefined;
    }
    if (declaration.type) return ts.isTypeReferenceNode(declaration.type) ? declaration.type.typeName : undefined;
    return declaration.initializer && classNameNode(declaration.initializer, steps + 1);
  }

  function classOf(expression: ts.Expression, steps: number): ts.ClassLikeDeclaration | undefined {
    const name = classNameNode(expression, steps);
    const declaration = name && declared(ts.isQualifiedName(name) ? name.right : name, steps + 1);
    return declaration && ts.isClassLike(declaration) ? declaration : undefined;
  }

  function functionOf(call: ts.CallExpression): ts.SignatureDeclaration | undefined {
    const declaration = declared(call.expression, 0);
    if (!declaration) return undefined;
    if (ts.isFunctionDeclaration(declaration) || ts.isMethodDeclaration(declaration)) return declaration;
    if (
      ts.isVariableDeclaration(declaration) ||
      ts.isPropertyDeclaration(declaration) ||
      ts.isPropertyAssignment(declaration)
    ) {
      const value = declaration.initializer && bare(declaration.initializer);
      if (value && (ts.isArrowFunction(value) || ts.isFunctionExpression(value))) return value;
    }
    return undefined;
  }

  const calls = new Map<ts.Node, ts.CallExpression[]>();
  for (const file of files) {
    visit(file, (node) => {
      if (!ts.isCallExpression(node)) return;
      const target = functionOf(node);
      if (!target) return;
      const known = calls.get(target);
      if (known) known.push(node);
      else calls.set(target, [node]);
    });
  }

  return {
    declarationOf: (node) => declared(node, 0),
    functionOf,
    callsOf: (declaration) => calls.get(declaration) ?? [],
    classNameOf: (node) => {
      const name = classNameNode(node, 0);
      if (!name) return undefined;
      if (ts.isQualifiedName(name)) return name.right.text;
      if (ts.isPropertyAccessExpression(name)) return name.name.text;
      return ts.isIdentifier(name) ? name.text : undefined;
    }
  };
}
