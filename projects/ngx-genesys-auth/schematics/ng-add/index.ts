import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MergeStrategy, type Rule, type Tree } from '@angular-devkit/schematics';
import { NodePackageInstallTask } from '@angular-devkit/schematics/tasks';
import { addInterceptor } from './http';
import { addMember } from './json';
import { type Answers, type NgAddOptions, checkOptions, stop } from './options';
import { addToRoot } from './providers';
import { addProxy } from './proxy';
import { type Symbol, localName, parse, quoted } from './source';
import { type Target, findTarget, isForServer } from './target';

const LIBRARY = 'ngx-genesys-auth';
const PROVIDE: Symbol = ['provideGenesysAuth', LIBRARY];
const PROXY_MODE: Symbol = ['withProxyMode', LIBRARY];
const MODULE = 'GenesysAuthModule';

/**
 * The schematic that `ng add` runs. It writes the providers with region, relay, scopes and mode, puts the interceptor into the
 * app's `HttpClient`, and lets the dev server forward calls to the relay. A second run changes nothing. A run that cannot do
 * all of it changes nothing either, and prints what to write by hand.
 */
export function ngAdd(options: NgAddOptions): Rule {
  return async (host, context) => {
    const { logger } = context;
    // Another schematic that calls this one may continue after a failure, so all changes are applied, or none.
    const tree = host.branch();
    const answers = await checkOptions(options);
    const target = await findTarget(tree, options.project);
    const done: string[] = [];
    const note = (what: string | undefined) => {
      if (what !== undefined) done.push(what);
    };

    const configuring = target.files.find((file) => {
      const source = parse(tree, file);
      return localName(source, PROVIDE) !== undefined || source.text.includes(`${MODULE}.forRoot(`);
    });
    if (configuring === undefined) {
      note(addInterceptor(tree, target));
      note(addConfiguration(tree, target, answers));
    } else {
      note(`${configuring} configures ${LIBRARY} already, and stays as it is`);
      note(addInterceptor(tree, target));
    }
    const { proxyTarget, relay } = answers;
    if (proxyTarget !== undefined) note(addProxy(tree, target, relay.replace(/\/+$/, ''), proxyTarget));
    const isNew = addToPackage(tree);
    host.merge(tree, MergeStrategy.Overwrite);
    if (isNew) context.addTask(new NodePackageInstallTask());

    for (const what of done) logger.info(`  ${what}`);
    logger.info(nextSteps(target, answers));
  };
}

/** Makes the library a dependency, if it is none. The CLI has usually done that before. */
function addToPackage(tree: Tree): boolean {
  const file = '/package.json';
  const { dependencies } = tree.readJson(file) as { dependencies?: Record<string, string> };
  if (dependencies?.[LIBRARY] !== undefined) return false;
  const wanted = `^${version()}`;
  return (
    addMember(tree, file, ['dependencies'], [LIBRARY, wanted], true) ||
    addMember(tree, file, [], ['dependencies', { [LIBRARY]: wanted }]) ||
    stop(`${file} is no object.`)
  );
}

/** Writes the configuration in the way of the application: a provider, or a module. */
function addConfiguration(tree: Tree, target: Target, { api, relay, scopes, mode }: Answers): string {
  const [[key, value] = ['', '']] = Object.entries(api);
  const config = `{ ${key}: ${quoted(value)}, relay: ${quoted(relay)}, scopes: [${scopes.map(quoted).join(', ')}] }`;
  const configuration = mode === 'proxy' ? `${config}, ${PROXY_MODE[0]}()` : config;
  const more = mode === 'proxy' ? [PROXY_MODE] : [];
  if (target.root.kind === 'standalone') {
    addToRoot(tree, target, {
      field: 'providers',
      text: `${PROVIDE[0]}(${configuration})`,
      imports: [PROVIDE, ...more]
    });
    return `${PROVIDE[0]}() with ${key} ${value}`;
  }
  addToRoot(tree, target, {
    field: 'imports',
    text: `${MODULE}.forRoot(${configuration})`,
    imports: [[MODULE, LIBRARY], ...more]
  });
  return `${MODULE}.forRoot() with ${key} ${value}`;
}

function version(): string {
  const { version: own } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as {
    version: string;
  };
  return own;
}

/** The origin of the dev server, with the options that `ng serve` uses. */
function devServer({ targets }: Target['project']): string {
  const serve = targets.get('serve');
  const configuration = serve?.configurations?.[serve.defaultConfiguration ?? ''];
  const { port, ssl } = { ...serve?.options, ...configuration };
  return `${ssl === true ? 'https' : 'http'}://localhost:${typeof port === 'number' && port > 0 ? port : 4200}`;
}

function nextSteps({ files, project }: Target, { relay, scopes, mode, proxyTarget }: Answers): string {
  const server = files.find((file) => isForServer(file));
  return [
    '',
    'Next:',
    `  1. Start a relay at ${proxyTarget ?? relay} that grants ${scopes.join(' ')}. It keeps the client secret:`,
    '       npx --no-install genesys-auth-relay serve --config relay.yaml',
    '     "Five minutes" in its README has a relay.yaml for your own machine. It must have:',
    `       mode: ${mode}`,
    // The dev server forwards calls to the relay, which then sees a page of another origin.
    ...(proxyTarget === undefined || project.targets.get('serve') === undefined
      ? []
      : [`       cors: { origins: [${devServer(project)}] } # without it the relay refuses pages of ng serve`]),
    ...(mode === 'token'
      ? []
      : [
          '     If an interceptor of yours adds a credential to calls of the relay, list it after genesysAuthInterceptor.'
        ]),
    '  2. Call the API as usual: inject(HttpClient).get("https://api.../api/v2/routing/queues")',
    ...(server === undefined
      ? []
      : [
          `  3. ${server} renders on the server. Without a credential for the server it gets no token: see provideServerGenesysAuth.`
        ])
  ].join('\n');
}
