import { sourceMapper, swc } from '../../../jest.node.mjs';

export default {
  displayName: 'schematics',
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  testMatch: ['<rootDir>/ng-add/**/*.spec.ts'],
  transform: { '^.+\\.ts$': swc },
  // The test runner of the schematics shows a spinner, from a package that ships as ES modules only.
  moduleNameMapper: { '^ora$': '<rootDir>/testing/ora.cjs', ...sourceMapper }
};
