import { nodeProject } from '../../../jest.node.mjs';

// Only for `npm run compat`; `npm test` runs the short form, ssr.spec.ts.
export default {
  ...nodeProject('compat', import.meta.dirname, { testMatch: ['<rootDir>/*.compat.ts'] }),
  reporters: [['default', {}], '<rootDir>/../../../scripts/jest-line-reporter.cjs'],
  verbose: true,
  testTimeout: 30_000
};
