import { checkScope, isCovered } from 'genesys-scopes';
import { reachableClients } from '../oauth-clients/client-choice.ts';
import type { ClientConfig } from './config.ts';
import { nearestName } from './nearest.ts';
import { shown } from './says.ts';
import type { ParsedConfig } from './schema.ts';
import { readCredential } from './credential.ts';
import { type Findings, type Surroundings, readReference } from './secrets.ts';

/** Sorted, each once. Not `canonical`, which throws: names that are not well-formed are reported on their own. */
const sorted = (scopes: readonly string[]): readonly string[] => [...new Set(scopes)].sort();

type Written = NonNullable<ParsedConfig['genesys']['clients']>[number] | NonNullable<ParsedConfig['genesys']['client']>;

function readClient(
  written: Written,
  key: string,
  name: string,
  scopes: readonly string[],
  around: Surroundings,
  found: Findings
): ClientConfig | undefined {
  const id = readReference(written.id, `${key}.id`, around, found);
  const credential = readCredential(written, id, key, around, found);
  const fallbacks = written.fallbacks.map((fallback, index) => {
    const at = `${key}.fallbacks[${index}]`;
    const other = fallback.id === undefined ? id : readReference(fallback.id, `${at}.id`, around, found);
    return readCredential(fallback, other, at, around, found);
  });
  if (credential === undefined) return undefined;
  return { ...credential, name, scopes, pool: written.pool, fallbacks: fallbacks.filter((one) => one !== undefined) };
}

function checkScopes(scopes: readonly string[], key: string, registered: readonly string[], { issues }: Findings) {
  scopes.forEach((scope, index) => {
    if (isCovered(scope, registered)) return;
    const nearest = checkScope(scope, { registeredScopes: registered })?.nearest;
    issues.push({
      key: `${key}.scopes[${index}]`,
      message: `${shown(scope)} is not on the list scopes`,
      fix:
        nearest === undefined ? 'add it to scopes, or remove it' : `did you mean ${nearest}? Otherwise add it to scopes`
    });
  });
}

function checkNames(clients: readonly (ClientConfig | undefined)[], { issues }: Findings): void {
  for (const what of ['name', 'id'] as const) {
    clients.forEach((client, index) => {
      if (client === undefined || clients.findIndex((other) => other?.[what] === client[what]) === index) return;
      issues.push({
        key: `genesys.clients[${index}].${what}`,
        message: `another client has the ${what} ${shown(client[what])} already`,
        fix: what === 'id' ? 'list each OAuth client once, with all its scopes' : 'give each client a name of its own'
      });
    });
  }
}

/**
 * The OAuth clients: the only one, which serves all that any role may have, or several with their declared scopes.
 *
 * @returns `undefined` when an issue was found that leaves none to work with
 */
export function resolveClients(
  { genesys, scopes, roles, signIn, identities }: ParsedConfig,
  around: Surroundings,
  found: Findings
): readonly ClientConfig[] | undefined {
  const complain = (key: string, message: string, fix: string): void => {
    found.issues.push({ key: `genesys.${key}`, message, fix });
  };
  const { client, clients, issuer } = genesys;
  const credentials = [client, ...(clients ?? [])].flatMap((one) => (one === undefined ? [] : [one, ...one.fallbacks]));
  const signs = credentials.some(({ auth }) => auth === 'private_key_jwt');
  if (signs && issuer === undefined)
    complain('issuer', 'is missing', 'name the issuer of the OAuth server: assertions are made out to it');
  if (client !== undefined && clients !== undefined) {
    complain('clients', 'stands beside client', 'keep one of them: clients is for several, each with its scopes');
    return;
  }
  if (client !== undefined) {
    const served = sorted(Object.values(roles).flatMap((role) => role.scopes));
    const only = readClient(client, 'genesys.client', 'client', served, around, found);
    return only && [only];
  }
  // Signed-in users call the API with tokens of their own; check-sign-in.ts looks for what needs a client.
  const haveOwnTokens = identities.length > 0 && identities.every(({ type }) => type === 'genesysToken');
  if (clients === undefined && (signIn !== undefined || haveOwnTokens)) return [];
  if (clients === undefined) {
    complain(
      'client',
      'is missing',
      'add the OAuth client: client: { id: ..., secret: { env: GENESYS_CLIENT_SECRET } }'
    );
    return;
  }
  const read = clients.map((one, index) => {
    const key = `genesys.clients[${index}]`;
    checkScopes(one.scopes, key, scopes, found);
    return readClient(one, key, one.name ?? `client-${index + 1}`, sorted(one.scopes), around, found);
  });
  checkNames(read, found);
  const whole = read.filter((one) => one !== undefined);
  return whole.length === read.length ? whole : undefined;
}

