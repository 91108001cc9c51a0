// For vitest, before the tests of the packages for Node: some of these tests run the built package. One build serves all packages.
import { buildNodeOrSay } from './build.mjs';

let built;

export default () => (built ??= buildNodeOrSay());
