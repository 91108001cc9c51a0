import presets from 'jest-preset-angular/presets/index.js';
import { sources } from '../../jest.node.mjs';

const root = new URL('../..', import.meta.url).pathname.replace(/\/$/, '');

export default {
  ...presets.createCjsPreset({ tsconfig: '<rootDir>/tsconfig.spec.json' }),
  displayName: 'ngx-genesys-auth',
  testEnvironment: 'jest-preset-angular/environments/jest-jsdom-env',
  rootDir: import.meta.dirname,
  testMatch: ['<rootDir>/src/**/*.spec.ts', '<rootDir>/test/**/*.spec.ts'],
  setupFilesAfterEnv: ['<rootDir>/jest.setup.ts'],
  moduleNameMapper: { '^ngx-genesys-auth$': '<rootDir>/src/public-api.ts', ...sources(root) }
};
