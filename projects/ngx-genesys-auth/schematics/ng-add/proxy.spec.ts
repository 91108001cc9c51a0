import type { UnitTestTree } from '@angular-devkit/schematics/testing';
import { ANSWERS, addApplication, failure, ngAdd, output, serveOf, workspace } from '../testing/workspace';

// proxy-file.spec.ts runs what is written here, and projects/e2e does it with the dev server and a relay.
const FILE = '/proxy.conf.mjs';

async function appWithProxy(file: string, content: string): Promise<UnitTestTree> {
  const tree = await workspace();
  const angular = JSON.parse(tree.readText('/angular.json'));
  angular.projects.shop.architect.serve.configurations.development.proxyConfig = file;
  tree.overwrite('/angular.json', JSON.stringify(angular));
  tree.create(file, content);
  return tree;
}

describe('ng add, the dev proxy', () => {
  it('is a program in the root of the workspace, which forwards calls to the relay with the key', async () => {
    const tree = await ngAdd(await workspace());
    const text = tree.readText(FILE);
    expect(text).toContain("'/genesys/': relay");
    expect(text).toContain("target: 'http://localhost:8080'");
    expect(text).toContain("pathRewrite: { '^/genesys': '' }");
    expect(text).toContain("new URL('.genesys-auth-relay/dev-key', import.meta.url)");
    expect(text).toContain("request.headers['x-forwarded-proto'] = request.socket.encrypted ? 'https' : 'http'");
    expect(serveOf(tree).options?.['proxyConfig']).toBe('proxy.conf.mjs');
  });

  it('has the path and the target of the options, or is not written', async () => {
    const other = await ngAdd(await workspace(), { ...ANSWERS, relay: '/auth/', proxyTarget: 'http://localhost:9000' });
    expect(other.readText(FILE)).toContain("'/auth/': relay");
    expect(other.readText(FILE)).toContain("target: 'http://localhost:9000'");
    expect(other.readText(FILE)).toContain("pathRewrite: { '^/auth': '' }");
    const none = await ngAdd(await workspace(), { ...ANSWERS, proxy: false });
    expect(none.exists(FILE)).toBe(false);
    expect(serveOf(none).options?.['proxyConfig']).toBeUndefined();
  });

  it('escapes the characters of a path that have a meaning in a pattern', async () => {
    const tree = await ngAdd(await workspace(), { ...ANSWERS, relay: '/gen.esys(1)' });
    const [, pattern = ''] = /pathRewrite: \{ '(.*)': ''/.exec(tree.readText(FILE)) ?? [];
    // As JavaScript reads the text.
    const escaped = pattern.replaceAll('\\\\', '\\');
    expect('/gen.esys(1)/session'.replace(new RegExp(escaped), '')).toBe('/session');
  });

  it('gets another name for a second application that has another relay', async () => {
    const first = await ngAdd(await addApplication(await workspace(), 'desk'), { ...ANSWERS, project: 'shop' });
    const same = await ngAdd(first, { ...ANSWERS, project: 'desk' });
    expect(same.exists('/proxy.conf.desk.mjs')).toBe(false);
    const other = await ngAdd(await addApplication(same, 'kiosk'), { ...ANSWERS, project: 'kiosk', relay: '/kiosk' });
    expect(other.readText('/proxy.conf.kiosk.mjs')).toContain("'/kiosk/': relay");
    expect(other.readText(FILE)).toBe(first.readText(FILE));
  });
});

describe('ng add, a dev proxy that is there', () => {
  it.each([
    ['an object', '{ "/api": { "target": "http://localhost:3000" } }', "'/genesys/': relay"],
    ['a list', '[{ "context": ["/api"], "target": "http://localhost:3000" }]', "{ context: ['/genesys/'], ...relay }"]
  ])('as JSON, %s: stays, and is read by the program', async (_form, content, entry) => {
    const tree = await ngAdd(await appWithProxy('dev/proxy.json', content));
    expect(tree.readText('/dev/proxy.json')).toBe(content);
    expect(tree.readText(FILE)).toContain(
      "...JSON.parse(readFileSync(new URL('./dev/proxy.json', import.meta.url), 'utf8'))"
    );
    expect(tree.readText(FILE)).toContain(entry);
    expect(serveOf(tree).configurations['development']?.['proxyConfig']).toBe('proxy.conf.mjs');
    expect(serveOf(tree).options?.['proxyConfig']).toBeUndefined();
  });

  it('that the workspace names but that does not exist is replaced', async () => {
    const tree = await appWithProxy('/proxy.json', '{}');
    tree.delete('/proxy.json');
    const after = await ngAdd(tree);
    expect(after.readText(FILE)).not.toContain('JSON.parse');
    expect(serveOf(after).configurations['development']?.['proxyConfig']).toBe('proxy.conf.mjs');
  });

  it.each([
    '{ "/genesys": { "target": "http://localhost:1" } }',
    '[{ "context": "/genesys", "target": "http://localhost:1" }]'
  ])('with an entry of the developer for the relay stays, and is reported: %s', async (own) => {
    const tree = await appWithProxy('/proxy.json', own);
    const before = tree.readText('/angular.json');
    expect(await output(tree, ANSWERS)).toMatch(/ proxy\.json forwards \/genesys already, and stays as it is\..*key/);
    const after = await ngAdd(tree);
    expect(after.readText('/proxy.json')).toBe(own);
    expect(after.readText('/angular.json')).toBe(before);
    expect(after.exists(FILE)).toBe(false);
  });

  it.each([
    ['/dev/proxy.mjs', "import genesys from '../proxy.conf.mjs';", FILE],
    [FILE, "import genesys from './proxy.conf.shop.mjs';", '/proxy.conf.shop.mjs']
  ])('that is a program (%s) stays; what to add to it is printed', async (file, line, written) => {
    const tree = await appWithProxy(file, 'export default {};\n');
    expect(await output(tree, ANSWERS)).toContain(line);
    const after = await ngAdd(tree);
    expect(after.readText(file)).toBe('export default {};\n');
    expect(after.readText(written)).toContain("'/genesys/': relay");
    expect(after.readText('/projects/shop/src/app/app.config.ts')).toContain('provideGenesysAuth');
    after.overwrite(file, `${line}\nexport default { ...genesys };\n`);
    expect(await output(after, ANSWERS)).not.toContain('import genesys');
  });

  it('differs between configurations: all stay, and what to add is printed', async () => {
    const tree = await appWithProxy('/proxy.json', '{}');
    const angular = JSON.parse(tree.readText('/angular.json'));
    angular.projects.shop.architect.serve.options = { proxyConfig: 'other.json' };
    tree.overwrite('/angular.json', JSON.stringify(angular));
    const before = tree.readText('/angular.json');
    expect(await output(tree, ANSWERS)).toMatch(/\/other\.json, \/proxy\.json stays as it is/);
    expect((await ngAdd(tree)).readText('/angular.json')).toBe(before);
  });

  it.each([FILE, '/proxy.mjs'])('that was deleted (%s) is written again', async (file) => {
    const tree = await appWithProxy(file, '');
    tree.delete(file);
    expect(await output(tree, ANSWERS)).toContain('proxy.conf.mjs: the dev server forwards /genesys to the relay');
    const after = await ngAdd(tree);
    expect(after.readText(FILE)).toContain("'/genesys/': relay");
    expect(serveOf(after).configurations['development']?.['proxyConfig']).toBe('proxy.conf.mjs');
  });

  it('creates no program where the workspace names one that does not exist', async () => {
    const tree = await appWithProxy('/proxy.mjs', '');
    tree.delete('/proxy.mjs');
    expect((await ngAdd(tree)).exists('/proxy.mjs')).toBe(false);
  });

  it.each(['{ "a": ', '"text"', 'null', ''])('stops at %j, which is not a proxy configuration', async (content) => {
    expect(await failure(await appWithProxy('/proxy.json', content))).toMatch(/not a JSON file.*--no-proxy/);
  });

  it.each(['{\n  // ours\n  "/api": {} }', '{ "/api": {}, }'])(
    'stops at %j, which a program cannot read',
    async (content) => {
      expect(await failure(await appWithProxy('/proxy.json', content))).toMatch(
        /comments or trailing commas.*--no-proxy/
      );
    }
  );

  it('stops where the names of the program are taken', async () => {
    const tree = await workspace();
    tree.create(FILE, 'export default {};\n');
    tree.create('/proxy.conf.shop.mjs', 'export default {};\n');
    expect(await failure(tree)).toMatch(/\/proxy\.conf\.mjs and \/proxy\.conf\.shop\.mjs exist already/);
  });
});
