const types = (project) => ({
  name: `types of ${project}`,
  tool: 'tsc',
  args: ['-p', `projects/${project}`, '--noEmit']
});
const packed = (folder) => [
  { name: `publint ${folder}`, tool: 'publint', args: ['run', folder, '--strict'] },
  { name: `attw ${folder}`, tool: 'attw', args: ['--pack', folder, '--profile', 'esm-only'] }
];

/** What `npm test` checks besides the tests. */
export const checks = [
  { name: 'lint', tool: 'eslint', args: ['.', '--max-warnings', '0'] },
  types('ngx-genesys-auth/tsconfig.spec.json'),
  types('ngx-genesys-auth/schematics/tsconfig.spec.json'),
  types('wallboard/tsconfig.spec.json'),
  types('wallboard/server/tsconfig.spec.json'),
  types('genesys-auth-protocol/tsconfig.spec.json'),
  types('genesys-scopes/tsconfig.spec.json'),
  types('genesys-sandbox/tsconfig.spec.json'),
  types('genesys-auth-relay/tsconfig.spec.json'),
  types('e2e/tsconfig.json'),
  { name: 'size of the library', tool: 'node', args: ['scripts/bundle.mjs', '--check'] },
  { name: 'format', tool: 'prettier', args: ['--check', '.', '--log-level', 'warn'] },
  { name: 'api reports', tool: 'node', args: ['scripts/api.mjs', '--check'] },
  ...packed('dist/ngx-genesys-auth'),
  ...packed('projects/genesys-auth-protocol'),
  ...packed('projects/genesys-scopes'),
  ...packed('projects/genesys-auth-relay'),
  ...packed('projects/genesys-sandbox')
];
