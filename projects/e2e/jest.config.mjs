import { nodeProject } from '../../jest.node.mjs';

export default nodeProject('e2e', import.meta.dirname, {
  testMatch: ['<rootDir>/**/*.spec.ts'],
  // These tests run what was built, so it has to be what the sources say.
  globalSetup: '<rootDir>/../../scripts/lib/build-for-tests.mjs'
});
