export { type GenesysAuthErrorCode, type GenesysScopeErrorCode } from './codes';
export { GenesysAuthConfigError, type ConfigIssue, wrongConfig } from './config-error';
export { isScopeDenied } from './denied';
export { GenesysAuthError, type GenesysAuthErrorDetails, type RelayProblem } from './error';
export { GenesysPermissionError } from './permission-error';
export { quotedName } from './reference';
export { GenesysScopeError } from './scope-error';
