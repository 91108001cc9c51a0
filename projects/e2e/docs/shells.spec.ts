import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { root } from '../support/angular-cli.ts';

// Readers have bash, zsh, PowerShell or cmd.exe. Commands that all of them understand need no second form for Windows.
const ONLY_POSIX: readonly (readonly [RegExp, string])[] = [
  [/^\s*(?:export|unset|source)\s/, 'a shell builtin: write variables to a file for --env-file'],
  [/^\s*[A-Za-z_]\w*=\S*(?:\s|$)/, 'a variable before a command: write it to a file for --env-file'],
  [/\$\(|`/, 'the output of a command inside another one'],
  [/\$\{?[A-Za-z_]/, 'a variable of the shell'],
  [/\\$/, 'a line that continues'],
  [/&&|\|\||;/, 'several commands in a line'],
  [/(?<!["'\w])\{[^}]*,[^}]*\}/, 'alternatives in braces'],
  [/^[^"]*'/, 'single quotes, which cmd.exe does not know'],
  [/<\(|<<|\/dev\//, 'a redirection'],
  [/(?:^|\|)\s*(?:rm|cp|mv|mkdir|cat|touch|chmod|ln|sed|grep|openssl|kill|which)\s/, 'a program of Unix']
];

/** What a command has that some shell does not understand; `undefined`: nothing. */
const faultOf = (line: string) => ONLY_POSIX.find(([pattern]) => pattern.test(line))?.[1];

const pages = [
  ...['README.md', 'CONTRIBUTING.md'].map((file) => join(root, file)),
  ...ts.sys.readDirectory(join(root, 'docs'), ['.md']),
  ...ts.sys.readDirectory(join(root, 'projects'), ['.md'], ['**/node_modules', '**/dist', '**/apps'])
];

/** The commands in the shell blocks of a page. */
function commandsOf(page: string): readonly string[] {
  const text = readFileSync(page, 'utf8');
  return [...text.matchAll(/^( *)```(?:sh|bash|shell|console)\n([\s\S]*?)^ *```$/gm)]
    .flatMap(([, , block = '']) => block.split('\n'))
    .map((line) => line.replace(/(?:^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');
}

it.each([
  'export A=1',
  'A=1 npx --no-install genesys-auth-relay serve',
  'npm install a/{b,c}.tgz',
  'npx --no-install genesys-auth-relay check \\',
  "curl -d '{}' http://localhost",
  'npm ci && npm test',
  'echo $HOME',
  'rm -rf dist'
])('"%s" is found', (line) => {
  expect(faultOf(line)).toBeDefined();
});

it.each([
  'npx --no-install genesys-auth-relay serve --config relay.yaml --env-file .env',
  'npx --no-install ng generate ngx-genesys-auth:ng-add --scopes="analytics:readonly,routing:readonly"',
  `node -p "crypto.randomBytes(32).toString('base64')"`,
  'curl -H "X-Genesys-Auth: 1" http://localhost:8080/api/v2/routing/queues'
])('%s is fine in every shell', (line) => {
  expect(faultOf(line)).toBeUndefined();
});

it('every command of a page runs in every shell', () => {
  const found = pages.flatMap((page) =>
    commandsOf(page).flatMap((line) => {
      const fault = faultOf(line);
      return fault === undefined ? [] : [`${relative(root, page)}: ${line} (${fault})`];
    })
  );
  expect(pages.flatMap(commandsOf).length).toBeGreaterThan(30);
  expect(found).toEqual([]);
});

it('every script of a package.json runs in every shell', () => {
  const manifests = [
    join(root, 'package.json'),
    ...ts.sys.readDirectory(join(root, 'projects'), ['package.json'], ['**/node_modules', '**/dist', '**/apps'])
  ];
  const found = manifests.flatMap((manifest) => {
    const { scripts = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as { scripts?: Record<string, string> };
    return Object.entries(scripts).filter(([, script]) => faultOf(script) !== undefined);
  });
  expect(manifests.length).toBeGreaterThan(5);
  expect(found).toEqual([]);
});
