// What the Angular projects' jest needs for code that is not Angular: the relay and the sandbox as real neighbours of a test, and
// the schematics. TypeScript becomes CommonJS through swc, without experimental flags.
import { sources } from './scripts/lib/sources.mjs';

/** The workspace's packages for Node, mapped to their sources. */
export const sourceMapper = Object.fromEntries(
  sources.map(({ name, file }) => [name.source, `${import.meta.dirname}/${file}`])
);

export const swc = [
  '@swc/jest',
  {
    swcrc: false,
    jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
    module: { type: 'commonjs' },
    sourceMaps: 'inline'
  }
];
