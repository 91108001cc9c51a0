import { checkScope, isCovered } from 'genesys-scopes';
import { reachableClients } from '../scopes/narrowest-client.ts';
import type { ClientConfig } from './config.ts';
import { nearestName } from './nearest.ts';
import { shown } from './says.ts';
import type { ParsedConfig } from './schema.ts';
import { readCredential } from './credential.ts';
import { type Findings, type Surroundings, readReference } from './secrets.ts';

/** Sorted, without duplicates. Not `canonical`, which throws: malformed names are reported separately. */
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
      message: `${shown(scope)} is not in the list scopes`,
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
        message: `another client already has the ${what} ${shown(client[what])}`,
        fix: what === 'id' ? 'list each OAuth client once, with all its scopes' : 'give each client a different name'
      });
    });
  }
}

/**
 * Reads the OAuth clients: a single one, which serves the scopes of all roles, or several with declared scopes.
 *
 * @returns `undefined` when no client can be used because of an issue
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
    complain('issuer', 'is missing', 'name the issuer of the OAuth server: it is the audience of assertions');
  if (client !== undefined && clients !== undefined) {
    complain(
      'clients',
      'cannot be combined with client',
      'keep one of them: clients is for several clients, each with its scopes'
    );
    return;
  }
  if (client !== undefined) {
    const served = sorted(Object.values(roles).flatMap((role) => role.scopes));
    const only = readClient(client, 'genesys.client', 'client', served, around, found);
    return only && [only];
  }
  // Signed-in users call the API with their own tokens. check-sign-in.ts checks which settings need a client.
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

/** Checks that a client covers every scope of a role. */
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

/** The holder of a token has every right of its OAuth client, regardless of the scopes of the role. */
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
          fix: `give ${shown(name)} a separate OAuth client in genesys.clients, with its scopes and no more, give the roles the same scopes, or set acceptSharedPrivileges: true`
        });
        return;
      }
      if (beyond.length > 0) {
        warnings.push(
          `roles.${name}: its tokens come from the OAuth client ${shown(client.name)}, which has further rights: ${beyond.join(', ')}`
        );
      }
    }
  }
}

/** Checks the scopes of the clients and, in token mode, the rights that their tokens reveal. */
export function checkClients(config: ParsedConfig, clients: readonly ClientConfig[], found: Findings): void {
  if (clients.length === 0) return;
  checkServed(config, clients, found);
  if (config.mode === 'token') checkPrivileges(config, clients, found);
}