const clientsOf = (clients: readonly ClientConfig[], name: string | undefined): readonly ClientConfig[] =>
  name === undefined ? clients : clients.filter((client) => client.name === name);

/** Every scope of a role is one that a client can serve. */
function checkServed(config: ParsedConfig, clients: readonly ClientConfig[], { issues }: Findings): void {
  for (const [name, role] of Object.entries(config.roles)) {
    const own = clientsOf(clients, role.client);
    if (own.length === 0) {
      const names = clients.map((client) => client.name);
      const nearest = nearestName(role.client ?? '', names);
      issues.push({
        key: `roles.${name}.client`,
        message: `there is no client ${shown(role.client)}`,
        fix: nearest === undefined ? `use one of ${names.join(', ')}` : `did you mean ${shown(nearest)}?`
      });
      continue;
    }
    role.scopes.forEach((scope, index) => {
      if (own.some((client) => isCovered(scope, client.scopes))) return;
      issues.push({
        key: `roles.${name}.scopes[${index}]`,
        message: `${role.client === undefined ? 'no OAuth client covers' : `its client does not cover`} ${shown(scope)}`,
        fix: 'give an OAuth client the roles for it in Genesys Cloud and add it to its scopes, or remove it here'
      });
    });
  }
}

/** Whoever holds a token has every right of its OAuth client, whatever scopes the role names. */
function checkPrivileges(config: ParsedConfig, clients: readonly ClientConfig[], { issues, warnings }: Findings): void {
  const declared = config.genesys.clients !== undefined;
  for (const [name, role] of Object.entries(config.roles)) {
    for (const client of reachableClients(clientsOf(clients, role.client), role.scopes)) {
      const beyond = client.scopes.filter((scope) => !isCovered(scope, role.scopes));
      const holder = Object.entries(config.roles).find(
        ([other, { scopes }]) => other !== name && beyond.some((scope) => isCovered(scope, scopes))
      )?.[0];
      if (holder !== undefined) {
        if (config.acceptSharedPrivileges) continue;
        const which = declared ? `the OAuth client ${shown(client.name)}` : 'one OAuth client';
        issues.push({
          key: 'roles',
          message: `${shown(name)} and ${shown(holder)} have different scopes but share ${which}: in token mode each of them gets every right of that client`,
          fix: `give ${shown(name)} an OAuth client of its own in genesys.clients, with its scopes and no more, give the roles the same scopes, or set acceptSharedPrivileges: true`
        });
        return;
      }
      if (beyond.length > 0) {
        warnings.push(
          `roles.${name}: its tokens come from the OAuth client ${shown(client.name)}, which may do more: ${beyond.join(', ')}`
        );
      }
    }
  }
}

/** Checks what the clients serve and, in token mode, what a token of theirs gives away. */
export function checkClients(config: ParsedConfig, clients: readonly ClientConfig[], found: Findings): void {
  if (clients.length === 0) return;
  checkServed(config, clients, found);
  if (config.mode === 'token') checkPrivileges(config, clients, found);
}
