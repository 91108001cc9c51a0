import type { UnitTestTree } from '@angular-devkit/schematics/testing';
import { ANSWERS, ngAdd, output, serveOf, workspace } from '../testing/workspace';
import type { NgAddOptions } from './options';

const LEFT = /These answers were not applied/;
const APP_CONFIG = '/projects/shop/src/app/app.config.ts';

/** The line that a second run prints about a file. */
async function lineAbout(tree: UnitTestTree, file: string, more: Partial<NgAddOptions>): Promise<string> {
  const lines = (await output(tree, { ...ANSWERS, ...more })).split('\n');
  return lines.find((line) => line.trim().startsWith(file.slice(1))) ?? '';
}

describe('ng add once more, with other answers', () => {
  it('says for each file which answers were not applied, and changes nothing', async () => {
    const tree = await ngAdd(await workspace());
    const other = { region: 'mypurecloud.ie', scopes: 'routing, users:readonly' };
    expect(await lineAbout(tree, APP_CONFIG, other)).toMatch(
      /stays as it is\. These answers were not applied: region mypurecloud\.ie, scope users:readonly$/
    );
    expect(await lineAbout(tree, '/relay.yaml', other)).toMatch(
      /stays as it is\. These answers were not applied: region mypurecloud\.ie, scope users:readonly$/
    );
    const before = tree.readText('/relay.yaml') + tree.readText(APP_CONFIG);
    const after = await ngAdd(tree, { ...ANSWERS, ...other });
    expect(after.readText('/relay.yaml') + after.readText(APP_CONFIG)).toBe(before);
  });

  it('says that the example calls the API of another region', async () => {
    const tree = await ngAdd(await workspace(), { ...ANSWERS, example: true });
    const file = '/projects/shop/src/app/genesys-queues.ts';
    expect(await lineAbout(tree, file, { region: 'mypurecloud.ie', example: true })).toMatch(
      /not applied: the API at https:\/\/api\.mypurecloud\.ie$/
    );
  });

  it('reports the port that an existing relay.yaml does not have', async () => {
    const tree = await ngAdd(await workspace(), { ...ANSWERS, proxyTarget: 'http://localhost:9000' });
    expect(await lineAbout(tree, '/relay.yaml', { proxyTarget: 'http://localhost:8080' })).toMatch(
      /not applied: port 8080$/
    );
  });

  it('tells a scope from a longer one', async () => {
    const tree = await ngAdd(await workspace(), { ...ANSWERS, scopes: 'routing:readonly' });
    expect(await lineAbout(tree, APP_CONFIG, { scopes: 'routing' })).toMatch(/not applied: scope routing$/);
  });

  it('says that the path and the target of the proxy file were not applied', async () => {
    const tree = await ngAdd(await workspace());
    const other = { relay: '/auth/', proxyTarget: 'http://localhost:9000' };
    expect(await lineAbout(tree, '/proxy.conf.mjs', other)).toMatch(
      /stays as it is\. These answers were not applied: path \/auth, target http:\/\/localhost:9000$/
    );
    expect(await lineAbout(tree, APP_CONFIG, other)).toMatch(/not applied: relay \/auth\/$/);
    expect(await lineAbout(tree, '/relay.yaml', other)).toMatch(/not applied: port 9000$/);
  });

  it.each([
    ['token', 'not applied: mode token'],
    ['proxy', 'not applied: mode proxy']
  ] as const)('says that the mode %s was not applied', async (mode, expected) => {
    const tree = await ngAdd(await workspace(), { ...ANSWERS, mode: mode === 'proxy' ? 'token' : 'proxy' });
    expect(await lineAbout(tree, APP_CONFIG, { mode })).toContain(expected);
  });

  it.each([
    {},
    { scopes: "routing admin:o'neil" },
    { sandbox: false },
    { signIn: true },
    { apiOrigin: 'http://localhost:4211' }
  ])('with the same answers says nothing of this kind (%j)', async (more) => {
    const tree = await ngAdd(await workspace(), { ...ANSWERS, ...more });
    expect(await output(tree, { ...ANSWERS, ...more })).not.toMatch(LEFT);
  });

  it('says that relay.yaml has another mode', async () => {
    const tree = await ngAdd(await workspace());
    expect(await lineAbout(tree, '/relay.yaml', { mode: 'token' })).toMatch(/not applied: mode token$/);
  });

  it('does not ask for a route of the example that is there', async () => {
    const answers = { ...ANSWERS, example: true };
    const tree = await ngAdd(await workspace(), answers);
    expect(await output(tree, answers)).toContain('Add this route');
    const routes = '/projects/shop/src/app/app.routes.ts';
    tree.overwrite(
      routes,
      "import { GenesysQueues } from './genesys-queues';\nexport const routes = [{ path: '', component: GenesysQueues }];\n"
    );
    expect(await output(tree, answers)).not.toContain('Add this route');
  });
});

describe('ng add once more, after angular.json has lost the proxy file', () => {
  /** A workspace as the reader has it: a formatter and the reader have changed the file. */
  async function withoutProxyConfig(): Promise<UnitTestTree> {
    const tree = await ngAdd(await workspace());
    const angular = JSON.parse(tree.readText('/angular.json'));
    delete angular.projects.shop.architect.serve.options.proxyConfig;
    tree.overwrite('/angular.json', JSON.stringify(angular, null, 2));
    const text = tree.readText('/proxy.conf.mjs').replaceAll("'", '"').replace('MACHINES = false', 'MACHINES = true');
    tree.overwrite('/proxy.conf.mjs', text);
    return tree;
  }

  it('names the file again', async () => {
    const tree = await withoutProxyConfig();
    const after = await ngAdd(tree);
    expect(serveOf(after).options?.['proxyConfig']).toBe('proxy.conf.mjs');
    expect(after.exists('/proxy.conf.shop.mjs')).toBe(false);
    expect(after.readText('/proxy.conf.mjs')).toBe(tree.readText('/proxy.conf.mjs'));
  });
});
