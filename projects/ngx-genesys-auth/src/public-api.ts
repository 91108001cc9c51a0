export { genesysConfig, genesysScopes, skipGenesysAuth, skipGenesysRetry } from './context/request-context';
export { GenesysAuthHttpInterceptor, genesysAuthInterceptor } from './interceptor/interceptor';
export {
  type GenesysApiConfig,
  type GenesysAuthConfig,
  type GenesysAuthConfigLoader,
  type GenesysAuthOptions,
  type GenesysRegion,
  type GenesysRelayConfig,
  type LoadedGenesysAuthConfig
} from './config';
export { GenesysScopesDirective } from './template/scopes-directive';
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
export { type GenesysAuthFeature, type GenesysAuthFeatureKind } from './features/feature';
export * from './internals';
export { type GenesysLogEntry, type GenesysLogLevel } from './log/entry';
export { type LoggerOptions, withLogger } from './log/with-logger';
export { GenesysAuthModule, provideGenesysAuth } from './setup/provide';
export { withProxyMode } from './proxy/with-proxy-mode';
export { GenesysSignIn, type SignInRequest } from './sign-in/genesys-sign-in';
export { type SignInOptions } from './sign-in/session';
export { withSignIn } from './sign-in/with-sign-in';
export { retryAfterMs } from './retry/rules';
export { type RetryOptions, withRetry } from './retry/with-retry';
export { GenesysAuthService, type ScopeReport } from './service/service';
export { type TabSyncOptions, withTabSync } from './tabs/with-tab-sync';
export { type GenesysAuthEvent, type GenesysAuthStatus, type RenewalReason } from './token/state';
export { type GenesysScope } from 'genesys-scopes';
export { type SessionResponse, type SessionUser } from 'genesys-auth-protocol';
