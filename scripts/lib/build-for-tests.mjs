// For vitest, before the browser tests: they run what was built. Within `npm test` most of that is done, and costs nothing here.
import { buildForTestsOrExit } from './build.mjs';

export default () => buildForTestsOrExit();
