import { apiOriginOf, findRegion } from 'genesys-auth-protocol';
import { isCovered, isScopeToken } from 'genesys-scopes';
import { GenesysAuthConfigError } from '../errors';
import { checkConfig } from './check';
import type { GenesysAuthConfig, GenesysRelayConfig, ResolvedConfig } from './config';
import { mayCarryTokens } from './url';

const canonical = (scopes: readonly string[]): readonly string[] => [...new Set(scopes)].sort();

const areScopes = (value: unknown): boolean => Array.isArray(value) && value.every(isScopeToken);

/**
 * Checks a configuration and fills in the defaults. In development every mistake is named, with its fix; production builds
 * look only for what could send a token astray, or would fail at every request, and name its key.
 *
 * @param config what the app gave; nothing about it is taken for granted, as it may come from a JSON file
 * @param knownAs the name it has whatever name it gives itself
 * @throws {@link GenesysAuthConfigError} `config_invalid`
 */
export function resolveConfig(config: GenesysAuthConfig, knownAs?: string): ResolvedConfig {
  // Constants that stand first in a function are in its bundled code as numbers.
  const DEFAULT_RENEW_AHEAD_SECONDS = 60;
  const DEFAULT_TIMEOUT_MS = 10_000;
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
  const exist = (list: readonly string[]): boolean =>
    areScopes(list) && (!registeredScopes || list.every((scope) => isCovered(scope, registeredScopes)));
  const wrong = [
    mayCarryTokens(apiOrigin)?.origin !== apiOrigin && 'region',
    !/^\/(?![/\\])/.test(url) && !mayCarryTokens(url) && 'relay',
    registeredScopes && !areScopes(registeredScopes) && 'registeredScopes',
    !(exist(scopes) && scopes.length > 0) && 'scopes',
    !exist(optionalScopes) && 'optionalScopes'
  ].flatMap((key) => (key ? { key, message: '', fix: '' } : []));
  if (wrong.length > 0) throw new GenesysAuthConfigError(wrong, name);
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
