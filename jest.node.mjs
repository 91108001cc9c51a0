// How jest in the Angular projects runs code that is not Angular: the relay and the sandbox, which tests use as real dependencies,
// and the schematics. swc compiles the TypeScript to CommonJS, without experimental flags of Node.
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
