import js from '@eslint/js';
import angular from 'angular-eslint';
import prettier from 'eslint-config-prettier';
import regexp from 'eslint-plugin-regexp';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

// The rooms, and whom each may import. Everything else in the workspace is a wrong arrow and fails:
// protocol, scopes <- library, relay, sandbox <- wallboard <- e2e.
const rooms = {
  'genesys-auth-protocol': [],
  'genesys-scopes': [],
  'genesys-sandbox': [],
  'genesys-auth-relay': ['genesys-auth-protocol', 'genesys-scopes'],
  'ngx-genesys-auth': ['genesys-auth-protocol', 'genesys-scopes'],
  wallboard: ['genesys-auth-protocol', 'genesys-scopes', 'ngx-genesys-auth', 'genesys-auth-relay', 'genesys-sandbox'],
  e2e: ['genesys-auth-protocol', 'genesys-scopes', 'ngx-genesys-auth', 'genesys-auth-relay', 'genesys-sandbox']
};
// A test may have the sandbox as its real neighbour.
const neighbours = {
  'genesys-auth-relay': ['genesys-sandbox'],
  'ngx-genesys-auth': ['genesys-sandbox', 'genesys-auth-relay']
};
const runtimeFree = ['genesys-auth-protocol', 'genesys-scopes'];

const walls = (room, allowed) => {
  const closed = Object.keys(rooms).filter((other) => other !== room && !allowed.includes(other));
  const patterns = [
    {
      regex: `^(${closed.join('|')})(/|$)`,
      message: `The room ${room} does not import this one (see CONTRIBUTING, "Rooms").`
    },
    {
      regex: `^(\\.\\./)+(projects/)?(${Object.keys(rooms)
        .filter((other) => other !== room)
        .join('|')})/(?!server/index\\.ts$)`, // the demo's server is no package; the browser tests start it
      message: 'Import another room by its package name.'
    }
  ];
  return { 'no-restricted-imports': ['error', { patterns }] };
};
const roomRules = Object.entries(rooms).flatMap(([room, allowed]) => [
  {
    files: [`projects/${room}/**/*.ts`],
    rules: runtimeFree.includes(room)
      ? {
          'no-restricted-imports': [
            'error',
            { patterns: [{ regex: '^[^.]', message: `${room} imports nothing at run time.` }] }
          ]
        }
      : walls(room, allowed)
  },
  {
    files: [`projects/${room}/**/*.spec.ts`, `projects/${room}/test/**/*.ts`],
    rules: walls(room, [...allowed, ...(neighbours[room] ?? [])])
  }
]);

// The folders of the library's main entry point and of the relay are stages on the way of a request. Each may import the
// stages in its row, which stand above it.
const libraryStages = {
  errors: [],
  context: [],
  config: ['errors'],
  relay: ['context', 'config', 'errors'],
  scopes: ['config', 'errors'],
  token: ['relay', 'scopes', 'config', 'errors'],
  attach: ['token', 'scopes', 'context', 'errors'],
  features: ['attach', 'token', 'relay', 'scopes', 'config', 'errors'],
  core: ['features', 'attach', 'token', 'relay', 'scopes', 'config', 'errors'],
  service: ['core', 'token', 'relay', 'scopes', 'errors'],
  registry: ['service', 'core', 'features', 'attach', 'token', 'config', 'context', 'errors'],
  interceptor: ['core', 'attach', 'context', 'errors'],
  template: ['service', 'token', 'errors'],
  'sign-in': ['proxy', 'core', 'features', 'token', 'relay', 'errors'],
  proxy: ['core', 'features', 'attach', 'relay', 'config', 'context', 'errors'],
  retry: ['core', 'features', 'attach', 'token', 'config', 'context', 'errors'],
  log: ['core', 'features', 'attach', 'token', 'errors'],
  tabs: ['core', 'features', 'token', 'relay', 'errors'],
  setup: ['registry', 'interceptor', 'template', 'service', 'core', 'features', 'config', 'errors']
};
const relayStages = {
  runtime: [],
  scopes: [],
  config: ['scopes', 'runtime'],
  reply: ['runtime'],
  metrics: ['runtime'],
  guard: ['reply', 'config', 'runtime'],
  identify: ['guard', 'reply', 'config', 'runtime'],
  policy: ['scopes', 'reply', 'config', 'runtime'],
  store: ['config', 'runtime'],
  'token-source': ['store', 'reply', 'config', 'runtime'],
  proxy: ['token-source', 'policy', 'identify', 'guard', 'scopes', 'reply', 'config', 'runtime'],
  hub: ['token-source', 'store', 'policy', 'identify', 'guard', 'scopes', 'reply', 'config', 'runtime'],
  'sign-in': ['proxy', 'token-source', 'store', 'policy', 'identify', 'guard', 'scopes', 'reply', 'config', 'runtime'],
  relay: [
    'sign-in',
    'hub',
    'proxy',
    'token-source',
    'store',
    'policy',
    'identify',
    'guard',
    'scopes',
    'reply',
    'config',
    'runtime'
  ],
  'server-side': ['relay', 'token-source', 'store', 'policy', 'scopes', 'reply', 'config', 'runtime'],
  http: ['relay', 'sign-in', 'hub', 'proxy', 'identify', 'guard', 'metrics', 'reply', 'config', 'runtime'],
  doctor: ['token-source', 'reply', 'config', 'runtime'],
  cli: ['http', 'doctor', 'sign-in', 'hub', 'proxy', 'token-source', 'store', 'identify', 'config', 'runtime']
};
const stageRules = [
  ['ngx-genesys-auth', libraryStages],
  ['genesys-auth-relay', relayStages]
].flatMap(([room, stages]) =>
  Object.entries(stages).map(([stage, allowed]) => {
    const closed = Object.keys(stages).filter((other) => other !== stage && !allowed.includes(other));
    const patterns = [
      ...walls(room, rooms[room])['no-restricted-imports'][1].patterns,
      {
        regex: `^(\\.\\./)+(${closed.join('|')})(/|$)`,
        message: `${stage} may not import this folder (see its row in the table in eslint.config.mjs).`
      }
    ];
    return {
      files: [`projects/${room}/src/${stage}/**/*.ts`],
      ignores: ['**/*.spec.ts'],
      rules: { 'no-restricted-imports': ['error', { patterns }] }
    };
  })
);

