import presets from 'jest-preset-angular/presets/index.js';
import { sourceMapper, swc } from '../../jest.node.mjs';

const angular = presets.createCjsPreset({ tsconfig: '<rootDir>/tsconfig.spec.json' });
/** Packages that ship ES modules only, as .js files: jest must transform them. */
const esmOnly = 'jose|oauth4webapi|cookie|pure-rand|fast-check';

export default {
  ...angular,
  displayName: 'ngx-genesys-auth',
  testEnvironment: 'jest-preset-angular/environments/jest-jsdom-env',
  rootDir: import.meta.dirname,
  testMatch: ['<rootDir>/src/**/*.spec.ts', '<rootDir>/*/src/**/*.spec.ts', '<rootDir>/test/**/*.spec.ts'],
  setupFilesAfterEnv: ['<rootDir>/jest.setup.ts'],
  // swc compiles what is not Angular: the relay and the sandbox, which tests use as real dependencies, and fast-check.
  transform: {
    'projects/(genesys-[a-z-]+)/src/.+\\.ts$': swc,
    [`node_modules/(?:${esmOnly})/.+\\.js$`]: swc,
    ...angular.transform
  },
  transformIgnorePatterns: [`/node_modules/(?!.*\\.mjs$|(?:.+/node_modules/)?(?:${esmOnly})/)`],
  moduleNameMapper: {
    '^ngx-genesys-auth$': '<rootDir>/src/public-api.ts',
    '^ngx-genesys-auth/([a-z-]+)$': '<rootDir>/$1/src/public-api.ts',
    ...sourceMapper
  }
};
