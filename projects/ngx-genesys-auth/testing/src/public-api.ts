export { GenesysAuthTesting } from './controller';
export { type GenesysAuthTestingConfig, provideGenesysAuthTesting } from './provide';
