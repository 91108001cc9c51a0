import { type Declarations, bare, calleeName } from './declarations.ts';
import { ts } from './typescript.ts';

/** Stands in a text for what is only known at run time. */
export const HOLE = '\ue000';

/** A text that an expression may have. */
export interface Value {
  readonly text: string;
  /** The expression to point at: where the part that varies was written. */
  readonly at: ts.Node;
  /** The literals that the text is made of. */
  readonly literals: readonly ts.Node[];
}

/** Values of parameters while a function is looked at as one of its callers calls it. */
export type Bindings = ReadonlyMap<
  ts.ParameterDeclaration,
  (touched: Set<ts.Node>, others: Bindings) => readonly Value[]
>;

// An expression with more possible texts than this, or deeper than this, is as good as unknown.
const MOST_VALUES = 64;
const DEEPEST = 200;
// Constants that mean each other, and helpers that call each other, would go on for ever.
const MOST_STEPS = 5000;

const first = (values: readonly Value[]): readonly Value[] => values.slice(0, MOST_VALUES);

function concatenated(node: ts.Node, parts: readonly (readonly Value[])[]): readonly Value[] {
  return parts.reduce<readonly Value[]>(
    (heads, tails) =>
      first(
        heads.flatMap((head) =>
          tails.map((tail) => ({
            text: head.text + tail.text,
            // The path that a caller passed in says more than the function that puts it together.
            at: within(tail.at, node) || !tail.text.includes('/') ? head.at : tail.at,
            literals: [...head.literals, ...tail.literals]
          }))
        )
      ),
    [{ text: '', at: node, literals: [] }]
  );
}

function within(node: ts.Node, outer: ts.Node): boolean {
  return node.getSourceFile() === outer.getSourceFile() && node.pos >= outer.pos && node.end <= outer.end;
}

/** What a declaration says is looked at where its name is used; what a caller passed in, where the caller wrote it. */
function seenFrom(use: ts.Node, declaration: ts.Node, values: readonly Value[]): readonly Value[] {
  return values.map((value) => (within(value.at, declaration) ? { ...value, at: use } : value));
}

/** The expression a function returns, if it does nothing else. */
function returned(declaration: ts.SignatureDeclaration | ts.AccessorDeclaration): ts.Expression | undefined {
  if (!('body' in declaration) || !declaration.body) return undefined;
  if (!ts.isBlock(declaration.body)) return declaration.body;
  const last = declaration.body.statements.at(-1);
  return last && ts.isReturnStatement(last) ? last.expression : undefined;
}

