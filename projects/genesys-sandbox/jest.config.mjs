import { nodeProject } from '../../jest.node.mjs';

export default nodeProject('genesys-sandbox', import.meta.dirname);
