export { type GenesysAuthConfig, type GenesysRelayConfig, type ResolvedConfig } from './config';
export { resolveConfig } from './resolve';
