import { nodeProject } from '../../jest.node.mjs';

export default nodeProject('e2e', import.meta.dirname, { testMatch: ['<rootDir>/**/*.spec.ts'] });
