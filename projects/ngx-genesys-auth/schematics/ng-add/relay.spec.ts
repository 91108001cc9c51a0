import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UnitTestTree } from '@angular-devkit/schematics/testing';
import { ANSWERS, ngAdd, output, runner, workspace } from '../testing/workspace';

const manifestOf = (tree: UnitTestTree) =>
  JSON.parse(tree.readText('/package.json')) as {
    scripts: Record<string, string>;
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };

const changeManifest = (tree: UnitTestTree, section: 'scripts' | 'dependencies', more: Record<string, string>) => {
  const manifest = manifestOf(tree);
  Object.assign(manifest[section], more);
  tree.overwrite('/package.json', JSON.stringify(manifest, null, 2));
};

describe('ng add, the relay for development', () => {
  it('has an npm script: with the sandbox, unless the developer has an organization', async () => {
    expect(manifestOf(await ngAdd(await workspace())).scripts['relay']).toBe('genesys-auth-relay dev --sandbox');
    const own = await ngAdd(await workspace(), { ...ANSWERS, sandbox: false });
    expect(manifestOf(own).scripts['relay']).toBe('genesys-auth-relay dev');
    // In token mode the browser would send a token of the sandbox to the API.
    const token = await ngAdd(await workspace(), { ...ANSWERS, mode: 'token' });
    expect(manifestOf(token).scripts['relay']).toBe('genesys-auth-relay dev');
  });

  it('leaves a script of the developer alone, and reports it', async () => {
    const tree = await workspace();
    changeManifest(tree, 'scripts', { relay: 'node relay.js' });
    expect(await output(tree, ANSWERS)).toMatch(/script "relay" already.*genesys-auth-relay dev --sandbox/);
    expect(manifestOf(await ngAdd(tree)).scripts['relay']).toBe('node relay.js');
  });

  it('is not added for a relay elsewhere, and not without the dev proxy', async () => {
    for (const options of [{ relay: 'https://relay.example.com/genesys' }, { proxy: false }]) {
      const tree = await ngAdd(await workspace(), { ...ANSWERS, ...options });
      expect(manifestOf(tree).scripts['relay']).toBeUndefined();
      expect(tree.exists('/relay.yaml')).toBe(false);
    }
  });

  it('has a configuration for the sandbox, with the region and the scopes of the app', async () => {
    const yaml = (await ngAdd(await workspace(), { ...ANSWERS, scopes: "routing:readonly admin:o'neil" })).readText(
      '/relay.yaml'
    );
    expect(yaml).toContain('\nmode: proxy #');
    expect(yaml).toContain('\n  region: mypurecloud.de\n');
    expect(yaml).toContain('\nscopes: [routing:readonly, "admin:o\'neil"] #');
    expect(yaml).toContain('\ndev: { roles: [developer] }\n');
    expect(yaml).not.toContain('listen');
    const other = await ngAdd(await workspace(), { ...ANSWERS, proxyTarget: 'http://localhost:9000' });
    expect(other.readText('/relay.yaml')).toContain('\nlisten: { port: 9000 }\n');
  });

  it.each([
    ['', '\n# Secrets of the relay\n/.env\n'],
    ['dist', 'dist\n\n# Secrets of the relay\n/.env\n'],
    ['dist\r\n', 'dist\r\n\r\n# Secrets of the relay\r\n/.env\r\n'],
    ['dist\r\n.env\r\n', 'dist\r\n.env\r\n']
  ])('keeps its secret out of Git (%j)', async (before, after) => {
    const tree = await workspace();
    tree.overwrite('/.gitignore', before);
    expect((await ngAdd(tree)).readText('/.gitignore')).toBe(after);
    tree.delete('/.gitignore');
    expect((await ngAdd(tree)).exists('/.gitignore')).toBe(false);
  });

  it('has its usual port behind a server with https', async () => {
    const tree = await ngAdd(await workspace(), { ...ANSWERS, proxyTarget: 'https://relay.example.com' });
    expect(tree.readText('/relay.yaml')).not.toContain('listen');
    const answers = { ...ANSWERS, proxyTarget: 'https://relay.example.com' };
    expect(await output(tree, answers)).not.toContain('not applied');
  });

  it('keeps a configuration that is there', async () => {
    const tree = await workspace();
    tree.create('/relay.yaml', 'mode: token\n');
    expect((await ngAdd(tree)).readText('/relay.yaml')).toBe('mode: token\n');
  });

  it.each([
    [{ sandbox: false }, '--identity=development --mode=proxy'],
    [{ signIn: true }, '--identity=sign-in --mode=proxy'],
    [{ mode: 'token' }, '--identity=development --mode=token']
  ] as const)('with %j leaves the configuration to init, and prints the command', async (more, expected) => {
    const tree = await workspace();
    const command = `npx --no-install genesys-auth-relay init --region=mypurecloud.de --client-id=CLIENT-ID ${expected} --scopes="analytics:readonly,routing"`;
    expect(await output(tree, { ...ANSWERS, ...more })).toContain(command);
    expect((await ngAdd(tree, { ...ANSWERS, ...more })).exists('/relay.yaml')).toBe(false);
  });
});

