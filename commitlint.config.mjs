export default {
  extends: ['@commitlint/config-conventional'],
  rules: {
    'scope-enum': [
      2,
      'always',
      ['protocol', 'scopes', 'library', 'relay', 'sandbox', 'wallboard', 'e2e', 'bench', 'docs', 'repo']
    ],
    'body-max-line-length': [0]
  }
};