/** Makes the function that finds which texts an expression may have; `touched` collects functions whose callers decide. */
export function evaluator(declarations: Declarations) {
  let level = 0;
  let steps = 0;

  function evaluate(
    expression: ts.Expression,
    bindings: Bindings = new Map(),
    touched = new Set<ts.Node>(),
    depth = 0
  ): readonly Value[] {
    if (level === 0) steps = 0;
    level++;
    try {
      return textsOf(expression, bindings, touched, depth);
    } finally {
      level--;
    }
  }

  function textsOf(
    expression: ts.Expression,
    bindings: Bindings,
    touched: Set<ts.Node>,
    depth: number
  ): readonly Value[] {
    const node = bare(expression);
    const unknown = [{ text: HOLE, at: node, literals: [] }];
    if (depth > DEEPEST || steps++ > MOST_STEPS) return unknown;
    const inner = (part: ts.Expression, more?: Bindings): readonly Value[] =>
      evaluate(part, more ? new Map([...bindings, ...more]) : bindings, touched, depth + 1);

    if (ts.isStringLiteralLike(node)) return [{ text: node.text, at: node, literals: [node] }];
    if (ts.isNumericLiteral(node)) return [{ text: node.text, at: node, literals: [] }];
    if (ts.isTemplateExpression(node)) {
      const literal = (text: string, at: ts.Node): readonly Value[] => [{ text, at, literals: [at] }];
      const parts = node.templateSpans.flatMap((span) => [
        inner(span.expression),
        literal(span.literal.text, span.literal)
      ]);
      return concatenated(node, [literal(node.head.text, node.head), ...parts]);
    }
    if (ts.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      if (kind === ts.SyntaxKind.PlusToken) return concatenated(node, [inner(node.left), inner(node.right)]);
      const either = kind === ts.SyntaxKind.BarBarToken || kind === ts.SyntaxKind.QuestionQuestionToken;
      return either ? first([...inner(node.left), ...inner(node.right)]) : unknown;
    }
    if (ts.isConditionalExpression(node)) return first([...inner(node.whenTrue), ...inner(node.whenFalse)]);
    if (ts.isNewExpression(node)) return calleeName(node) === 'URL' ? url(node, inner) : unknown;
    if (ts.isCallExpression(node)) return call(node, inner) ?? unknown;
    if (ts.isIdentifier(node) || ts.isPropertyAccessExpression(node)) {
      if (ts.isPropertyAccessExpression(node) && node.name.text === 'href') return inner(node.expression);
      const declaration = declarations.declarationOf(node);
      const values = declaration && named(declaration, bindings, touched, inner);
      return values ? seenFrom(node, declaration, values) : unknown;
    }
    return unknown;
  }

  type Inner = (part: ts.Expression, more?: Bindings) => readonly Value[];

  function named(
    declaration: ts.Node,
    bindings: Bindings,
    touched: Set<ts.Node>,
    inner: Inner
  ): readonly Value[] | undefined {
    if (ts.isParameter(declaration)) {
      const bound = bindings.get(declaration);
      // Without itself: a function that calls itself with what it was given would never end.
      if (bound) return bound(touched, new Map([...bindings].filter(([parameter]) => parameter !== declaration)));
      if (declaration.parent.kind !== ts.SyntaxKind.Constructor) touched.add(declaration.parent);
      return declaration.initializer && inner(declaration.initializer);
    }
    if (ts.isShorthandPropertyAssignment(declaration)) {
      const target = declarations.declarationOf(declaration);
      return target && target !== declaration ? named(target, bindings, touched, inner) : undefined;
    }
    if (ts.isGetAccessorDeclaration(declaration)) {
      const value = returned(declaration);
      return value && inner(value);
    }
    const holdsValue =
      ts.isVariableDeclaration(declaration) ||
      ts.isPropertyDeclaration(declaration) ||
      ts.isPropertyAssignment(declaration) ||
      ts.isEnumMember(declaration);
    return holdsValue && declaration.initializer ? inner(declaration.initializer) : undefined;
  }

  function url(node: ts.NewExpression, inner: Inner): readonly Value[] {
    const [path, base] = node.arguments ?? [];
    if (!path) return [];
    if (!base) return inner(path);
    return inner(path).flatMap((value) =>
      /^\/|^[a-z][a-z0-9+.-]*:/i.test(value.text) ? [value] : concatenated(node, [inner(base), [value]])
    );
  }

  function call(node: ts.CallExpression, inner: Inner): readonly Value[] | undefined {
    const target = declarations.functionOf(node);
    const value = target && returned(target);
    if (value) {
      const own = target.parameters.map((parameter, index) => {
        const argument = node.arguments[index] ?? parameter.initializer;
        return [
          parameter,
          (): readonly Value[] => (argument ? inner(argument) : [{ text: '', at: node, literals: [] }])
        ] as const;
      });
      return seenFrom(node, target, inner(value, new Map(own)));
    }
    if (!ts.isPropertyAccessExpression(node.expression)) return undefined;
    const { expression, name } = node.expression;
    const list = bare(expression);
    if (name.text === 'join' && ts.isArrayLiteralExpression(list)) {
      const separator = node.arguments[0] ? inner(node.arguments[0]) : [{ text: ',', at: node, literals: [] }];
      return concatenated(
        node,
        list.elements.flatMap((part, index) => (index === 0 ? [inner(part)] : [separator, inner(part)]))
      );
    }
    if (name.text === 'concat')
      return concatenated(node, [inner(expression), ...node.arguments.map((part) => inner(part))]);
    // `'/x/{id}'.replace('{id}', id)` is the template for our purpose.
    return ['toString', 'trim', 'replace', 'replaceAll', 'toLowerCase'].includes(name.text)
      ? inner(expression)
      : undefined;
  }

  return evaluate;
}

/** See {@link evaluator}. */
export type Evaluate = ReturnType<typeof evaluator>;
