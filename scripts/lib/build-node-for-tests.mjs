// For jest, before the tests of a package for Node, some of which run what was built of it. The packages are built once for all.
import { buildNodeOrSay } from './build.mjs';

let built;

export default () => (built ??= buildNodeOrSay());
