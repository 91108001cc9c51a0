import { checkScope, isScopeToken } from 'genesys-scopes';
import { type ConfigIssue, GenesysAuthConfigError } from '../errors';
import type { GenesysAuthConfig, ResolvedConfig } from './config';
import { resolveApi } from './origin';
import { resolveRelay } from './relay';
import { isRecord, isText } from '../values';
import { type Report, checkKeys, readNumber } from './report';

const KEYS = [
  'region',
  'apiOrigin',
  'relay',
  'scopes',
  'optionalScopes',
  'registeredScopes',
  'renewAheadSeconds',
  'name'
] as const satisfies (keyof GenesysAuthConfig)[];
const DEFAULT_RENEW_AHEAD_SECONDS = 60;

const canonical = (scopes: readonly string[]): readonly string[] => [...new Set(scopes)].sort();

const isNothing = (value: unknown): boolean => value === undefined || (Array.isArray(value) && value.length === 0);

function readScopes(
  key: string,
  value: unknown,
  check: (scope: string) => { message: string; hint: string } | undefined,
  report: Report
): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) {
    report(key, 'it must be a list with at least one scope.', `Write ${key}: ['analytics'].`);
    return [];
  }
  const scopes: readonly unknown[] = value;
  return canonical(
    scopes.flatMap((scope, index) => {
      if (typeof scope !== 'string') {
        report(`${key}[${index}]`, 'it must be a string.', 'Name a scope.');
        return [];
      }
      const finding = check(scope);
      if (finding) report(`${key}[${index}]`, finding.message, finding.hint);
      return scope;
    })
  );
}

/**
 * Checks a configuration and fills in the defaults.
 *
 * @param config what the app gave; nothing about it is taken for granted, as it may come from a JSON file
 * @param knownAs the name it has whatever name it gives itself
 * @throws {@link GenesysAuthConfigError} `config_invalid`, naming every mistake at once
 */
export function resolveConfig(config: GenesysAuthConfig, knownAs?: string): ResolvedConfig {
  const issues: ConfigIssue[] = [];
  const report: Report = (key, message, fix) => {
    issues.push({ key, message, fix });
  };
  if (!isRecord(config)) {
    throw new GenesysAuthConfigError([
      { key: 'config', message: 'it must be an object.', fix: 'Give region, relay, scopes.' }
    ]);
  }
  const given: Partial<GenesysAuthConfig> = config;
  checkKeys(given, KEYS, '', report);
  const name = knownAs ?? given.name;
  if (name !== undefined && !isText(name)) report('name', 'it must be a string.', 'Give a name, or remove it.');

  const isGrammar = (scope: string) =>
    isScopeToken(scope) ? undefined : { message: `"${scope}" is not a scope name.`, hint: 'Remove or correct it.' };
  const registeredScopes =
    given.registeredScopes === undefined
      ? undefined
      : readScopes('registeredScopes', given.registeredScopes, isGrammar, report);
  const check = (scope: string) => checkScope(scope, registeredScopes && { registeredScopes });
  const resolved = {
    name,
    ...resolveApi(given, report),
    ...resolveRelay(given.relay, report),
    scopes: readScopes('scopes', given.scopes, check, report),
    // Unlike `scopes`, an empty list of optional ones says something.
    optionalScopes: isNothing(given.optionalScopes)
      ? []
      : readScopes('optionalScopes', given.optionalScopes, check, report),
    registeredScopes,
    renewAheadMs:
      1000 * readNumber('renewAheadSeconds', given.renewAheadSeconds, DEFAULT_RENEW_AHEAD_SECONDS, 0, report)
  };
  const { apiOrigin } = resolved;
  if (issues.length > 0 || apiOrigin === undefined) throw new GenesysAuthConfigError(issues, name);
  return { ...resolved, apiOrigin };
}
