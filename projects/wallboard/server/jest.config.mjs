import { nodeProject } from '../../../jest.node.mjs';

export default nodeProject('wallboard-server', import.meta.dirname, { testMatch: ['<rootDir>/**/*.spec.ts'] });
