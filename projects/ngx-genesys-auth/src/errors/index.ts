export { type GenesysAuthErrorCode, type GenesysScopeErrorCode } from './codes';
export { GenesysAuthConfigError } from './config-error';
export { type ConfigIssue, configIssue } from './config-texts';
export { authError, configError, scopeError } from './create';
export { isScopeDenied } from './denied';
export { GenesysAuthError, type GenesysAuthErrorDetails, type RelayProblem } from './error';
export { GenesysPermissionError } from './permission-error';
export { quotedName } from './plain-message';
export { GenesysScopeError } from './scope-error';
