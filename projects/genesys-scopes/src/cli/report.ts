import type { Finding, Judgement } from '../audit/index.ts';

const at = ({ place }: Finding): string => (place ? `${place.file}:${place.line}:${place.column}` : '');
const listed = (names: readonly string[]): string => (names.length > 0 ? names.join(' ') : '(none)');
const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** The judgement for people. */
export function asText({ calls, minimal, configured, optional, findings }: Judgement, files: number): string {
  const operations = new Map(calls.map(({ operation }) => [`${operation.method} ${operation.path}`, operation]));
  const needs = [...operations]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, { scopes, auth }]) =>
        `  ${name}  ${auth === 'oauth' ? scopes.join(' | ') || 'any token' : 'no OAuth token'}`
    );
  const count = (level: Finding['level']): number => findings.filter((finding) => finding.level === level).length;
  return [
    `${plural(calls.length, 'call')} of ${plural(operations.size, 'operation')} in ${plural(files, 'file')}`,
    ...needs,
    `needed:     ${listed(minimal)}`,
    `configured: ${listed(configured)}${optional.length > 0 ? `, optional: ${optional.join(' ')}` : ''}`,
    ...findings.map(
      (finding) => `${at(finding)} ${finding.level} ${finding.rule}: ${finding.message}\n  fix: ${finding.fix}`
    ),
    `${plural(count('error'), 'error')}, ${plural(count('warning'), 'warning')}, ${plural(count('note'), 'note')}`
  ].join('\n');
}

/** The judgement for programs. */
export function asJson({ calls, ...rest }: Judgement, files: number): string {
  const flat = calls.map(({ operation: { method, path, scopes, auth }, place, via }) => ({
    method,
    path,
    scopes,
    auth,
    via,
    ...place
  }));
  return JSON.stringify({ files, calls: flat, ...rest }, undefined, 2);
}

/** What each rule is about, for viewers of SARIF. */
const RULES: Readonly<Record<Finding['rule'], string>> = {
  malformed: 'A scope name does not follow RFC 6749 section 3.3.',
  near_miss: 'A scope name is almost the name of another scope.',
  unknown_in_area: 'A scope lies in an area of Genesys Cloud that has no scope of this name.',
  not_registered: 'A scope is not on the list of registered scopes.',
  missing_scope: 'A call needs a scope that is not configured.',
  unused_scope: 'A configured scope is needed by no call.',
  broad_scope: 'A configured scope allows more than the calls need.',
  unknown_operation: 'A call goes to an operation that the API does not have.',
  open_call: 'Which operation a call goes to is only known at run time.',
  open_scopes: 'Which scopes are configured is only known at run time.',
  open_demand: 'Which scopes a request, a route or a template demands is only known at run time.'
};

/** The judgement as SARIF 2.1.0 (OASIS), which code hosts show beside the lines. */
export function asSarif({ findings }: Judgement, version: string): string {
  const rules = Object.entries(RULES).map(([id, text]) => ({ id, shortDescription: { text } }));
  const results = findings.map(({ rule, level, place, message, fix }) => ({
    ruleId: rule,
    ruleIndex: rules.findIndex(({ id }) => id === rule),
    level,
    message: { text: `${message} ${fix}` },
    locations: place
      ? [
          {
            physicalLocation: {
              artifactLocation: { uri: encodeURI(place.file), uriBaseId: '%SRCROOT%' },
              region: { startLine: place.line, startColumn: place.column }
            }
          }
        ]
      : []
  }));
  const driver = { name: 'genesys-scopes', version, rules };
  return JSON.stringify(
    {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [{ tool: { driver }, columnKind: 'utf16CodeUnits', results }]
    },
    undefined,
    2
  );
}
