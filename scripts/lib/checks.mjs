import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';

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

/** The files that decide whether a built package resolves: its package.json, what that exports, its commands, and the tools in the lock. */
function entryPointsOf(folder) {
  const file = join(root, folder, 'package.json');
  if (!existsSync(file)) return [];
  const { exports = {}, bin = {} } = JSON.parse(readFileSync(file, 'utf8'));
  const exported = Object.values(exports).flatMap((target) =>
    typeof target === 'string' ? [target] : Object.values(target)
  );
  const shipped = [...exported, ...Object.values(bin), '.npmignore'].map((path) => join(root, folder, path));
  return [file, join(root, 'package-lock.json'), ...shipped].filter((path) => existsSync(path));
}
const packed = (folder) => {
  const inputs = () => entryPointsOf(folder);
  return [
    { name: `publint ${folder}`, tool: 'publint', args: ['run', folder, '--strict'], inputs },
    { name: `attw ${folder}`, tool: 'attw', args: ['--pack', folder, '--profile', 'esm-only'], inputs }
  ];
};

/**
 * What `npm test` checks besides the tests, each with a tool of node_modules/.bin. A check with `inputs` runs when these files are
 * not what they were when it last passed.
 */
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
  { name: 'size of the library', tool: 'node', args: ['scripts/bundle.mjs', '--check'] },
  ...packed('dist/ngx-genesys-auth'),
  ...packed('projects/genesys-auth-protocol'),
  ...packed('projects/genesys-scopes'),
  ...packed('projects/genesys-auth-relay'),
  ...packed('projects/genesys-sandbox')
];
