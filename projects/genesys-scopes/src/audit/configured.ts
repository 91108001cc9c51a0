import { type Declarations, bare, calleeName } from './declarations.ts';
import { type Evaluate, HOLE } from './evaluate.ts';
import { type Place, type Source, placeAt, placeOf, visit } from './source.ts';
import { ts } from './typescript.ts';

/** A scope name in the sources. */
export interface NamedScope {
  readonly scope: string;
  readonly place: Place;
}

/** What the sources say about scopes. */
export interface ConfiguredScopes {
  /** Scopes the app asks its token for. */
  readonly scopes: readonly NamedScope[];
  /** Scopes it takes where it gets them. */
  readonly optional: readonly NamedScope[];
  /** The exact list of scopes that exist, where a configuration gives one. */
  readonly registered: readonly NamedScope[];
  /** Scopes that a request, a route or a template says it needs. */
  readonly demanded: readonly NamedScope[];
  /** Configurations whose scopes are only known at run time. */
  readonly unreadable: readonly Place[];
  /** Requests, routes and templates that demand scopes which are only known at run time. */
  readonly unreadableDemands: readonly Place[];
}

const DOORS = new Set(['forRoot', 'provideGenesysAuth']);
const DEMANDS = new Set(['genesysScopes', 'requireScopes']);
const SERVICE_METHODS = new Set(['token', 'validate', 'hasScopes', 'ensureScopes']);
// A relay's `scopes` are those that exist; these keys tell its configuration from the app's.
const RELAY_KEYS = ['identities', 'genesys', 'roles'];
const APP_KEYS = ['relay', 'apiOrigin', 'optionalScopes', 'registeredScopes'];

function memberNames(object: ts.ObjectLiteralExpression): string[] {
  return object.properties.flatMap(({ name }) =>
    name && (ts.isIdentifier(name) || ts.isStringLiteral(name)) ? [name.text] : []
  );
}

function memberOf(object: ts.ObjectLiteralExpression, wanted: string): ts.Expression | undefined {
  for (const member of object.properties) {
    if (!member.name || !ts.isIdentifier(member.name) || member.name.text !== wanted) continue;
    if (ts.isPropertyAssignment(member)) return member.initializer;
    if (ts.isShorthandPropertyAssignment(member)) return member.name;
  }
  return undefined;
}

