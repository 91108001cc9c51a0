// The tests of the Angular projects. What runs on Node has vitest (vitest.config.mjs).
export default {
  projects: [
    '<rootDir>/projects/ngx-genesys-auth',
    '<rootDir>/projects/ngx-genesys-auth/schematics',
    '<rootDir>/projects/wallboard'
  ],
  reporters: ['default', '<rootDir>/scripts/jest-must-end.cjs'],
  // Only a hanging test takes this long, also on a busy machine.
  testTimeout: 300_000
};
