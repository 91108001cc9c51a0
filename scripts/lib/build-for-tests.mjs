// For jest, before the tests of a project that run what was built. Within `npm test` that has been done, and costs nothing here.
import { buildOrExit } from './build.mjs';

export default () => buildOrExit();
