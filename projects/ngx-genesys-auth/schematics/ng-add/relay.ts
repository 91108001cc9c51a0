import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Tree } from '@angular-devkit/schematics';
import { LIBRARY, addTo, dependency, ownVersion, readManifest } from './manifest';
import { missingIn, notApplied } from './not-applied';
import type { Answers } from './options';

const RELAY = 'genesys-auth-relay';
const SANDBOX = 'genesys-sandbox';

/** What was done for the relay that runs while the app is developed. */
export interface DevRelay {
  readonly done: readonly string[];
  /** The command that installs what is missing. */
  readonly install: string | undefined;
  /** Whether package.json has new packages. */
  readonly isInstallNeeded: boolean;
}

/**
 * Adds the relay as a development dependency, with an npm script and, for the sandbox, a configuration. The packages are not
 * published, so they come from tarballs beside the library's. Without these, nothing is installed.
 */
export function addDevRelay(tree: Tree, answers: Answers): DevRelay {
  const done = [addScript(tree, answers), addRelayYaml(tree, answers), ignoreSecrets(tree)].filter(
    (each) => each !== undefined
  );
  const packages = [RELAY, ...(answers.sandbox ? [SANDBOX] : [])];
  const missing = packages.filter((name) => dependency(tree, name) === undefined);
  const tarballs = missing.map((name) => tarballOf(tree, name));
  if (tarballs.includes(undefined)) {
    const files = missing.map((name) => `FOLDER/${name}-${ownVersion()}.tgz`).join(' ');
    return { done, install: `npm install --save-dev ${files}`, isInstallNeeded: false };
  }
  missing.forEach((name, at) => {
    addTo(tree, 'devDependencies', name, tarballs[at] ?? '');
  });
  // An earlier installation may have failed.
  const notInstalled = packages.filter((name) => missing.includes(name) || !isInstalled(name));
  if (notInstalled.length === 0) return { done, install: undefined, isInstallNeeded: false };
  const names = notInstalled.join(' and ');
  return {
    done: [...done, `${names} for development. If the installation fails, run "npm install" once more`],
    install: undefined,
    isInstallNeeded: true
  };
}

/** The tarball beside the library's, in the form of package.json. */
function tarballOf(tree: Tree, name: string): string | undefined {
  const library = dependency(tree, LIBRARY);
  if (library?.startsWith('file:') !== true || !library.endsWith('.tgz')) return undefined;
  const file = library.replace(/ngx-genesys-auth(?=[^/\\]*$)/, name);
  return file !== library && existsSync(resolve(workspaceFolder(), file.slice('file:'.length))) ? file : undefined;
}

/** The folder of the workspace on the disk. A schematic's tree has no files outside it. */
function workspaceFolder(): string {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'angular.json')) || folder === dirname(folder)) return folder;
  }
}

/** Whether Node finds a package in the workspace. */
function isInstalled(name: string): boolean {
  for (let folder = workspaceFolder(); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules', name))) return true;
    if (folder === dirname(folder)) return false;
  }
}

function addScript(tree: Tree, { sandbox }: Answers): string | undefined {
  const command = `${RELAY} dev${sandbox ? ' --sandbox' : ''}`;
  const present = readManifest(tree).scripts?.['relay'];
  if (present === command) return undefined;
  if (present !== undefined)
    return `package.json has a script "relay" already, which stays as it is. It would be: ${command}`;
  addTo(tree, 'scripts', 'relay', command);
  return `package.json: "npm run relay" starts the relay${sandbox ? ' and a sandbox' : ''}`;
}

/** Writes the relay's configuration for the sandbox. For an organization `genesys-auth-relay init` asks more than this knows. */
function addRelayYaml(tree: Tree, answers: Answers): string | undefined {
  const { api, sandbox, signIn, scopes, proxyTarget } = answers;
  const target = new URL(proxyTarget ?? '');
  // The relay has no TLS: with https another server is in front of it, and only that one has this port.
  const port = target.protocol === 'https:' ? undefined : Number(target.port || 80);
  if (tree.exists('/relay.yaml')) return keptRelayYaml(tree.readText('/relay.yaml'), answers, port);
  if (!sandbox || signIn || !('region' in api)) return undefined;
  const list = `[${scopes.map((scope) => (/^[\w:.-]+$/.test(scope) ? scope : JSON.stringify(scope))).join(', ')}]`;
  tree.create(
    '/relay.yaml',
    `# The relay of this app. "npm run relay" runs it while you develop.
mode: proxy # the relay calls the API: no token reaches the browser
${port === undefined || port === 8080 ? '' : `listen: { port: ${String(port)} }\n`}genesys:
  region: ${api.region}
  # Not used with the sandbox. For your organization, write both variables to the file .env, which you do not commit.
  client: { id: { env: GENESYS_CLIENT_ID }, secret: { env: GENESYS_CLIENT_SECRET } }
scopes: ${list} # every scope that this relay can grant
roles:
  developer: { scopes: ${list} }
# Who calls the relay while you develop. In production, "identities" or "signIn" identifies the users.
dev: { roles: [developer] }
`
  );
  return '/relay.yaml: the configuration of the relay';
}

/** What to say about a configuration that is there: which answers it lacks. */
function keptRelayYaml(text: string, { api, scopes, mode }: Answers, port: number | undefined): string | undefined {
  const present = /^mode: *(\w+)/m.exec(text)?.[1] ?? mode;
  // A section of several lines is not read.
  const listens = /^listen:/m.test(text) ? (/^listen:.*\bport: *(\d+)/m.exec(text)?.[1] ?? port) : 8080;
  const left = notApplied([
    ...missingIn(text, [...Object.entries(api), ...scopes.map((scope) => ['scope', scope] as const)]),
    ...(present === mode ? [] : [`mode ${mode}`]),
    ...(port === undefined || Number(listens) === port ? [] : [`port ${String(port)}`])
  ]);
  return left === '' ? undefined : `/relay.yaml exists already, and stays as it is${left}`;
}

/** The file .env has the secret of the OAuth client, so Git must not see it. */
function ignoreSecrets(tree: Tree): string | undefined {
  const file = '/.gitignore';
  if (!tree.exists(file)) return undefined;
  const text = tree.readText(file);
  if (/^\/?\.env$/m.test(text.replaceAll('\r', ''))) return undefined;
  const lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
  const separator = text === '' || text.endsWith('\n') ? '' : lineBreak;
  tree.overwrite(file, `${text}${separator}${lineBreak}# Secrets of the relay${lineBreak}/.env${lineBreak}`);
  return '/.gitignore: .env, for the secret of the OAuth client';
}
