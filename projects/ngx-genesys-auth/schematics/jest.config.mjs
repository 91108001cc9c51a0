import { nodeProject, sources } from '../../../jest.node.mjs';

const root = new URL('../../..', import.meta.url).pathname.replace(/\/$/, '');

export default nodeProject('schematics', import.meta.dirname, {
  testMatch: ['<rootDir>/ng-add/**/*.spec.ts'],
  // The test runner of the schematics shows a spinner, from a package that ships as ES modules only.
  moduleNameMapper: { '^ora$': '<rootDir>/testing/ora.cjs', ...sources(root) }
});
