export {
  type GenesysAuthConfig,
  type GenesysApiConfig,
  type GenesysAuthConfigLoader,
  type GenesysAuthOptions,
  type GenesysRegion,
  type GenesysRelayConfig,
  type LoadedGenesysAuthConfig,
  type ResolvedConfig
} from './config';
export { resolveConfig } from './resolve';
