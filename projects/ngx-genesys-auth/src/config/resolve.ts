import { apiOriginOf, findRegion } from 'genesys-auth-protocol';
import { isCovered, isScopeToken } from 'genesys-scopes';
import { type ConfigIssue, GenesysAuthConfigError, quotedName } from '../errors';
import { checkConfig } from './check-config';
import type { GenesysAuthConfig, GenesysRelayConfig, ResolvedConfig } from './config';
import { isText } from '../values';
import { mayCarryTokens } from './safe-url';

const DEFAULT_RENEW_AHEAD_SECONDS = 60;
const DEFAULT_TIMEOUT_MS = 10_000;

const canonical = (scopes: readonly string[]): readonly string[] => [...new Set(scopes)].sort();

const issue = (key: string, message = ''): ConfigIssue => ({ key, message, fix: '' });

/** What is wrong with a list of scopes: it is not a list, it is too short, or some of its names are not valid. */
function scopesIssue(
  key: string,
  list: unknown,
  isValid: (scope: string) => boolean,
  least = 0
): ConfigIssue | undefined {
  if (!Array.isArray(list) || list.length < least) return issue(key);
  const names: readonly unknown[] = list;
  const wrong = names.filter((name) => !isText(name) || !isValid(name));
  return wrong.length > 0 ? issue(key, wrong.map(quotedName).join(', ')) : undefined;
}

/**
 * Checks a configuration and fills in the defaults. Development builds name every mistake and its fix. Production builds only
 * look for mistakes that could send a token to the wrong server or make every request fail. They name the key and the scopes
 * at fault.
 *
 * @param config what the app gave; nothing about it is taken for granted, as it may come from a JSON file
 * @param knownAs the name it has whatever name it gives itself
 * @throws {@link GenesysAuthConfigError} `config_invalid`
 */
export function resolveConfig(config: GenesysAuthConfig, knownAs?: string): ResolvedConfig {
  if (ngDevMode) checkConfig(config, knownAs);
  const given: Partial<GenesysAuthConfig> = { ...config };
  const {
    region: wanted,
    apiOrigin: written,
    relay,
    scopes = [],
    optionalScopes = [],
    registeredScopes,
    renewAheadSeconds,
    name: ownName
  } = given;
  const relayed: Partial<GenesysRelayConfig> = typeof relay === 'string' ? { url: relay } : { ...relay };
  const { url = '', credentials, headers, timeoutMs } = relayed;
  const name = knownAs ?? ownName;
  const region = typeof wanted === 'string' ? findRegion(wanted) : undefined;
  // The one origin that tokens are for, in its canonical form: URLs are compared with it letter by letter.
  const apiOrigin = (wanted === undefined ? written?.replace(/\/$/, '') : region && apiOriginOf(region)) ?? '';
  const registryIssue = registeredScopes ? scopesIssue('registeredScopes', registeredScopes, isScopeToken) : undefined;
  const registered = registryIssue ? undefined : registeredScopes;
  const exists = (scope: string): boolean => isScopeToken(scope) && (!registered || isCovered(scope, registered));
  const issues = [
    mayCarryTokens(apiOrigin)?.origin === apiOrigin ? undefined : issue('region'),
    /^\/(?![/\\])/.test(url) || mayCarryTokens(url) ? undefined : issue('relay'),
    registryIssue,
    scopesIssue('scopes', scopes, exists, 1),
    scopesIssue('optionalScopes', optionalScopes, exists)
  ].filter((found) => found !== undefined);
  if (issues.length > 0) throw new GenesysAuthConfigError(issues, name);
  return {
    name,
    region: region?.domain,
    apiOrigin,
    relayUrl: url.replace(/\/+$/, ''),
    // JSON has null where TypeScript has undefined.
    credentials: credentials ?? 'same-origin',
    headers,
    timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS,
    scopes: canonical(scopes),
    optionalScopes: canonical(optionalScopes),
    registeredScopes: registeredScopes && canonical(registeredScopes),
    renewAheadMs: 1000 * (renewAheadSeconds ?? DEFAULT_RENEW_AHEAD_SECONDS)
  };
}
