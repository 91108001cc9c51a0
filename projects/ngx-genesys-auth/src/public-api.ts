export { genesysConfig, genesysScopes, skipGenesysAuth } from './attach/context';
export { GenesysAuthHttpInterceptor, genesysAuthInterceptor } from './attach/interceptor';
export {
  type GenesysAuthConfig,
  type GenesysAuthConfigLoader,
  type GenesysRelayConfig,
  type LoadedGenesysAuthConfig
} from './config';
export { GenesysScopesDirective } from './directive';
export {
  type ConfigIssue,
  GenesysAuthConfigError,
  GenesysAuthError,
  type GenesysAuthErrorCode,
  type GenesysAuthErrorDetails,
  GenesysPermissionError,
  GenesysScopeError,
  type GenesysScopeErrorCode,
  type RelayProblem,
  isScopeDenied
} from './errors';
export { type GenesysAuthFeature, type GenesysAuthFeatureKind } from './features';
export * from './internals';
export { type GenesysLogEntry, type GenesysLogLevel } from './log/entry';
export { type LoggerOptions, withLogger } from './log/feature';
export { GenesysAuthModule, provideGenesysAuth } from './provide';
export { withProxyMode } from './proxy/feature';
export { skipGenesysRetry } from './retry/context';
export { type RetryOptions, withRetry } from './retry/feature';
export { GenesysAuthService, type ScopeReport } from './service';
export { type GenesysSessionOptions, genesysSession } from './session';
export { type GenesysAuthEvent, type GenesysAuthStatus, type RenewalReason } from './token/state';
export { type GenesysScope } from 'genesys-scopes';
export { type SessionResponse } from 'genesys-auth-protocol';
