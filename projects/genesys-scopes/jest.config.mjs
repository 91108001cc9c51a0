import { nodeProject } from '../../jest.node.mjs';

export default nodeProject('genesys-scopes', import.meta.dirname, {
  // Some tests run what was built.
  globalSetup: '<rootDir>/../../scripts/lib/build-node-for-tests.mjs'
});
