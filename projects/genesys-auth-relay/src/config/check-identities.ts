import { createHash } from 'node:crypto';
import { isProduction } from './production.ts';
import { shown } from './says.ts';
import type { ParsedConfig } from './schema.ts';
import type { Findings } from './secrets.ts';

const GUESSABLE = [
  '',
  'secret',
  'password',
  'changeme',
  'change-me',
  'test',
  'key',
  'apikey',
  'api-key',
  'admin',
  'demo'
];
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const GUESSABLE_HASHES = new Set([...GUESSABLE, 'token', '123456', 'genesys', 'example'].map(sha256));

function isWeak(id: string, hash: string): boolean {
  // A hash of one repeated digit is a placeholder: it has no known key, but it is certainly a mistake.
  return GUESSABLE_HASHES.has(hash) || hash === sha256(id) || /^(.)\1+$/.test(hash);
}

function checkKeys(config: ParsedConfig, { issues }: Findings): void {
  const ids = new Set<string>();
  const hashes = new Set<string>();
  config.identities.forEach((identity, index) => {
    if (identity.type !== 'apiKey') return;
    identity.keys.forEach(({ id, sha256: written }, at) => {
      const hash = written.toLowerCase();
      const key = `identities[${index}].keys[${at}]`;
      const newKey = 'make a separate key with "npx --no-install genesys-auth-relay hash-key"';
      if (ids.has(id))
        issues.push({ key: `${key}.id`, message: `"${id}" occurs twice`, fix: 'give each key its own id' });
      if (hashes.has(hash)) issues.push({ key: `${key}.sha256`, message: 'two ids share this key', fix: newKey });
      if (isWeak(id, hash)) {
        issues.push({ key: `${key}.sha256`, message: 'this is the hash of a key that can be guessed', fix: newKey });
      }
      ids.add(id);
      hashes.add(hash);
    });
  });
}

function checkProxyHeader(identity: ParsedConfig['identities'][number], key: string, { issues }: Findings): void {
  if (identity.type !== 'proxyHeader') return;
  const names = [identity.subjectHeader, identity.proof.header, identity.rolesHeader ?? ''].map((name) =>
    name.toLowerCase()
  );
  if (new Set(names).size < names.length) {
    issues.push({
      key,
      message: 'one header is used for two things',
      fix: 'use separate headers for user, roles and proof'
    });
  }
  if (identity.rolesHeader === undefined && identity.roles.length === 0) {
    const fix =
      'name the header with the groups as rolesHeader, or the roles that every user of the proxy has as roles';
    issues.push({ key: `${key}.roles`, message: 'no user would have a role', fix });
  }
}

/**
 * Checks that something identifies callers.
 *
 * @param isCheck whether the configuration is only checked, so that the section `dev` is enough
 * @param isDev whether the relay runs for development
 */
export function checkCallers(config: ParsedConfig, isDev: boolean, isCheck: boolean, found: Findings): void {
  if (config.identities.length > 0 || config.signIn !== undefined || isDev) return;
  if (config.dev === undefined) {
    const fix = 'define who may call: an identity of type jwt or apiKey';
    found.issues.push({ key: 'identities', message: 'is missing', fix });
  } else if (isCheck) {
    found.warnings.push('Only the section dev identifies callers, so serve refuses to start.');
  } else {
    found.issues.push({
      key: 'identities',
      message: 'is missing',
      fix: 'define who may call: an identity of type jwt or proxyHeader, or the section signIn; for development run "genesys-auth-relay dev"'
    });
  }
}

/** Checks that the identities are safe. */
export function checkIdentities(config: ParsedConfig, env: NodeJS.ProcessEnv, found: Findings): void {
  checkKeys(config, found);
  config.identities.forEach((identity, index) => {
    checkProxyHeader(identity, `identities[${index}]`, found);
    if (identity.type === 'loopback' && isProduction(env)) {
      found.issues.push({
        key: `identities[${index}]`,
        message: 'the loopback identity admits every program on this machine, and NODE_ENV is production',
        fix: 'use an identity of type jwt or apiKey; loopback is for development'
      });
    }
    if (identity.type === 'loopback' && !['127.0.0.1', '::1', 'localhost'].includes(config.listen.host)) {
      // A forwarder on this machine, or a sidecar, connects from loopback, and its clients choose the Host header.
      found.issues.push({
        key: `identities[${index}]`,
        message: `the loopback identity is for this machine, and others can reach listen.host: ${shown(config.listen.host)}`,
        fix: 'set listen.host: 127.0.0.1, or use an identity of type jwt or apiKey'
      });
    }
    if (identity.type === 'jwt' && identity.jwksUri?.includes('?') === true) {
      found.warnings.push(`identities[${index}].jwksUri: has a query string; check that this is intended`);
    }
  });
  const loopbacks = config.identities.filter(({ type }) => type === 'loopback').length;
  if (loopbacks > 1) {
    found.issues.push({ key: 'identities', message: 'loopback occurs twice', fix: 'keep one, with all its roles' });
  }
}
