const types = [
  'ngx-genesys-auth/tsconfig.spec.json',
  'ngx-genesys-auth/schematics/tsconfig.spec.json',
  'wallboard/tsconfig.spec.json',
  'wallboard/server/tsconfig.spec.json',
  'genesys-auth-protocol/tsconfig.spec.json',
  'genesys-scopes/tsconfig.spec.json',
  'genesys-sandbox/tsconfig.spec.json',
  'genesys-auth-relay/tsconfig.spec.json',
  'e2e/tsconfig.json'
].map((project) => `projects/${project}`);

/** What `npm test` checks besides the tests, each with a tool of node_modules/.bin. */
export const checks = [
  {
    name: 'lint',
    tool: 'eslint',
    args: ['.', '--max-warnings', '0', '--cache', '--cache-strategy', 'content', '--cache-location', 'out-tsc/eslint/']
  },
  { name: 'lint with types', tool: 'oxlint', args: ['-c', 'oxlint.config.mjs'] },
  { name: 'types', tool: 'tsc', args: ['-b', ...types] },
  {
    name: 'format',
    tool: 'prettier',
    args: [
      '--check',
      '.',
      '--log-level',
      'warn',
      '--cache',
      '--cache-strategy',
      'content',
      '--cache-location',
      'out-tsc/prettier'
    ]
  },
  { name: 'prose', tool: 'node', args: ['scripts/prose.mjs'] },
  { name: 'api reports', tool: 'node', args: ['scripts/api.mjs', '--check'] },
  { name: 'size of the library', tool: 'node', args: ['scripts/bundle.mjs', '--check'] }
];
