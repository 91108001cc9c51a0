// For the other entry points of this package, which are built apart. Not public: the names may change at any time.
export { type NeedCheck as ɵNeedCheck, type RequestNeeds as ɵRequestNeeds } from './attach/needs';
export { type Steps as ɵSteps, STEPS as ɵSTEPS } from './attach/steps';
export {
  CONFIGURATION_NAME as ɵCONFIGURATION_NAME,
  NEEDED_SCOPES as ɵNEEDED_SCOPES,
  SKIP as ɵSKIP
} from './attach/context';
export { maskPath as ɵmaskPath } from './log/mask';
export { retryAfterMs as ɵretryAfterMs } from './retry/rules';
export { bodyField as ɵbodyField, correlationId as ɵcorrelationId } from './attach/refusal';
export { type ResolvedConfig as ɵResolvedConfig, resolveConfig as ɵresolveConfig } from './config';
export { GENESYS_AUTH_CORE as ɵGENESYS_AUTH_CORE, GENESYS_RESOLVED_CONFIG as ɵGENESYS_RESOLVED_CONFIG } from './core';
export { type GenesysAuthCore as ɵGenesysAuthCore, genesysAuthCore as ɵgenesysAuthCore } from './core';
export { nameError as ɵnameError } from './scopes/check';
export { type RelayClient as ɵRelayClient, relaySession as ɵrelaySession } from './relay/client';
export {
  type Handle as ɵHandle,
  type RequestWatch as ɵRequestWatch,
  REQUEST_WATCH as ɵREQUEST_WATCH
} from './dev/watch';
export { type ServerRelay as ɵServerRelay, SERVER_RELAY as ɵSERVER_RELAY } from './relay/server';
export { type Configuration as ɵConfiguration } from './configurations/configuration';
export { type Configurations as ɵConfigurations } from './configurations/configurations';
export { CONFIGURATION as ɵCONFIGURATION, GENESYS_AUTH as ɵGENESYS_AUTH } from './configurations/provided';
export { noTokenInProxyMode as ɵnoTokenInProxyMode } from './features';
export { configurationProviders as ɵconfigurationProviders } from './provide';
export { type LiveToken as ɵLiveToken } from './token/live-token';
export { stopwatch as ɵstopwatch } from './token/moment';
export { type Grant as ɵGrant, type TokenRequest as ɵTokenRequest } from './token/source';
export { type AskRelay as ɵAskRelay, type TokenStep as ɵTokenStep } from './token/step';
export { ERROR_REFERENCE as ɵERROR_REFERENCE } from './errors/reference';
