import { MergeStrategy, type Rule, type Tree } from '@angular-devkit/schematics';
import { NodePackageInstallTask } from '@angular-devkit/schematics/tasks';
import { addExample } from './example';
import { addInterceptor } from './http';
import { LIBRARY, addLibrary, checkAngular } from './manifest';
import { nextSteps } from './next-steps';
import { type Answers, type NgAddOptions, checkOptions } from './options';
import { addToRoot } from './providers';
import { missingIn, notApplied } from './not-applied';
import { addProxy } from './proxy';
import { type DevRelay, addDevRelay } from './relay';
import { type Symbol, localName, parse, quoted } from './source';
import { type Target, findTarget } from './target';

const PROVIDE: Symbol = ['provideGenesysAuth', LIBRARY];
const PROXY_MODE: Symbol = ['withProxyMode', LIBRARY];
const SIGN_IN: Symbol = ['withSignIn', LIBRARY];
const MODULE = 'GenesysAuthModule';

/**
 * The schematic that `ng add` runs. It writes the providers with region, relay, scopes and mode, puts the interceptor into the
 * app's `HttpClient`, lets the dev server forward calls to the relay, and adds the relay for development. A second run changes
 * nothing. A run that cannot do all of it changes nothing either, and prints what to write by hand.
 */
export function ngAdd(options: NgAddOptions): Rule {
  return async (host, context) => {
    const { logger } = context;
    // Another schematic that calls this one may continue after a failure, so all changes are applied, or none.
    const tree = host.branch();
    checkAngular(tree);
    const answers = await checkOptions(options);
    const target = await findTarget(tree, options.project);
    const done: (string | undefined)[] = [];

    const configuring = target.files.find((file) => {
      const source = parse(tree, file);
      return localName(source, PROVIDE) !== undefined || source.text.includes(`${MODULE}.forRoot(`);
    });
    if (configuring === undefined) {
      done.push(addInterceptor(tree, target), addConfiguration(tree, target, answers));
    } else {
      done.push(alreadyConfigured(tree, configuring, answers), addInterceptor(tree, target));
    }
    const { proxyTarget, relay } = answers;
    let devRelay: DevRelay | undefined;
    if (proxyTarget !== undefined) {
      done.push(addProxy(tree, target, relay.replace(/\/+$/, ''), proxyTarget));
      devRelay = addDevRelay(tree, answers);
      done.push(...devRelay.done);
    }
    const example = options.example === true ? await writeExample(tree, target, answers) : undefined;
    done.push(example?.done);
    const isNew = addLibrary(tree);
    host.merge(tree, MergeStrategy.Overwrite);
    if (isNew || devRelay?.isInstallNeeded === true) context.addTask(new NodePackageInstallTask());

    // A path with a slash at the start looks like one of the whole disk.
    for (const what of done) if (what !== undefined) logger.info(`  ${what.replace(/^\//, '')}`);
    logger.info(nextSteps(host, target, answers, devRelay, example?.file));
  };
}

/** What to say about a configuration that is there. It stays as it is, because it may be written by hand. */
function alreadyConfigured(tree: Tree, file: string, { api, relay, scopes, mode, signIn }: Answers): string {
  const source = parse(tree, file);
  const present = localName(source, PROXY_MODE) === undefined ? 'token' : 'proxy';
  const left = notApplied([
    ...missingIn(source.text, [
      ...Object.entries(api),
      ['relay', relay],
      ...scopes.map((scope) => ['scope', scope] as const)
    ]),
    ...(present === mode ? [] : [`mode ${mode}`])
  ]);
  const isMissing = signIn && localName(source, SIGN_IN) === undefined;
  const more = isMissing ? `. For sign-in, add ${SIGN_IN[0]}() after ${PROXY_MODE[0]}()` : '';
  return `${file} configures ${LIBRARY} already, and stays as it is${left}${more}`;
}

/** Writes the configuration in the way of the application: a provider, or a module. */
function addConfiguration(tree: Tree, target: Target, { api, relay, scopes, mode, signIn }: Answers): string {
  const [[key, value] = ['', '']] = Object.entries(api);
  const features = [...(mode === 'proxy' ? [PROXY_MODE] : []), ...(signIn ? [SIGN_IN] : [])];
  const config = `{ ${key}: ${quoted(value)}, relay: ${quoted(relay)}, scopes: [${scopes.map(quoted).join(', ')}] }`;
  const configuration = [config, ...features.map(([name]) => `${name}()`)].join(', ');
  if (target.root.kind === 'standalone') {
    addToRoot(tree, target, {
      field: 'providers',
      text: `${PROVIDE[0]}(${configuration})`,
      imports: [PROVIDE, ...features]
    });
    return `${PROVIDE[0]}() with ${key} ${value}`;
  }
  addToRoot(tree, target, {
    field: 'imports',
    text: `${MODULE}.forRoot(${configuration})`,
    imports: [[MODULE, LIBRARY], ...features]
  });
  return `${MODULE}.forRoot() with ${key} ${value}`;
}

async function writeExample(tree: Tree, target: Target, { api }: Answers): Promise<{ done: string; file: string }> {
  const { apiOriginOf, findRegion } = await import('genesys-auth-protocol');
  const region = 'region' in api ? findRegion(api.region) : undefined;
  const apiOrigin = 'apiOrigin' in api ? api.apiOrigin : region && apiOriginOf(region);
  const { file, isNew } = addExample(tree, target, apiOrigin ?? '');
  if (isNew) return { file, done: `${file}: a component that shows queues` };
  const left = notApplied(missingIn(tree.readText(file), [['the API at', apiOrigin ?? '']]));
  return { file, done: `${file} exists already, and stays as it is${left}` };
}