// The command line of genesys-scopes reads files and TypeScript sources; these two files are its only doors to them.
const doors = {
  files: ['projects/genesys-scopes/src/audit/typescript.ts', 'projects/genesys-scopes/src/cli/node.ts'],
  rules: walls('genesys-scopes', [])
};

// A caller chooses the input of these packages' regular expressions, so one that is not linear lets a long input stop the process.
// A test and a script choose their own input.
const linearRegexps = [
  {
    files: ['projects/**/*.ts'],
    ignores: ['**/*.spec.ts', 'projects/*/test/**', 'projects/e2e/**', 'projects/bench/**'],
    plugins: { regexp },
    rules: { 'regexp/no-super-linear-backtracking': 'error' }
  },
  {
    files: ['projects/genesys-auth-relay/src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: { 'regexp/no-super-linear-move': ['error', { ignorePartial: false }] }
  }
];

// oxlint.config.mjs has the rules that need types.
export default defineConfig([
  globalIgnores(['**/dist/**', '**/out-tsc/**', '.angular/**', 'coverage/**', 'projects/e2e/compat/apps/**']),
  {
    files: ['**/*.mjs', '**/*.cjs'],
    extends: [js.configs.recommended],
    languageOptions: {
      globals: {
        performance: 'readonly',
        process: 'readonly',
        URL: 'readonly',
        URLSearchParams: 'readonly',
        console: 'readonly',
        fetch: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        AbortSignal: 'readonly',
        Buffer: 'readonly',
        __dirname: 'readonly',
        module: 'writable',
        require: 'readonly'
      }
    }
  },
  {
    files: ['projects/**/*.ts'],
    extends: [js.configs.recommended, ...tseslint.configs.strict, ...tseslint.configs.stylistic],
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // `import { type X } from` would stay in the output as an import for its side effects.
      '@typescript-eslint/no-import-type-side-effects': 'error'
    }
  },
  {
    files: ['projects/{ngx-genesys-auth,wallboard}/src/**/*.ts'],
    extends: [...angular.configs.tsRecommended],
    processor: angular.processInlineTemplates,
    rules: {
      '@angular-eslint/directive-selector': [
        'error',
        { type: 'attribute', prefix: ['genesys', 'wb'], style: 'camelCase' }
      ],
      '@angular-eslint/component-selector': [
        'error',
        { type: 'element', prefix: ['genesys', 'wb'], style: 'kebab-case' }
      ],
      '@angular-eslint/prefer-on-push-component-change-detection': 'error',
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }]
    }
  },
  {
    files: ['projects/{ngx-genesys-auth,wallboard}/**/*.html'],
    extends: [...angular.configs.templateRecommended, ...angular.configs.templateAccessibility]
  },
  ...linearRegexps,
  ...roomRules,
  ...stageRules,
  doors,
  {
    files: ['**/*.spec.ts', 'projects/*/test/**/*.ts', 'projects/e2e/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-extraneous-class': 'off'
    }
  },
  prettier
]);
