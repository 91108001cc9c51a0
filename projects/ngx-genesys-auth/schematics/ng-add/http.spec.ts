import type { UnitTestTree } from '@angular-devkit/schematics/testing';
import { CONFIG, failure, flat, ngAdd, workspace } from '../testing/workspace';

const APP_CONFIG = '/projects/shop/src/app/app.config.ts';

/** An application whose providers begin with this expression, of these symbols of `@angular/common/http`. */
async function appWith(expression: string, symbols: string): Promise<UnitTestTree> {
  const tree = await workspace();
  const text = tree.readText(APP_CONFIG).replace('providers: [', `providers: [\n    ${expression},`);
  tree.overwrite(APP_CONFIG, `import { ${symbols} } from '@angular/common/http';\n${text}`);
  return tree;
}

describe('ng add, an HttpClient that is configured already', () => {
  it.each([
    ['provideHttpClient()', 'provideHttpClient', 'provideHttpClient(withInterceptors([genesysAuthInterceptor]))'],
    [
      'provideHttpClient(withFetch())',
      'provideHttpClient, withFetch',
      'provideHttpClient(withFetch(), withInterceptors([genesysAuthInterceptor]))'
    ],
    [
      'provideHttpClient(withInterceptors([sso]))',
      'provideHttpClient, withInterceptors',
      'provideHttpClient(withInterceptors([sso, genesysAuthInterceptor]))'
    ],
    [
      'provideHttpClient(withInterceptors([]), withFetch())',
      'provideHttpClient, withFetch, withInterceptors',
      'provideHttpClient(withInterceptors([genesysAuthInterceptor]), withFetch())'
    ],
    [
      'provideHttpClient(withInterceptorsFromDi())',
      'provideHttpClient, withInterceptorsFromDi',
      'provideHttpClient(withInterceptors([genesysAuthInterceptor]), withInterceptorsFromDi())'
    ],
    [
      'provideHttpClient(withFetch(), withInterceptorsFromDi())',
      'provideHttpClient, withFetch, withInterceptorsFromDi',
      'provideHttpClient(withFetch(), withInterceptors([genesysAuthInterceptor]), withInterceptorsFromDi())'
    ],
    [
      'provideHttpClient(withInterceptors(all))',
      'provideHttpClient, withInterceptors',
      'provideHttpClient(withInterceptors(all), withInterceptors([genesysAuthInterceptor]))'
    ],
    [
      'provideHttpClient(...features)',
      'provideHttpClient',
      'provideHttpClient(...features, withInterceptors([genesysAuthInterceptor]))'
    ],
    [
      'http(chain([sso]))',
      'provideHttpClient as http, withInterceptors as chain',
      'http(chain([sso, genesysAuthInterceptor]))'
    ]
  ])('%s is extended', async (given, symbols, expected) => {
    const text = (await ngAdd(await appWith(given, symbols))).readText(APP_CONFIG);
    expect(flat(text)).toContain(`${expected},`);
    expect(text.match(/genesysAuthInterceptor/g)).toHaveLength(2);
    expect(text).toContain(`provideGenesysAuth(${CONFIG})`);
    expect(text.match(/from '@angular\/common\/http'/g)).toHaveLength(1);
  });

  it('is found in another file', async () => {
    const tree = await workspace();
    const file = '/projects/shop/src/app/core/http.ts';
    tree.create(
      file,
      "import { provideHttpClient } from '@angular/common/http';\nexport const http = () => [provideHttpClient()];\n"
    );
    const after = await ngAdd(tree);
    expect(after.readText(file)).toContain('[provideHttpClient(withInterceptors([genesysAuthInterceptor]))]');
    expect(after.readText(APP_CONFIG)).not.toContain('provideHttpClient');
  });

  it('of HttpClientModule gets the class interceptor', async () => {
    const tree = await workspace({ standalone: false });
    const file = '/projects/shop/src/app/app-module.ts';
    const text = tree.readText(file).replace('imports: [', 'imports: [\n    HttpClientModule,');
    tree.overwrite(file, `import { HttpClientModule } from '@angular/common/http';\n${text}`);
    const after = flat((await ngAdd(tree)).readText(file));
    expect(after).toContain('{ provide: HTTP_INTERCEPTORS, useClass: GenesysAuthHttpInterceptor, multi: true }');
    expect(after).not.toContain('provideHttpClient');
  });

  it('in several places is left to the developer', async () => {
    const tree = await appWith('provideHttpClient()', 'provideHttpClient');
    tree.create(
      '/projects/shop/src/app/lazy.ts',
      "import { provideHttpClient } from '@angular/common/http';\nprovideHttpClient();\n"
    );
    expect(await failure(tree)).toMatch(
      /called more than once.*\n.*\n.*withInterceptors\(\[genesysAuthInterceptor\]\)/
    );
  });

  it('in tests and for rendering on the server does not count', async () => {
    const tree = await workspace();
    const text = "import { provideHttpClient } from '@angular/common/http';\nprovideHttpClient();\n";
    tree.create('/projects/shop/src/app/app.config.server.ts', text);
    tree.create('/projects/shop/src/app/some.spec.ts', text);
    const after = await ngAdd(tree);
    expect(after.readText(APP_CONFIG)).toContain('provideHttpClient(withInterceptors([genesysAuthInterceptor]))');
    expect(after.readText('/projects/shop/src/app/app.config.server.ts')).toBe(text);
  });
});
