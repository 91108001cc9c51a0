export {
  type GenesysAuthConfig,
  type GenesysAuthConfigLoader,
  type GenesysRelayConfig,
  type LoadedGenesysAuthConfig,
  type ResolvedConfig
} from './config';
export { resolveConfig } from './resolve';
