import { availableParallelism } from 'node:os';

export default {
  projects: [
    '<rootDir>/projects/genesys-auth-protocol',
    '<rootDir>/projects/genesys-scopes',
    '<rootDir>/projects/genesys-sandbox',
    '<rootDir>/projects/genesys-auth-relay',
    '<rootDir>/projects/ngx-genesys-auth',
    '<rootDir>/projects/ngx-genesys-auth/schematics',
    '<rootDir>/projects/wallboard',
    '<rootDir>/projects/wallboard/server',
    '<rootDir>/projects/e2e'
  ],
  reporters: ['default', '<rootDir>/scripts/jest-line-reporter.cjs'],
  testTimeout: 20_000,
  // Also where there are two cores: the long ones drive a browser, and mostly wait.
  maxWorkers: Math.max(2, availableParallelism() - 1)
};
