// For the other entry points of this package, which are built separately. Not public: the names may change at any time.
export {
  type OperationCatalogue as ɵOperationCatalogue,
  type ScopeRequirement as ɵScopeRequirement
} from './scopes/requirement';
export { type Steps as ɵSteps, STEPS as ɵSTEPS } from './features/steps';
export {
  CONFIGURATION_NAME as ɵCONFIGURATION_NAME,
  NEEDED_SCOPES as ɵNEEDED_SCOPES,
  SKIP as ɵSKIP
} from './context/request-context';
export { maskPath as ɵmaskPath } from './log/mask';
export { bodyField as ɵbodyField, correlationId as ɵcorrelationId } from './attach/api-errors';
export { type ResolvedConfig as ɵResolvedConfig, resolveConfig as ɵresolveConfig } from './config';
export {
  GENESYS_AUTH_CORE as ɵGENESYS_AUTH_CORE,
  GENESYS_RESOLVED_CONFIG as ɵGENESYS_RESOLVED_CONFIG
} from './core/core';
export { type GenesysAuthCore as ɵGenesysAuthCore } from './core/core';
export { nameError as ɵnameError } from './scopes/check';
export {
  type RelayClient as ɵRelayClient,
  RELAY_CLIENT as ɵRELAY_CLIENT,
  relaySession as ɵrelaySession
} from './relay/client';
export { type RequestWatch as ɵRequestWatch, REQUEST_WATCH as ɵREQUEST_WATCH } from './attach/request-watch';
export { type ServerRelay as ɵServerRelay, SERVER_RELAY as ɵSERVER_RELAY } from './token/server-access';
export {
  type Configuration as ɵConfiguration,
  type ConfigurationRegistry as ɵConfigurationRegistry
} from './core/configuration';
export {
  CONFIGURATION as ɵCONFIGURATION,
  CONFIGURATION_REGISTRY as ɵCONFIGURATION_REGISTRY
} from './core/configuration';
export { noTokenInProxyMode as ɵnoTokenInProxyMode } from './features/feature';
export { configurationProviders as ɵconfigurationProviders } from './setup/provide';
export { SignInSession as ɵSignInSession } from './sign-in/session';
export { type Page as ɵPage, PAGE as ɵPAGE } from './sign-in/page';
export { type LiveToken as ɵLiveToken } from './token/live-token';
export { stopwatch as ɵstopwatch } from './token/stopwatch';
export { ERROR_REFERENCE as ɵERROR_REFERENCE } from './errors/plain-message';
export { authError as ɵauthError, configError as ɵconfigError, scopeError as ɵscopeError } from './errors';
