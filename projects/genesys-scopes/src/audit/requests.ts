import { type Declarations, bare, calleeName } from './declarations.ts';
import { type Bindings, type Evaluate, HOLE } from './evaluate.ts';
import { visit } from './source.ts';
import { ts } from './typescript.ts';

/** A place in the sources that calls the API, or looks like it. */
export interface ApiUse {
  /** HTTP method; `undefined` if the sources do not tell. */
  readonly method: string | undefined;
  /** URL with {@link HOLE} for what is only known at run time. */
  readonly url: string;
  readonly at: ts.Node;
  readonly literals: readonly ts.Node[];
  /** `call`: a request for certain. `mention`: a string that names an operation. `sdk`: a method of the official SDK. */
  readonly via: 'call' | 'mention' | 'sdk';
}

const API = /\/api\/v2(?:[/\ue000]|$)/i;
const VERBS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']);
// Functions that look at a URL and do not call it.
const NO_REQUEST =
  /^(?:startsWith|endsWith|includes|indexOf|lastIndexOf|match|matchAll|test|search|split|slice|replace|replaceAll|log|warn|error|info|debug|RegExp|URL|URLPattern|describe|it|expect|toBe|toEqual|push|set|has|add)$/;
// How many callers of callers are followed from one request, and how many ways in all.
const MOST_CALLERS = 4;
const MOST_WAYS = 500;

/** The HTTP method that the name of a function says: `get`, `#post`, `httpDelete`, `getJson`. */
function verbIn(name: string): string | undefined {
  const upper = name.toUpperCase();
  if (VERBS.has(upper)) return upper;
  const word = /^(?:http)?(get|post|put|patch|delete|del)(?=$|[A-Z_])/i.exec(name)?.[1]?.toUpperCase();
  return word === 'DEL' ? 'DELETE' : word;
}

function propertyOf(node: ts.Expression, names: readonly string[]): ts.Expression | undefined {
  const object = bare(node);
  if (!ts.isObjectLiteralExpression(object)) return undefined;
  for (const member of object.properties) {
    if (!member.name || !(ts.isIdentifier(member.name) || ts.isStringLiteral(member.name))) continue;
    if (!names.includes(member.name.text)) continue;
    if (ts.isPropertyAssignment(member)) return member.initializer;
    if (ts.isShorthandPropertyAssignment(member)) return member.name;
  }
  return undefined;
}

/** What may be a URL among the arguments, and what may be the method; methods by the name of the function come later. */
function partsOf(node: ts.CallExpression | ts.NewExpression): { urls: ts.Expression[]; methods: ts.Expression[] } {
  const urls: ts.Expression[] = [];
  const methods: ts.Expression[] = [];
  for (const argument of (node.arguments ?? []).slice(0, 4)) {
    const value = bare(argument);
    const body = ts.isArrowFunction(value) && !ts.isBlock(value.body) ? bare(value.body) : value;
    // Of functions only those are looked into that give a resource its URL: `httpResource(() => url)`.
    if (body !== value && !/resource/i.test(calleeName(node) ?? '')) continue;
    const url = propertyOf(body, ['url', 'uri', 'path']);
    const method = propertyOf(body, ['method', 'type']);
    if (url) urls.push(url);
    else if (!ts.isObjectLiteralExpression(body)) urls.push(body);
    if (method) methods.push(method);
  }
  return { urls, methods };
}

/** Finds all uses of the API in a program by its URLs. */
export function findRequests(
  files: readonly ts.SourceFile[],
  declarations: Declarations,
  evaluate: Evaluate
): readonly ApiUse[] {
  const uses = new Map<string, ApiUse>();
  const looked = new Set<ts.Node>();
  const note = (use: ApiUse): void => {
    const key = `${use.at.getSourceFile().fileName}:${use.at.getStart()} ${use.method ?? ''} ${use.url}`;
    uses.set(key, uses.get(key) ?? use);
  };

  let ways = 0;

  /** Evaluates the arguments, once for each way the functions around the call are called. */
  function expand(node: ts.CallExpression | ts.NewExpression, bindings: Bindings, depth: number): void {
    const touched = new Set<ts.Node>();
    const { urls, methods } = partsOf(node);
    const texts = urls.map((part) => evaluate(part, bindings, touched));
    const found = texts.flat().filter(({ text }) => API.test(text));
    if (found.length === 0) return;
    const name = calleeName(node) ?? '';
    for (const { literals } of found) for (const literal of literals) looked.add(literal);
    if (NO_REQUEST.test(name)) return;

    const [caller] = touched;
    const sites = caller && depth < MOST_CALLERS && ways < MOST_WAYS ? declarations.callsOf(caller) : [];
    if (caller && sites.length > 0 && 'parameters' in caller) {
      ways += sites.length;
      for (const site of sites) expand(node, bound(caller, site, bindings), depth + 1);
      return;
    }
    const given = methods.flatMap((part) => evaluate(part, bindings, touched).map(({ text }) => text.toUpperCase()));
    const literal = texts.flat().map(({ text }) => verbAtHead(text) ?? text.toUpperCase());
    const method =
      [...given, ...literal].find((text) => VERBS.has(text)) ??
      (given.length > 0
        ? undefined
        : (verbIn(name) ?? (/^(?:fetch|Request)$|resource/i.test(name) ? 'GET' : undefined)));
    for (const { text, at, literals } of found) note({ method, url: text, at, literals, via: 'call' });
  }

  function bound(target: ts.Node, site: ts.CallExpression, bindings: Bindings): Bindings {
    const result = new Map(bindings);
    if (!ts.isFunctionLike(target)) return result;
    for (const [index, parameter] of target.parameters.entries()) {
      if (!ts.isParameter(parameter)) continue;
      const argument = site.arguments[index] ?? parameter.initializer;
      // The place to look at is where the caller wrote the argument, which its own callers may have to say more about.
      result.set(parameter, (touched, others) =>
        argument ? evaluate(argument, others, touched) : [{ text: '', at: site, literals: [] }]
      );
    }
    return result;
  }

  for (const file of files) {
    visit(file, (node) => {
      ways = 0;
      if (ts.isCallExpression(node) || ts.isNewExpression(node)) expand(node, new Map(), 0);
    });
  }
  for (const file of files) {
    visit(file, (node) => {
      const whole = ts.isTemplateExpression(node) ? node.head : node;
      if (!ts.isExpression(node) || !(ts.isStringLiteralLike(node) || ts.isTemplateExpression(node))) return;
      if (looked.has(whole) || isCompared(node)) return;
      for (const { text, literals } of evaluate(node)) {
        if (!/\/api\/v2\/[a-z]/i.test(text) || literals.some((literal) => looked.has(literal))) continue;
        const method = verbAtHead(text);
        note({ method, url: text, at: node, literals, via: 'mention' });
      }
    });
  }
  return [...uses.values()].filter((use) => use.url !== HOLE);
}

/** `GET /api/v2/...` written as one string. */
function verbAtHead(text: string): string | undefined {
  const word = /^([A-Z]+) \//.exec(text)?.[1];
  return word !== undefined && VERBS.has(word) ? word : undefined;
}

function isCompared({ parent }: ts.Node): boolean {
  if (ts.isCaseClause(parent) || ts.isImportDeclaration(parent) || ts.isLiteralTypeNode(parent)) return true;
  return ts.isBinaryExpression(parent) && ts.SyntaxKind[parent.operatorToken.kind].includes('Equals');
}
