// The tests of everything that runs on Node. The Angular projects have jest (jest.config.mjs).
import { defineConfig } from 'vitest/config';
import { sources } from './scripts/lib/sources.mjs';

const root = import.meta.dirname;
const buildsNode = `${root}/scripts/lib/build-node-for-tests.mjs`;
const buildsAll = `${root}/scripts/lib/build-for-tests.mjs`;

/**
 * @param {string} folder the project's folder below `projects`
 * @param {object} more vitest options that this project adds
 */
const project = (folder, more = {}) => ({
  extends: true,
  test: {
    name: folder.replaceAll('/', '-'),
    root: `${root}/projects/${folder}`,
    include: ['src/**/*.spec.ts', 'test/**/*.spec.ts'],
    ...more
  }
});

export default defineConfig({
  // The workspace's own packages are their sources: a test never runs against a stale build.
  resolve: { alias: sources.map(({ name, file }) => ({ find: name, replacement: `${root}/${file}` })) },
  test: {
    globals: true,
    // The files of a worker share their modules: the relay and its libraries are loaded once, not once for each file.
    isolate: false,
    pool: 'forks',
    // What a test spies on must not stay for other files.
    restoreMocks: true,
    // Only a hanging test takes this long, also on a busy machine.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    projects: [
      project('genesys-auth-protocol'),
      project('genesys-scopes', { globalSetup: buildsNode }),
      project('genesys-sandbox', { globalSetup: buildsNode }),
      project('genesys-auth-relay', { globalSetup: buildsNode }),
      project('wallboard/server', { include: ['*.spec.ts'] }),
      project('e2e', { include: ['**/*.spec.ts'], globalSetup: buildsAll }),
      // They take minutes, and most install from the registry, so only `npm run compat` runs them.
      ...(process.env.GENESYS_AUTH_COMPAT ? [project('e2e/compat', { name: 'compat', include: ['*.compat.ts'] })] : [])
    ]
  }
});
