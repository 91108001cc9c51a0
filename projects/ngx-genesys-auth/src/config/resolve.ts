import { type GenesysRegion, apiOriginOf, findRegion } from 'genesys-auth-protocol';
import { isCovered, isScopeToken } from 'genesys-scopes';
import { GenesysAuthConfigError } from '../errors';
import { checkConfig } from './check';
import type { GenesysAuthConfig, GenesysRelayConfig, ResolvedConfig } from './config';
import { mayCarryTokens } from './url';

const DEFAULT_RENEW_AHEAD_SECONDS = 60;
const DEFAULT_TIMEOUT_MS = 10_000;

const canonical = (scopes: readonly string[]): readonly string[] => [...new Set(scopes)].sort();

const areScopes = (value: unknown): boolean => Array.isArray(value) && value.every(isScopeToken);

/** The one origin that tokens are for, in its canonical form: URLs are compared with it letter by letter. */
function originOf(
  { region, apiOrigin }: Partial<GenesysAuthConfig>,
  found: GenesysRegion | undefined
): string | undefined {
  if (region !== undefined) return found && apiOriginOf(found);
  const origin = apiOrigin?.replace(/\/$/, '');
  return mayCarryTokens(origin)?.origin === origin ? origin : undefined;
}

/**
 * Checks a configuration and fills in the defaults. In development every mistake is named, with its fix; production builds
 * look only for what could send a token astray, or would fail at every request, and name its key.
 *
 * @param config what the app gave; nothing about it is taken for granted, as it may come from a JSON file
 * @param knownAs the name it has whatever name it gives itself
 * @throws {@link GenesysAuthConfigError} `config_invalid`
 */
export function resolveConfig(config: GenesysAuthConfig, knownAs?: string): ResolvedConfig {
  if (ngDevMode) checkConfig(config, knownAs);
  const given: Partial<GenesysAuthConfig> = { ...config };
  const { relay, scopes = [], optionalScopes = [], registeredScopes, renewAheadSeconds } = given;
  const name = knownAs ?? given.name;
  const {
    url = '',
    credentials,
    headers,
    timeoutMs
  }: Partial<GenesysRelayConfig> = typeof relay === 'string' ? { url: relay } : { ...relay };
  const region = typeof given.region === 'string' ? findRegion(given.region) : undefined;
  const apiOrigin = originOf(given, region);
  const exist = (list: readonly string[]): boolean =>
    areScopes(list) && (!registeredScopes || list.every((scope) => isCovered(scope, registeredScopes)));
  const wrong = [
    apiOrigin === undefined && 'region',
    !/^\/(?![/\\])/.test(url) && !mayCarryTokens(url) && 'relay',
    registeredScopes && !areScopes(registeredScopes) && 'registeredScopes',
    !(scopes.length > 0 && exist(scopes)) && 'scopes',
    !exist(optionalScopes) && 'optionalScopes'
  ].flatMap((key) => (key ? { key, message: '', fix: '' } : []));
  if (wrong.length > 0 || apiOrigin === undefined) throw new GenesysAuthConfigError(wrong, name);
  return {
    name,
    region: region?.domain,
    apiOrigin,
    relayUrl: url.replace(/\/+$/, ''),
    credentials: credentials ?? 'same-origin',
    headers,
    timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS,
    scopes: canonical(scopes),
    optionalScopes: canonical(optionalScopes),
    registeredScopes: registeredScopes && canonical(registeredScopes),
    renewAheadMs: 1000 * (renewAheadSeconds ?? DEFAULT_RENEW_AHEAD_SECONDS)
  };
}
