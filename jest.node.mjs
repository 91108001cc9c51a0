// One recipe for every Node project: TypeScript through swc to CommonJS, no experimental flags, and the
// workspace's own packages mapped to their sources, so that a test never runs against a stale build.

/** Packages that ship ES modules only: jest must transform them. */
const esmOnly = ['jose', 'oauth4webapi', 'openid-client', 'cookie', 'pure-rand', 'fast-check'];

/** The workspace's packages, by name, with the file that is their public surface. */
export const sources = (root) => ({
  '^genesys-auth-protocol$': `${root}/projects/genesys-auth-protocol/src/index.ts`,
  '^genesys-scopes$': `${root}/projects/genesys-scopes/src/index.ts`,
  '^genesys-scopes/(catalogue|operations)$': `${root}/projects/genesys-scopes/src/$1/index.ts`,
  '^genesys-sandbox$': `${root}/projects/genesys-sandbox/src/index.ts`,
  '^genesys-auth-relay$': `${root}/projects/genesys-auth-relay/src/index.ts`
});

/**
 * @param {string} displayName the project's name in jest's output
 * @param {string} rootDir the project's folder
 * @param {object} more jest options that this project adds
 */
export function nodeProject(displayName, rootDir, more = {}) {
  return {
    displayName,
    rootDir,
    testEnvironment: 'node',
    testMatch: ['<rootDir>/src/**/*.spec.ts', '<rootDir>/test/**/*.spec.ts', '<rootDir>/server/**/*.spec.ts'],
    transform: {
      '^.+\\.m?[jt]s$': [
        '@swc/jest',
        {
          swcrc: false,
          jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
          module: { type: 'commonjs' },
          sourceMaps: 'inline'
        }
      ]
    },
    transformIgnorePatterns: [`/node_modules/(?!(?:.+/node_modules/)?(?:${esmOnly.join('|')})/)`],
    moduleNameMapper: sources(import.meta.dirname),
    ...more
  };
}
