import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { UnitTestTree } from '@angular-devkit/schematics/testing';
import ts from 'typescript';
import { ANSWERS, failure, ngAdd, runner, workspace } from '../testing/workspace';

const FILE = '/projects/shop/src/proxy.conf.json';
const ENTRY = { target: 'http://localhost:8080', changeOrigin: true, ws: true, pathRewrite: { '^/genesys': '' } };

interface Workspace {
  projects: { shop: { architect: { serve: { options?: Record<string, unknown> } } } };
}

const serveOf = (tree: UnitTestTree) =>
  (JSON.parse(tree.readText('/angular.json')) as Workspace).projects.shop.architect.serve;

async function appWithProxy(file: string, content: string): Promise<UnitTestTree> {
  const tree = await workspace();
  const angular = JSON.parse(tree.readText('/angular.json'));
  angular.projects.shop.architect.serve.configurations.development.proxyConfig = file;
  tree.overwrite('/angular.json', JSON.stringify(angular));
  tree.create(file, content);
  return tree;
}

describe('ng add, the dev proxy', () => {
  it('hands calls to the relay on to this machine', async () => {
    const tree = await ngAdd(await workspace());
    expect(JSON.parse(tree.readText(FILE))).toEqual({ '/genesys': ENTRY });
    expect(serveOf(tree).options?.['proxyConfig']).toBe('projects/shop/src/proxy.conf.json');
  });

  it('prints the origin of the dev server that the relay must list', async () => {
    const printed = async (tree: UnitTestTree, more = {}) => {
      const lines: string[] = [];
      const subscription = runner.logger.subscribe(({ message }) => lines.push(message));
      await runner.runSchematic('ng-add', { ...ANSWERS, ...more }, tree);
      subscription.unsubscribe();
      return lines.join('\n');
    };
    expect(await printed(await workspace())).toMatch(/mode: proxy\n +cors: \{ origins: \[http:\/\/localhost:4200\] \}/);
    const tree = await workspace();
    const angular = JSON.parse(tree.readText('/angular.json')) as Workspace;
    angular.projects.shop.architect.serve.options = { port: 4300 };
    tree.overwrite('/angular.json', JSON.stringify(angular));
    expect(await printed(tree, { mode: 'token' })).toMatch(/mode: token\n.*http:\/\/localhost:4300\]/);
    expect(await printed(await workspace(), { proxy: false })).not.toContain('cors');
  });

  it('writes what the README of the relay shows for the same answers', async () => {
    const readme = readFileSync(join(__dirname, '../../../genesys-auth-relay/README.md'), 'utf8');
    const [, shown = ''] = /```jsonc\n([\s\S]*?)```/.exec(readme) ?? [];
    const [, flags = ''] = /ng generate ngx-genesys-auth:ng-add (.*)/.exec(readme) ?? [];
    const answers = Object.fromEntries(
      [...flags.matchAll(/--(\w+)="?([^\s"]+)/g)].map(([, name = '', value = '']): [string, string] => [name, value])
    );
    expect(Object.keys(answers)).toEqual(['region', 'relay', 'scopes']);
    const written: unknown = JSON.parse((await ngAdd(await workspace(), answers)).readText(FILE));
    expect(ts.parseConfigFileTextToJson('proxy.conf.json', shown)).toEqual({ config: written });
  });

  it('is written to the file that an option names, or not at all', async () => {
    const other = await ngAdd(await workspace(), { ...ANSWERS, relay: '/auth/', proxyTarget: 'http://localhost:9000' });
    expect(JSON.parse(other.readText(FILE))).toEqual({
      '/auth': { target: 'http://localhost:9000', changeOrigin: true, ws: true, pathRewrite: { '^/auth': '' } }
    });
    const none = await ngAdd(await workspace(), { ...ANSWERS, proxy: false });
    expect(none.exists(FILE)).toBe(false);
    expect(serveOf(none).options?.['proxyConfig']).toBeUndefined();
  });

  it('joins a proxy that is there, comments and all', async () => {
    const tree = await appWithProxy(
      '/dev/proxy.json',
      '{\n  // ours\n  "/api": { "target": "http://localhost:3000" },\n}\n'
    );
    const after = await ngAdd(tree);
    const text = after.readText('/dev/proxy.json');
    expect(text).toContain('// ours');
    expect(text).toContain('"target": "http://localhost:3000"');
    expect(text).toContain('"/genesys"');
    expect(after.exists(FILE)).toBe(false);
    expect(serveOf(after).options?.['proxyConfig']).toBeUndefined();
  });

  it('joins the list form', async () => {
    const tree = await appWithProxy('/proxy.json', '[{ "context": ["/api"], "target": "http://localhost:3000" }]');
    expect(JSON.parse((await ngAdd(tree)).readText('/proxy.json'))).toEqual([
      { context: ['/api'], target: 'http://localhost:3000' },
      { context: ['/genesys'], ...ENTRY }
    ]);
  });

  it('leaves an entry of the developer alone', async () => {
    const own = '{ "/genesys": { "target": "http://localhost:1" } }';
    expect((await ngAdd(await appWithProxy('/proxy.json', own))).readText('/proxy.json')).toBe(own);
  });

  it('leaves a proxy that is a program alone, and goes on', async () => {
    const after = await ngAdd(await appWithProxy('/proxy.mjs', 'export default {};\n'));
    expect(after.readText('/proxy.mjs')).toBe('export default {};\n');
    expect(after.readText('/projects/shop/src/app/app.config.ts')).toContain('provideGenesysAuth');
  });

  it('creates no program where the workspace names one that does not exist', async () => {
    const tree = await appWithProxy('/proxy.mjs', '');
    tree.delete('/proxy.mjs');
    expect((await ngAdd(tree)).exists('/proxy.mjs')).toBe(false);
  });

  it('escapes the characters of a path that have a meaning in a pattern', async () => {
    const tree = await ngAdd(await workspace(), { ...ANSWERS, relay: '/gen.esys(1)' });
    const written = JSON.parse(tree.readText(FILE)) as Record<string, { pathRewrite: Record<string, string> }>;
    const [pattern = ''] = Object.keys(written['/gen.esys(1)']?.pathRewrite ?? {});
    expect('/gen.esys(1)/session'.replace(new RegExp(pattern), '')).toBe('/session');
  });

  it.each(['{ "a": ', '"text"', 'null', ''])('stops at %j, which is not a proxy configuration', async (content) => {
    expect(await failure(await appWithProxy('/proxy.json', content))).toMatch(/not a JSON file.*--no-proxy/);
  });
});
