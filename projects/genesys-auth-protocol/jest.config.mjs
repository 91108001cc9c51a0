import { nodeProject } from '../../jest.node.mjs';

export default nodeProject('genesys-auth-protocol', import.meta.dirname);
