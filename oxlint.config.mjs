import tseslint from 'typescript-eslint';

// The rules of typescript-eslint that need types. oxlint runs them, because it is much faster; eslint.config.mjs has all other rules.
// Each tool reads only its own comments (eslint-disable-next-line, oxlint-disable-next-line), so that each reports its unused ones.
const { strictTypeCheckedOnly, stylisticTypeCheckedOnly } = tseslint.configs;
// oxlint does not have this rule.
const unsupported = '@typescript-eslint/no-unsafe-class-instance-assignment';
const rules = Object.fromEntries(
  [...strictTypeCheckedOnly, ...stylisticTypeCheckedOnly]
    .flatMap((preset) => Object.entries(preset.rules ?? {}))
    .filter(([rule]) => rule.startsWith('@typescript-eslint/') && rule !== unsupported)
);

export default {
  plugins: ['typescript'],
  categories: { correctness: 'off' },
  options: {
    typeAware: true,
    denyWarnings: true,
    reportUnusedDisableDirectives: 'error',
    respectEslintDisableDirectives: false
  },
  ignorePatterns: ['**/*.{js,cjs,mjs}', '**/dist/**', '**/out-tsc/**', 'projects/e2e/compat/apps/**'],
  rules: {
    ...rules,
    '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }]
  },
  overrides: [
    {
      files: ['**/*.spec.ts', 'projects/*/test/**/*.ts', 'projects/e2e/**/*.ts'],
      rules: {
        '@typescript-eslint/no-unsafe-call': 'off',
        '@typescript-eslint/no-unsafe-member-access': 'off',
        '@typescript-eslint/no-unsafe-assignment': 'off',
        '@typescript-eslint/unbound-method': 'off'
      }
    }
  ]
};
