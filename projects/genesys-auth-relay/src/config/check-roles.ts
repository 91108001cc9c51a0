import { checkScope, isCovered, nearestScope } from 'genesys-scopes';
import { nearestName } from './nearest.ts';
import { shown } from './says.ts';
import type { ParsedConfig } from './schema.ts';
import type { Findings } from './secrets.ts';

/** An organization may have its own scope names, but a name that looks like a typo of a Genesys scope causes a warning. */
function checkRegistered(scopes: readonly string[], { issues, warnings }: Findings): void {
  scopes.forEach((scope, index) => {
    const finding = checkScope(scope);
    if (finding === undefined) return;
    const key = `scopes[${index}]`;
    if (finding.kind === 'malformed') issues.push({ key, message: finding.message, fix: finding.hint });
    else warnings.push(`${key}: ${finding.message}${finding.nearest ? ` Did you mean ${finding.nearest}?` : ''}`);
  });
}

function checkRole(name: string, role: ParsedConfig['roles'][string], registered: readonly string[], found: Findings) {
  role.scopes.forEach((scope, index) => {
    const finding = checkScope(scope, { registeredScopes: registered });
    if (finding === undefined) return;
    const nearest = finding.nearest ?? nearestScope(scope, registered);
    const fix =
      nearest === undefined ? `add it to scopes, or remove it` : `did you mean ${nearest}? Otherwise add it to scopes`;
    found.issues.push({
      key: `roles.${name}.scopes[${index}]`,
      message: `${shown(scope)} is not in the list scopes`,
      fix
    });
  });
  role.defaultScopes.forEach((scope, index) => {
    if (isCovered(scope, role.scopes)) return;
    found.issues.push({
      key: `roles.${name}.defaultScopes[${index}]`,
      message: `${shown(scope)} is not among the scopes of this role`,
      fix: `add it to roles.${name}.scopes, or remove it here`
    });
  });
}

/** Checks that every role of an identity exists. Roles in a JWT or a header are known only at the request. */
function checkRoleNames(config: ParsedConfig, { issues, warnings }: Findings): void {
  const known = Object.keys(config.roles);
  const used = new Set<string>();
  const check = (roles: readonly string[], key: string) => {
    roles.forEach((role, index) => {
      used.add(role);
      if (known.includes(role)) return;
      const nearest = nearestName(role, known);
      const fix = nearest === undefined ? 'add it to the section roles' : `did you mean "${nearest}"?`;
      issues.push({ key: `${key}.roles[${index}]`, message: `there is no role ${shown(role)}`, fix });
    });
  };
  config.identities.forEach((identity, index) => {
    if (identity.type === 'loopback' || identity.type === 'proxyHeader') check(identity.roles, `identities[${index}]`);
    if (identity.type === 'apiKey') {
      identity.keys.forEach((key, at) => {
        check(key.roles, `identities[${index}].keys[${at}]`);
      });
    }
  });
  check(config.dev?.roles ?? [], 'dev');
  for (const identity of config.identities) {
    if (identity.type === 'genesysToken') for (const role of Object.keys(identity.roles)) used.add(role);
  }
  for (const role of [...Object.keys(config.signIn?.roles ?? {}), ...(config.signIn?.signedOutRoles ?? [])])
    used.add(role);
  if (config.identities.some(({ type }) => type === 'jwt' || type === 'proxyHeader')) return;
  for (const role of known.filter((name) => !used.has(name))) warnings.push(`roles.${role}: no identity has this role`);
}

/** Checks the scopes of the roles and who has them. */
export function checkRoles(config: ParsedConfig, found: Findings): void {
  checkRegistered(config.scopes, found);
  if (Object.keys(config.roles).length === 0) {
    found.issues.push({ key: 'roles', message: 'is empty', fix: 'name at least one role with its scopes' });
  }
  const registered = config.scopes.filter((scope) => checkScope(scope)?.kind !== 'malformed');
  for (const [name, role] of Object.entries(config.roles)) checkRole(name, role, registered, found);
  checkRoleNames(config, found);
}
