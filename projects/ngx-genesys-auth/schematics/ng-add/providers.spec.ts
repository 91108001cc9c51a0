import { ANSWERS, CONFIG, addApplication, failure, flat, ngAdd, output, runner, workspace } from '../testing/workspace';

const APP_CONFIG = '/projects/shop/src/app/app.config.ts';
const MAIN = '/projects/shop/src/main.ts';

describe('ng add, the configuration of the library', () => {
  it('goes into app.config.ts, each provider on its line', async () => {
    const tree = await ngAdd(await workspace());
    const text = tree.readText(APP_CONFIG);
    expect(text).toMatch(/^ {4}provideHttpClient\(withInterceptors\(\[genesysAuthInterceptor\]\)\),$/m);
    expect(text).toContain(`\n    provideGenesysAuth(${CONFIG})\n  ]`);
    expect(text).toContain("import { provideHttpClient, withInterceptors } from '@angular/common/http';");
    expect(text).toContain(
      "import { genesysAuthInterceptor, provideGenesysAuth, withProxyMode } from 'ngx-genesys-auth';"
    );
    expect(JSON.parse(tree.readText('/package.json')).dependencies['ngx-genesys-auth']).toMatch(/^\^\d/);
  });

  it.each([true, false])('has no withProxyMode() for a relay in token mode (standalone: %s)', async (standalone) => {
    const tree = await ngAdd(await workspace({ standalone }), { ...ANSWERS, mode: 'token' });
    const text = flat(tree.readText(standalone ? APP_CONFIG : '/projects/shop/src/app/app-module.ts'));
    expect(text).toContain("scopes: ['analytics:readonly', 'routing'] })");
    expect(text).not.toContain('withProxyMode');
  });

  it.each([true, false])('has withSignIn() if users sign in (standalone: %s)', async (standalone) => {
    const tree = await ngAdd(await workspace({ standalone }), { ...ANSWERS, signIn: true });
    const text = flat(tree.readText(standalone ? APP_CONFIG : '/projects/shop/src/app/app-module.ts'));
    expect(text).toContain(`${CONFIG}, withSignIn())`);
    expect(text).toMatch(/import \{[^}]*withSignIn[^}]*\} from 'ngx-genesys-auth'/);
  });

  it('stays as it is if it is there: how to add sign-in is printed', async () => {
    const tree = await ngAdd(await workspace());
    const before = tree.readText(APP_CONFIG);
    expect(await output(tree, { ...ANSWERS, signIn: true })).toContain('add withSignIn() after withProxyMode()');
    const after = await ngAdd(tree, { ...ANSWERS, signIn: true });
    expect(after.readText(APP_CONFIG)).toBe(before);
  });

  it('goes into the root module of an NgModule app', async () => {
    const tree = await ngAdd(await workspace({ standalone: false }));
    const text = flat(tree.readText('/projects/shop/src/app/app-module.ts'));
    expect(text).toContain(`GenesysAuthModule.forRoot(${CONFIG})`);
    expect(text).toContain('provideHttpClient(withInterceptors([genesysAuthInterceptor]))');
    expect(text).toMatch(/import \{[^}]*GenesysAuthModule[^}]*withProxyMode[^}]*\} from 'ngx-genesys-auth'/);
  });

  it.each([
    [
      'written out in main.ts',
      'bootstrapApplication(App, { providers: [] });',
      /providers: \[provideHttpClient.*forever|providers: \[provideHttpClient/
    ],
    [
      'without a configuration',
      'bootstrapApplication(App).catch(console.error);',
      /bootstrapApplication\(App, \{ providers: \[provideHttp/
    ],
    ['with an empty one', 'bootstrapApplication(App, {});', /bootstrapApplication\(App, \{ providers: \[provideHttp/],
    [
      'with a list of its own',
      'const providers = [one()];\nbootstrapApplication(App, { providers: providers });',
      /providers = \[one\(\), provideHttp/
    ]
  ])('follows an application started %s', async (_how, start, expected) => {
    const tree = await workspace();
    tree.overwrite(
      MAIN,
      `import { bootstrapApplication } from '@angular/platform-browser';\nimport { App } from './app/app';\n${start}\n`
    );
    const text = flat((await ngAdd(tree)).readText(MAIN));
    expect(text).toMatch(expected);
    expect(text).toContain(`provideGenesysAuth(${CONFIG})`);
  });

  it('follows the import() that module federation puts into main.ts', async () => {
    const tree = await workspace();
    tree.create('/projects/shop/src/bootstrap.ts', tree.readText(MAIN));
    tree.overwrite(MAIN, "import('./bootstrap');\n");
    expect((await ngAdd(tree)).readText(APP_CONFIG)).toContain(`provideGenesysAuth(${CONFIG})`);
  });

  it('keeps Windows line ends', async () => {
    const tree = await workspace();
    tree.overwrite(APP_CONFIG, tree.readText(APP_CONFIG).replace(/\n/g, '\r\n'));
    expect((await ngAdd(tree)).readText(APP_CONFIG)).not.toMatch(/[^\r]\n/);
  });

  it('does not change an existing configuration, and adds a missing interceptor', async () => {
    const tree = await workspace();
    const given = "provideGenesysAuth({ region: 'mypurecloud.ie', relay: '/r', scopes: ['users'] })";
    const text = tree.readText(APP_CONFIG).replace('providers: [', `providers: [\n    ${given},`);
    tree.overwrite(APP_CONFIG, `import { provideGenesysAuth } from 'ngx-genesys-auth';\n${text}`);
    const after = (await ngAdd(tree)).readText(APP_CONFIG);
    expect(after).toContain(given);
    expect(after.match(/provideGenesysAuth\(/g)).toHaveLength(1);
    expect(after).toContain('withInterceptors([genesysAuthInterceptor])');
  });
});

describe('ng add in a workspace with several applications', () => {
  it('asks for one, and configures that one alone', async () => {
    const tree = await addApplication(await workspace(), 'desk');
    expect(await failure(tree)).toMatch(/several applications.*--project=NAME, of shop, desk/);
    expect(await failure(tree, { ...ANSWERS, project: 'dsek' })).toMatch(/no application "dsek".*shop, desk/);
    const after = await ngAdd(tree, { ...ANSWERS, project: 'desk' });
    expect(after.readText('/projects/desk/src/app/app.config.ts')).toContain('provideGenesysAuth');
    expect(after.readText(APP_CONFIG)).not.toContain('provideGenesysAuth');
  });
});

describe('ng add where it cannot be done by a program', () => {
  it.each([
    [
      'no such main.ts',
      (tree: Awaited<ReturnType<typeof workspace>>) => {
        tree.delete(MAIN);
      },
      /main\.ts.*no such file/
    ],
    [
      'a start that cannot be seen',
      (tree) => {
        tree.overwrite(MAIN, 'start();\n');
      },
      /neither bootstrapApplication nor bootstrapModule/
    ],
    [
      'a missing app.config.ts',
      (tree) => {
        tree.delete(APP_CONFIG);
      },
      /could not be followed/
    ],
    [
      'providers from a function',
      (tree) => {
        tree.overwrite(APP_CONFIG, 'export const appConfig = { providers: all() };\n');
      },
      /not a list that can be extended/
    ],
    [
      'a configuration that is spread',
      (tree) => {
        tree.overwrite(APP_CONFIG, 'export const appConfig = { ...base };\n');
      },
      /not a list that can be extended/
    ],
    [
      'merged configurations',
      (tree) => {
        tree.overwrite(MAIN, tree.readText(MAIN).replace('appConfig)', 'mergeApplicationConfig(appConfig, more))'));
      },
      /could not be followed/
    ]
  ] as [string, (tree: Awaited<ReturnType<typeof workspace>>) => void, RegExp][])(
    '%s: says what to write by hand and changes nothing',
    async (_what, spoil, expected) => {
      const tree = await workspace();
      spoil(tree);
      const message = await failure(tree);
      expect(message).toMatch(expected);
      expect(message).toContain('Nothing was changed.');
    }
  );

  it('a root module without a list of imports that can be read', async () => {
    const tree = await workspace({ standalone: false });
    const file = '/projects/shop/src/app/app-module.ts';
    tree.overwrite(file, tree.readText(file).replace(/imports: \[[^\]]*\]/, 'imports: all'));
    expect(await failure(tree)).toMatch(/@NgModule has no list of imports/);
  });

  it('no application at all', async () => {
    const empty = await runner.runExternalSchematic('@schematics/angular', 'workspace', {
      name: 'ws',
      version: '21.0.0'
    });
    expect(await failure(empty)).toMatch(/no application/);
  });
});
