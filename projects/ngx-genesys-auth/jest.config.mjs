import presets from 'jest-preset-angular/presets/index.js';
import { nodeProject, sources } from '../../jest.node.mjs';

const root = new URL('../..', import.meta.url).pathname.replace(/\/$/, '');
const angular = presets.createCjsPreset({ tsconfig: '<rootDir>/tsconfig.spec.json' });
const [swc] = Object.values(nodeProject('ngx-genesys-auth', import.meta.dirname).transform);
/** Packages that ship ES modules only, as .js files: jest must transform them. */
const esmOnly = 'jose|oauth4webapi|cookie|pure-rand|fast-check';

export default {
  ...angular,
  displayName: 'ngx-genesys-auth',
  testEnvironment: 'jest-preset-angular/environments/jest-jsdom-env',
  rootDir: import.meta.dirname,
  testMatch: ['<rootDir>/src/**/*.spec.ts', '<rootDir>/*/src/**/*.spec.ts', '<rootDir>/test/**/*.spec.ts'],
  setupFilesAfterEnv: ['<rootDir>/jest.setup.ts'],
  // What is not Angular (the relay and the sandbox, as real neighbours, and fast-check) is read as in its own project.
  transform: {
    'projects/(genesys-[a-z-]+)/src/.+\\.ts$': swc,
    [`node_modules/(?:${esmOnly})/.+\\.js$`]: swc,
    ...angular.transform
  },
  transformIgnorePatterns: [`/node_modules/(?!.*\\.mjs$|(?:.+/node_modules/)?(?:${esmOnly})/)`],
  moduleNameMapper: {
    '^ngx-genesys-auth$': '<rootDir>/src/public-api.ts',
    '^ngx-genesys-auth/([a-z-]+)$': '<rootDir>/$1/src/public-api.ts',
    ...sources(root)
  }
};
