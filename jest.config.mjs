// The tests of the Angular projects. What runs on Node has vitest (vitest.config.mjs).
import { availableParallelism } from 'node:os';

export default {
  projects: [
    '<rootDir>/projects/ngx-genesys-auth',
    '<rootDir>/projects/ngx-genesys-auth/schematics',
    '<rootDir>/projects/wallboard'
  ],
  reporters: ['default', '<rootDir>/scripts/jest-line-reporter.cjs'],
  testTimeout: 20_000,
  // Also where there are two cores: the long ones drive a browser, and mostly wait.
  maxWorkers: Math.max(2, availableParallelism() - 1)
};
