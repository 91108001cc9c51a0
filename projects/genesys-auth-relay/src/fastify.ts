export { type GenesysAuthRelayOptions, genesysAuthRelay } from './http/fastify-plugin.ts';
