export default {
  extends: ['@commitlint/config-conventional'],
  rules: {
    'scope-enum': [
      2,
      'always',
      ['protocol', 'scopes', 'library', 'relay', 'sandbox', 'wallboard', 'e2e', 'bench', 'docs', 'repo']
    ],
    // Names such as README, API or Chromium keep their case at the start of a subject.
    'subject-case': [0],
    'header-max-length': [2, 'always', 120],
    'body-max-line-length': [0]
  }
};
