import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { root } from '../support/angular-cli.ts';

// None of the packages is published on npm. Whoever registers one of the names there would run code on readers' machines.
const NAMES = 'ngx-genesys-auth|genesys-auth-relay|genesys-auth-protocol|genesys-scopes|genesys-sandbox';

/** Commands that could download a package of one of the names, or `ng`, which is another package on npm. */
const DOWNLOADS = [
  new RegExp(`\\bnpx (?!--no-install )(?:-\\S+ )*(?:${NAMES}|ng )`),
  new RegExp(
    `\\b(?:npm (?:i|install|add|exec)|yarn (?:add|dlx)|pnpm (?:add|dlx)) (?:\\S+ )*(?:${NAMES})(?:@|[\\s\`"']|$)`,
    'm'
  ),
  new RegExp(`\\bng add (?:--\\S+ )*(?:${NAMES}) *(?:--|[\`"']|$)`, 'm')
];
/** Programs that a shell does not find after a local installation. */
const NOT_FOUND = new RegExp(`^(?:${NAMES}|ng) \\S`, 'm');

const files = [
  ...['README.md', 'CONTRIBUTING.md'].map((file) => join(root, file)),
  ...ts.sys.readDirectory(join(root, 'docs'), ['.md']),
  ...ts.sys.readDirectory(
    join(root, 'projects'),
    ['.md', '.ts', '.mjs', '.json', '.yaml', ''],
    ['**/node_modules', '**/dist', '**/api', '**/*.spec.ts', '**/*.compat.ts']
  )
].filter((file) => /\.(?:md|ts|mjs|json|yaml)$|Containerfile$/.test(file) && !/\.spec\.ts$|\.compat\.ts$/.test(file));

const textOf = (file: string) => readFileSync(file, 'utf8');

it('finds commands that could download a package', () => {
  const dangerous = [
    'npx genesys-auth-relay serve',
    'npx --yes genesys-scopes list',
    'npx ng add x',
    'npm install ngx-genesys-auth',
    'npm install --omit=dev genesys-auth-relay@0.1.0',
    'ng add ngx-genesys-auth'
  ];
  const harmless = [
    'npx --no-install genesys-auth-relay serve',
    'npm install ../ngx-genesys-auth/dist/packages/genesys-scopes-0.1.0.tgz',
    'npm install ioredis'
  ];
  const isDangerous = (line: string) => DOWNLOADS.some((pattern) => pattern.test(line));
  expect(dangerous.filter((line) => !isDangerous(line))).toEqual([]);
  expect(harmless.filter(isDangerous)).toEqual([]);
});

it('no page, error or configuration has a command that could download a package of a name that is not published', () => {
  expect(files.length).toBeGreaterThan(200);
  const found = files.flatMap((file) =>
    DOWNLOADS.flatMap((pattern) => pattern.exec(textOf(file))?.[0] ?? []).map(
      (text) => `${relative(root, file)}: ${text}`
    )
  );
  expect(found).toEqual([]);
});

it('no shell block has a command that a local installation does not put on the path', () => {
  const blocks = files
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) =>
      [...textOf(file).matchAll(/^ *```(?:sh|bash|)\n([\s\S]*?)^ *```$/gm)].map(([, code = '']) => ({
        file: relative(root, file),
        code: code.replace(/^ +/gm, '')
      }))
    );
  expect(blocks.length).toBeGreaterThan(10);
  expect(blocks.filter(({ code }) => NOT_FOUND.test(code))).toEqual([]);
});