describe('ng add, the packages for development', () => {
  let folder: string;
  const library = { 'ngx-genesys-auth': 'file:../packages/ngx-genesys-auth-0.1.0.tgz' };

  /** A workspace on the disk, with tarballs of these packages beside it. */
  const packed = (...names: readonly string[]) => {
    for (const name of names) writeFileSync(join(folder, 'packages', `${name}-0.1.0.tgz`), '');
  };
  /** The installations that the last run asks for. */
  const installs = () => runner.tasks.filter(({ name }) => name === 'node-package').length;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ng-add-'));
    mkdirSync(join(folder, 'packages'));
    mkdirSync(join(folder, 'app/src'), { recursive: true });
    writeFileSync(join(folder, 'app/angular.json'), '');
    // `ng` may run in any folder of the workspace.
    jest.spyOn(process, 'cwd').mockReturnValue(join(folder, 'app/src'));
  });
  afterEach(() => {
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  it('come from the tarballs beside the one of the library', async () => {
    packed('ngx-genesys-auth', 'genesys-auth-relay', 'genesys-sandbox');
    const tree = await workspace();
    changeManifest(tree, 'dependencies', library);
    // Another workspace around this one may have them.
    mkdirSync(join(folder, 'node_modules/genesys-auth-relay'), { recursive: true });
    mkdirSync(join(folder, 'node_modules/genesys-sandbox'));
    const first = await runner.runSchematic('ng-add', ANSWERS, tree);
    expect(installs()).toBe(1);
    expect(manifestOf(first).devDependencies).toMatchObject({
      'genesys-auth-relay': 'file:../packages/genesys-auth-relay-0.1.0.tgz',
      'genesys-sandbox': 'file:../packages/genesys-sandbox-0.1.0.tgz'
    });
    expect(manifestOf(first).dependencies['ngx-genesys-auth']).toBe(library['ngx-genesys-auth']);
    for (const name of ['genesys-auth-relay', 'genesys-sandbox'])
      mkdirSync(join(folder, 'app/node_modules', name), { recursive: true });
    await ngAdd(first);
    expect(installs()).toBe(0);
    expect(await output(first, ANSWERS)).not.toContain('npm install');
  });

  it('are installed by the next run if the first could not, for example without a network', async () => {
    packed('ngx-genesys-auth', 'genesys-auth-relay', 'genesys-sandbox');
    const tree = await workspace();
    changeManifest(tree, 'dependencies', library);
    expect(await output(tree, ANSWERS)).toContain(
      'genesys-auth-relay and genesys-sandbox for development. If the installation fails, run "npm install" once more'
    );
    const first = await runner.runSchematic('ng-add', ANSWERS, tree);
    // A workspace may have its packages in a folder above.
    mkdirSync(join(folder, 'node_modules/genesys-auth-relay'), { recursive: true });
    expect(await output(first, ANSWERS)).toContain('genesys-sandbox for development. If the installation fails');
    expect(installs()).toBe(1);
  });

  it('are only the relay for a developer who has an organization', async () => {
    packed('ngx-genesys-auth', 'genesys-auth-relay', 'genesys-sandbox');
    const tree = await workspace();
    changeManifest(tree, 'dependencies', library);
    const { devDependencies } = manifestOf(await ngAdd(tree, { ...ANSWERS, sandbox: false }));
    expect(devDependencies['genesys-auth-relay']).toBeDefined();
    expect(devDependencies['genesys-sandbox']).toBeUndefined();
  });

  it.each([
    ['a tarball is missing', library, ['ngx-genesys-auth', 'genesys-auth-relay']],
    ['the library comes from the registry', { 'ngx-genesys-auth': '^0.1.0' }, ['genesys-auth-relay', 'genesys-sandbox']]
  ])('are not installed if %s: the command is printed', async (_when, dependencies, tarballs) => {
    packed(...tarballs);
    const tree = await workspace();
    changeManifest(tree, 'dependencies', dependencies);
    expect(await output(tree, ANSWERS)).toMatch(
      /npm install --save-dev FOLDER\/genesys-auth-relay-\d\S*\.tgz FOLDER\/genesys-sandbox-\d\S*\.tgz\n/
    );
    const after = await ngAdd(tree);
    expect(Object.keys(manifestOf(after).devDependencies).filter((name) => name.startsWith('genesys'))).toEqual([]);
  });
});
