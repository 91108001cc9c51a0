import { isRecord } from 'genesys-auth-protocol';
import { checkScope, isScopeToken } from 'genesys-scopes';
import { type ConfigIssue, GenesysAuthConfigError } from '../errors';
import { isText } from '../values';
import type { GenesysAuthConfig } from './config';
import { checkApi } from './check-api';
import { checkRelay } from './check-relay';
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

const isNothing = (value: unknown): boolean => value === undefined || (Array.isArray(value) && value.length === 0);

function checkScopes(
  key: string,
  value: unknown,
  check: (scope: string) => { message: string; hint: string } | undefined,
  report: Report
): void {
  if (!Array.isArray(value) || value.length === 0) {
    report(key, 'it must be a list with at least one scope.', `Write ${key}: ['analytics'].`);
    return;
  }
  const scopes: readonly unknown[] = value;
  for (const [index, scope] of scopes.entries()) {
    if (typeof scope !== 'string') {
      report(`${key}[${index}]`, 'it must be a string.', 'Name a scope.');
      continue;
    }
    const finding = check(scope);
    if (finding) report(`${key}[${index}]`, finding.message, finding.hint);
  }
}

const checkGrammar = (scope: string) =>
  isScopeToken(scope) ? undefined : { message: `"${scope}" is not a scope name.`, hint: 'Remove or correct it.' };

/**
 * Development only: looks at everything in a configuration.
 *
 * @param knownAs the name it has whatever name it gives itself
 * @throws {@link GenesysAuthConfigError} `config_invalid`, naming every mistake at once
 */
export function checkConfig(config: GenesysAuthConfig, knownAs?: string): void {
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
  const { registeredScopes } = given;
  const name = knownAs ?? given.name;
  checkKeys(given, KEYS, '', report);
  if (name !== undefined && !isText(name)) report('name', 'it must be a string.', 'Give a name, or remove it.');
  if (registeredScopes !== undefined) checkScopes('registeredScopes', registeredScopes, checkGrammar, report);
  const registered = Array.isArray(registeredScopes) ? { registeredScopes: registeredScopes.filter(isText) } : {};
  const check = (scope: string) => checkScope(scope, registered);
  checkApi(given, report);
  checkRelay(given.relay, report);
  checkScopes('scopes', given.scopes, check, report);
  // Unlike `scopes`, an empty list of optional ones says something.
  if (!isNothing(given.optionalScopes)) checkScopes('optionalScopes', given.optionalScopes, check, report);
  readNumber('renewAheadSeconds', given.renewAheadSeconds, 0, 0, report);
  if (issues.length > 0) throw new GenesysAuthConfigError(issues, name);
}
