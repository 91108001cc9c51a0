import { isCovered, isScopeToken } from 'genesys-scopes';
import { mayPass } from './forward-headers.ts';
import { shown } from './says.ts';
import type { ParsedConfig } from './schema.ts';
import type { Findings } from './secrets.ts';

/** Headers in which a trusted proxy identifies the caller, in lower case. One of them holds a secret. */
const headersOfProxies = ({ identities }: ParsedConfig): readonly string[] =>
  identities.flatMap((identity) =>
    identity.type === 'proxyHeader'
      ? [identity.subjectHeader, identity.proof.header, identity.rolesHeader ?? ''].map((name) => name.toLowerCase())
      : []
  );

/** Checks the settings of proxy mode. */
export function checkProxy(config: ParsedConfig, { issues }: Findings): void {
  const ofProxies = headersOfProxies(config);
  config.proxy.forwardHeaders.forEach((name, index) => {
    const key = `proxy.forwardHeaders[${index}]`;
    if (!/^[A-Za-z0-9-]+$/.test(name)) {
      issues.push({
        key,
        message: `${shown(name)} is not a valid header name`,
        fix: 'use letters, digits and hyphens'
      });
    } else if (!mayPass(name) || ofProxies.includes(name.toLowerCase())) {
      issues.push({
        key,
        message: `${shown(name)} is never forwarded: it concerns the caller, the connection or the relay, or it changes the meaning of the call`,
        fix: 'remove it'
      });
    }
  });
  config.proxy.allow.forEach(({ scopes }, at) => {
    scopes.forEach((scope, index) => {
      if (isScopeToken(scope) && isCovered(scope, config.scopes)) return;
      issues.push({
        key: `proxy.allow[${at}].scopes[${index}]`,
        message: `${shown(scope)} is not in the list scopes`,
        fix: 'add it to scopes, or remove it'
      });
    });
  });
  if (config.mode === 'proxy') return;
  for (const [name, { routes }] of Object.entries(config.roles)) {
    if (routes === undefined) continue;
    issues.push({
      key: `roles.${name}.routes`,
      message: 'has no effect in token mode: the holder of a token can call any operation',
      fix: 'set mode: proxy, or remove it'
    });
  }
}
