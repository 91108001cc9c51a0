export { type GenesysAuthRelayOptions, genesysAuthRelay } from './http/plugin.ts';
