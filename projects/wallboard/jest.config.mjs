import presets from 'jest-preset-angular/presets/index.js';
import { sourceMapper } from '../../jest.node.mjs';

const root = new URL('../..', import.meta.url).pathname.replace(/\/$/, '');

export default {
  ...presets.createCjsPreset({ tsconfig: '<rootDir>/tsconfig.spec.json' }),
  displayName: 'wallboard',
  testEnvironment: 'jest-preset-angular/environments/jest-jsdom-env',
  rootDir: import.meta.dirname,
  testMatch: ['<rootDir>/src/**/*.spec.ts'],
  setupFilesAfterEnv: ['<rootDir>/jest.setup.ts'],
  moduleNameMapper: {
    '^ngx-genesys-auth$': `${root}/projects/ngx-genesys-auth/src/public-api.ts`,
    '^ngx-genesys-auth/([a-z-]+)$': `${root}/projects/ngx-genesys-auth/$1/src/public-api.ts`,
    ...sourceMapper
  }
};