/** Finds configurations of the library and of the relay, and scopes that the code names. */
export function findConfigured(
  sources: readonly Source[],
  files: readonly ts.SourceFile[],
  declarations: Declarations,
  evaluate: Evaluate
): ConfiguredScopes {
  const result = { scopes: [], optional: [], registered: [], demanded: [], unreadable: [], unreadableDemands: [] } as {
    [Key in keyof ConfiguredScopes]: ConfiguredScopes[Key][number][];
  };

  /** How often a search was too deep to follow. */
  let cuts = 0;

  /** The names in a list, `undefined` in it for what is only known at run time. */
  function namesIn(expression: ts.Expression, depth = 0): (NamedScope | undefined)[] {
    const node = bare(expression);
    if (depth > 10) {
      cuts++;
      return [undefined];
    }
    if (ts.isSpreadElement(node)) return namesIn(node.expression, depth + 1);
    if (ts.isArrayLiteralExpression(node)) return node.elements.flatMap((part) => namesIn(part, depth + 1));
    // The options of a guard.
    if (ts.isObjectLiteralExpression(node)) return [];
    if (ts.isIdentifier(node) || ts.isPropertyAccessExpression(node)) {
      let target = declarations.declarationOf(node);
      if (target && ts.isShorthandPropertyAssignment(target)) target = declarations.declarationOf(target);
      if (target && ts.isParameter(target)) return passedTo(target, depth + 1);
      const value =
        target &&
        (ts.isVariableDeclaration(target) || ts.isPropertyDeclaration(target) || ts.isPropertyAssignment(target))
          ? target.initializer
          : undefined;
      if (value) return namesIn(value, depth + 1);
    }
    return evaluate(node).map(({ text, at }) =>
      text.includes(HOLE) ? undefined : { scope: text, place: placeOf(at) }
    );
  }

  const namesByParameter = new Map<ts.ParameterDeclaration, (NamedScope | undefined)[]>();

  /** The names that the callers of a function pass to one of its parameters. */
  function passedTo(parameter: ts.ParameterDeclaration, depth: number): (NamedScope | undefined)[] {
    const known = namesByParameter.get(parameter);
    if (known) return known;
    // A function that calls itself with what it was given adds nothing.
    namesByParameter.set(parameter, []);
    const cutsBefore = cuts;
    const index = parameter.parent.parameters.indexOf(parameter);
    const calls = declarations.callsOf(parameter.parent);
    const names = calls.flatMap((call) => {
      const passed = call.arguments.slice(index, parameter.dotDotDotToken ? undefined : index + 1);
      if (passed.length === 0) return parameter.initializer ? namesIn(parameter.initializer, depth) : [];
      return passed.flatMap((argument) => namesIn(argument, depth));
    });
    const answer = calls.length === 0 ? [undefined] : names;
    // A search that starts nearer to the names may reach them.
    if (cuts === cutsBefore) namesByParameter.set(parameter, answer);
    else namesByParameter.delete(parameter);
    return answer;
  }

  function take(list: 'scopes' | 'optional' | 'registered', expression: ts.Expression | undefined): void {
    if (!expression) return;
    for (const name of namesIn(expression)) {
      if (name) result[list].push(name);
      else if (list === 'scopes') result.unreadable.push(placeOf(expression));
    }
  }

  function readObject(object: ts.ObjectLiteralExpression, isDoor: boolean): void {
    const names = memberNames(object);
    const scopes = memberOf(object, 'scopes');
    if (scopes && !isDoor && RELAY_KEYS.filter((key) => names.includes(key)).length >= 2) {
      take('registered', scopes);
    } else if (scopes && (isDoor || names.some((name) => APP_KEYS.includes(name)))) {
      take('scopes', scopes);
      take('optional', memberOf(object, 'optionalScopes'));
      take('registered', memberOf(object, 'registeredScopes'));
    }
  }

  function readCall(node: ts.CallExpression): void {
    const name = calleeName(node) ?? '';
    const ofService =
      SERVICE_METHODS.has(name) &&
      ts.isPropertyAccessExpression(node.expression) &&
      declarations.classNameOf(node.expression.expression) === 'GenesysAuthService';
    if (!DEMANDS.has(name) && !ofService) return;
    for (const argument of node.arguments) {
      const names = namesIn(argument);
      result.demanded.push(...names.filter((scope) => scope !== undefined));
      if (names.includes(undefined)) result.unreadableDemands.push(placeOf(argument));
    }
  }

  for (const file of files) {
    visit(file, (node) => {
      if (ts.isCallExpression(node)) readCall(node);
      if (ts.isObjectLiteralExpression(node)) {
        const { parent } = node;
        readObject(node, ts.isCallExpression(parent) && DOORS.has(calleeName(parent) ?? ''));
      }
    });
  }
  for (const source of sources) {
    for (const match of source.text.matchAll(/\*genesysScopes\s*=\s*"([^"]*)"|\*genesysScopes\s*=\s*'([^']*)'/g)) {
      const named = [...(match[1] ?? match[2] ?? '').matchAll(/(['"])(.*?)\1/g)];
      for (const [quoted, , scope = ''] of named) {
        result.demanded.push({ scope, place: placeAt(source, match.index + match[0].indexOf(quoted) + 1) });
      }
      if (named.length === 0) result.unreadableDemands.push(placeAt(source, match.index));
    }
  }
  const onlyOnce = (list: readonly NamedScope[]): NamedScope[] => [
    ...new Map(list.map((name) => [`${name.scope} ${JSON.stringify(name.place)}`, name])).values()
  ];
  return {
    ...result,
    scopes: onlyOnce(result.scopes),
    optional: onlyOnce(result.optional),
    registered: onlyOnce(result.registered),
    demanded: onlyOnce(result.demanded)
  };
}
