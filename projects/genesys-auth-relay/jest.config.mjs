import { nodeProject } from '../../jest.node.mjs';

export default nodeProject('genesys-auth-relay', import.meta.dirname);
