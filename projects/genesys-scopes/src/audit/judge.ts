import { type ScopeFinding, checkScope } from '../check.ts';
import { isGenesysScope } from '../catalogue/names.ts';
import { READONLY_SUFFIX, covers, isCovered } from '../coverage.ts';
import type { Operation, OperationIndex } from '../operations/index.ts';
import type { ConfiguredScopes, NamedScope } from './configured.ts';
import { HOLE } from './evaluate.ts';
import type { ApiUse } from './requests.ts';
import { resolveUse } from './resolve.ts';
import { type Place, placeOf } from './source.ts';

/** What the audit finds. Errors and warnings make it fail, notes do not. */
export interface Finding {
  readonly rule:
    | ScopeFinding['kind']
    | 'missing_scope'
    | 'unused_scope'
    | 'broad_scope'
    | 'unknown_operation'
    | 'open_call'
    | 'open_scopes'
    | 'open_demand';
  readonly level: 'error' | 'warning' | 'note';
  readonly place?: Place;
  readonly scope?: string;
  readonly message: string;
  readonly fix: string;
}

/** An operation that the sources call, and where. */
export interface FoundCall {
  readonly operation: Operation;
  readonly place: Place;
  readonly via: ApiUse['via'];
}

/** The judgement over sources. */
export interface Judgement {
  readonly calls: readonly FoundCall[];
  /** The smallest set of scopes with which all calls, and all that the code demands, are allowed. */
  readonly minimal: readonly string[];
  /** What the app asks its token for, by its sources or by the command line. */
  readonly configured: readonly string[];
  readonly optional: readonly string[];
  readonly findings: readonly Finding[];
}

const shown = (text: string): string => text.replaceAll(HOLE, '…').slice(0, 200);
const named = ({ method, path }: Operation): string => `${method} ${path}`;
const either = (scopes: readonly string[]): string =>
  scopes.length > 1 ? `one of ${scopes.join(', ')}` : String(scopes[0]);

function readCalls(index: OperationIndex, uses: readonly ApiUse[]): { calls: FoundCall[]; findings: Finding[] } {
  const calls: FoundCall[] = [];
  const findings: Finding[] = [];
  // A helper that is given a path is seen twice: where it is called, and in the request it makes. The request knows more.
  const certain = new Set(uses.filter(({ method }) => method !== undefined).flatMap(({ literals }) => literals));
  const seen = new Set<string>();
  for (const use of uses) {
    if (use.method === undefined && use.literals.some((literal) => certain.has(literal))) continue;
    const resolution = resolveUse(index, use);
    const place = placeOf(use.at);
    const what = shown(`${use.method ?? 'request to'} ${use.url}`);
    // The same request with other values in its query is the same call.
    const key = `${place.file}:${place.line}:${place.column} ${resolution.kind === 'operation' ? named(resolution.operation) : what}`;
    if (seen.has(key)) continue;
    seen.add(key);
    if (resolution.kind === 'operation') calls.push({ operation: resolution.operation, place, via: use.via });
    else if (use.via === 'mention') continue;
    else if (resolution.kind === 'open') {
      const message = `Which operation "${what}" calls is only known at run time.`;
      findings.push({ rule: 'open_call', level: 'note', place, message, fix: 'Check by hand which scopes it needs.' });
    } else {
      const level = use.via === 'sdk' ? 'note' : 'warning';
      const message = `The index of operations has no "${what}".`;
      const fix =
        'Correct method or path, or bring the index up to date: npx --no-install genesys-scopes update, then audit --index.';
      findings.push({ rule: 'unknown_operation', level, place, message, fix });
    }
  }
  return { calls, findings };
}

/** Checks names against the registered scopes, or else against those of Genesys Cloud and the valid names in the configuration. */
function nameCheck({ scopes, optional, registered }: ConfiguredScopes): NameCheck {
  if (registered.length > 0) {
    const registeredScopes = registered.map(({ scope }) => scope);
    return (scope) => checkScope(scope, { registeredScopes });
  }
  const ownScopes = [...scopes, ...optional].map(({ scope }) => scope).filter((scope) => !checkScope(scope));
  return (scope) => checkScope(scope, { ownScopes });
}

type NameCheck = (scope: string) => ScopeFinding | undefined;

function judgeNames(names: readonly NamedScope[], check: NameCheck): Finding[] {
  return names.flatMap(({ scope, place }) => {
    const finding = check(scope);
    return finding
      ? [{ rule: finding.kind, level: 'error' as const, place, scope, message: finding.message, fix: finding.hint }]
      : [];
  });
}

