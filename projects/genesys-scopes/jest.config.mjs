import { nodeProject } from '../../jest.node.mjs';

export default nodeProject('genesys-scopes', import.meta.dirname);
