import { checkScope } from '../check.ts';
import { type Explanation, explainFrom } from '../operations/explain.ts';
import type { Operation } from '../operations/index.ts';
import type { LoadedIndex } from './index-file.ts';
import { EXIT, type CliIo } from './io.ts';

const line = ({ method, path }: Operation): string => `  ${method.padEnd(6)} ${path}`;

function scopeLines(explanation: Extract<Explanation, { kind: 'scope' }>): string[] {
  const { name, readonly, description, operations, onlyWithThis } = explanation;
  const opens = `Opens ${operations.length} operations${readonly ? '' : `, ${onlyWithThis.length} of them not open to ${name}:readonly`}.`;
  return [name, `  ${description}`, `  ${opens}`, '', ...operations.map(line)];
}

function operationLines(explanation: Extract<Explanation, { kind: 'operation' }>): string[] {
  const { method, path, auth, scopes, scopeInfos, rule, permissions, deprecated } = explanation;
  const about = new Map<string, string>(scopeInfos.map(({ name, description }) => [name, description]));
  const needs =
    auth === 'oauth'
      ? scopes.length === 0
        ? ['Scopes: none in particular; any valid token will do.']
        : [
            scopes.length > 1 ? 'Scopes, any one of:' : 'Scope:',
            ...scopes.map((name) => `  ${name}  ${about.get(name) ?? ''}`.trimEnd())
          ]
      : [auth === 'none' ? 'Takes no token at all.' : `Takes no OAuth token but: ${auth}.`];
  const roles =
    permissions.length === 0
      ? ['Permissions: none.']
      : [`Permissions, ${rule === 'ALL' ? 'all' : 'any one'} of:`, ...permissions.map((name) => `  ${name}`)];
  return [`${method} ${path}${deprecated ? '  (deprecated)' : ''}`, ...needs, ...roles];
}

/** `genesys-scopes explain`: what a scope opens, or what an operation needs. */
export async function explain(
  io: CliIo,
  { index, permissionsOf }: LoadedIndex,
  what: string,
  json: boolean
): Promise<number> {
  const explanation = await explainFrom(index, permissionsOf, what);
  if (explanation) {
    if (json) io.out(JSON.stringify(explanation, undefined, 2));
    else
      for (const text of explanation.kind === 'scope' ? scopeLines(explanation) : operationLines(explanation))
        io.out(text);
    return EXIT.clean;
  }
  // An operation has a space between method and path; anything else is meant as a scope.
  const isOperation = what.includes(' ') || what.startsWith('/');
  const finding = isOperation ? undefined : checkScope(what);
  const message = isOperation
    ? `No operation of the API is ${JSON.stringify(what)}. Write it as: "GET /api/v2/users/me".`
    : finding
      ? `${finding.message} ${finding.hint}`
      : `${JSON.stringify(what)} is not a scope of Genesys Cloud. It may be one that your organization defines.`;
  if (json) io.out(JSON.stringify({ kind: 'unknown', what, ...(finding ? { finding } : {}) }, undefined, 2));
  io.err(message);
  return EXIT.findings;
}