/** A call that no configured scope allows: one finding for each place. */
function judgeCalls(calls: readonly FoundCall[], granted: readonly string[]): Finding[] {
  return calls.flatMap(({ operation, place }) => {
    const { scopes } = operation;
    if (scopes.length === 0 || scopes.some((scope) => isCovered(scope, granted))) return [];
    const least = scopes.find((scope) => scope.endsWith(READONLY_SUFFIX)) ?? scopes[0] ?? '';
    const message = `${named(operation)} needs ${either(scopes)}; configured: ${granted.join(', ') || 'nothing'}.`;
    return [{ rule: 'missing_scope', level: 'error', place, scope: least, message, fix: `Add "${least}" to scopes.` }];
  });
}

function judgeConfigured(
  { scope, place }: NamedScope,
  needs: readonly (readonly string[])[],
  isOptional: boolean
): Finding | undefined {
  // Only Genesys' own scopes can be told from its operations; own scopes open things that are not in the index.
  if (!isGenesysScope(scope)) return undefined;
  const served = needs.filter((need) => need.some((name) => covers(scope, name)));
  if (served.length === 0) {
    const message = `No call needs the scope "${scope}".`;
    const fix = `Remove "${scope}"${isOptional ? ' from optionalScopes' : ' from scopes'}.`;
    return { rule: 'unused_scope', level: isOptional ? 'note' : 'warning', place, scope, message, fix };
  }
  const readonly = scope + READONLY_SUFFIX;
  if (isGenesysScope(readonly) && served.every((need) => need.includes(readonly))) {
    const message = `All calls that "${scope}" serves can do with "${readonly}".`;
    return { rule: 'broad_scope', level: 'note', place, scope, message, fix: `Replace "${scope}" by "${readonly}".` };
  }
  return undefined;
}

/** Judges what was found in sources. */
export function judge(index: OperationIndex, uses: readonly ApiUse[], configured: ConfiguredScopes): Judgement {
  const { calls, findings } = readCalls(index, uses);
  const { scopes, optional, demanded, unreadable, unreadableDemands } = configured;
  const check = nameCheck(configured);
  const granted = [...new Set([...scopes, ...optional].map(({ scope }) => scope))].sort();
  const needs = [...calls.map(({ operation }) => operation.scopes), ...demanded.map(({ scope }) => [scope])];
  findings.push(...judgeNames([...scopes, ...optional, ...demanded], check));
  if (granted.length > 0) {
    findings.push(...judgeCalls(calls, granted));
    for (const { scope, place } of demanded) {
      if (isCovered(scope, granted) || check(scope)) continue;
      const message = `The code demands "${scope}"; configured: ${granted.join(', ')}.`;
      findings.push({ rule: 'missing_scope', level: 'error', place, scope, message, fix: `Add "${scope}" to scopes.` });
    }
    // Several configurations may contain the same scope: it is reported once, at its first place.
    const once = (list: readonly NamedScope[]): NamedScope[] => [
      ...new Map(list.toReversed().map((name) => [name.scope, name])).values()
    ];
    findings.push(...once(scopes).flatMap((name) => judgeConfigured(name, needs, false) ?? []));
    findings.push(...once(optional).flatMap((name) => judgeConfigured(name, needs, true) ?? []));
  }
  for (const place of granted.length === 0 ? unreadable.slice(0, 1) : []) {
    const message =
      'Which scopes are configured is only known at run time, so nothing is said about missing and unused ones.';
    findings.push({ rule: 'open_scopes', level: 'note', place, message, fix: 'Name them: audit --scopes a,b.' });
  }
  for (const place of unreadableDemands) {
    const message = 'Which scopes are demanded here is only known at run time.';
    findings.push({
      rule: 'open_demand',
      level: 'note',
      place,
      message,
      fix: 'Check by hand that they are configured.'
    });
  }
  const demandedValid = demanded.filter(({ scope }) => !check(scope)).map(({ scope }) => scope);
  const fromCalls = index.minimalScopes(
    calls.map(({ operation }) => ({ method: operation.method, url: operation.path }))
  );
  const all = [...new Set([...fromCalls, ...demandedValid])];
  return {
    calls,
    minimal: all.filter((scope) => !all.some((other) => other !== scope && covers(other, scope))).sort(),
    configured: [...new Set(scopes.map(({ scope }) => scope))].sort(),
    optional: [...new Set(optional.map(({ scope }) => scope))].sort(),
    findings: findings.sort(byPlace)
  };
}

const LEVELS = ['error', 'warning', 'note'];

function byPlace(a: Finding, b: Finding): number {
  const key = ({ level, place }: Finding): string =>
    [
      LEVELS.indexOf(level),
      place?.file ?? '',
      String(place?.line ?? 0).padStart(8, '0'),
      String(place?.column ?? 0).padStart(8, '0')
    ].join('\0');
  return key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
}
