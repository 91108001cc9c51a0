import type { UnitTestTree } from '@angular-devkit/schematics/testing';
import { ngAdd, workspace } from '../testing/workspace';

const WORKSPACE = '/angular.json';
const PROXY = '"proxyConfig": "proxy.conf.mjs"';

/** Workspace files as other tools write them: tabs, Windows line ends, and lists and objects on one line. */
function reformat(tree: UnitTestTree, file: string, unit: string, lineBreak: string): string {
  const text = JSON.stringify(JSON.parse(tree.readText(file)), null, unit)
    .replace(/\[\s+("[^"]*")\s+\]/g, '[ $1 ]')
    .replaceAll('\n', lineBreak);
  tree.overwrite(file, text + lineBreak);
  return tree.readText(file);
}

const configureServe = (tree: UnitTestTree, change: object) => {
  const angular = JSON.parse(tree.readText(WORKSPACE));
  Object.assign(angular.projects.shop.architect.serve, change);
  tree.overwrite(WORKSPACE, JSON.stringify(angular, null, 2));
};

/** The lines of a text that another text does not have; a comma at the end does not count. */
const linesWithout = (text: string, other: string): string[] => {
  const known = new Set(other.split('\n').map((line) => line.replace(/,(\r?)$/, '$1')));
  return text.split('\n').filter((line) => !known.has(line.replace(/,(\r?)$/, '$1')));
};

describe('ng add leaves every line as it is that it does not change', () => {
  it.each([
    ['tabs', '\t', '\n'],
    ['four spaces', '    ', '\n'],
    ['Windows line ends', '  ', '\r\n']
  ])('in files with %s', async (_name, unit, lineBreak) => {
    const tree = await workspace();
    configureServe(tree, { options: { port: 4300 } });
    const before = reformat(tree, WORKSPACE, unit, lineBreak);
    const manifest = reformat(tree, '/package.json', unit, lineBreak);
    const after = await ngAdd(tree);

    expect(linesWithout(before, after.readText(WORKSPACE))).toEqual([]);
    const cr = lineBreak.replace('\n', '');
    expect(linesWithout(after.readText(WORKSPACE), before)).toEqual([unit.repeat(6) + PROXY + cr]);
    expect(linesWithout(manifest, after.readText('/package.json'))).toEqual([]);
    expect(linesWithout(after.readText('/package.json'), manifest)).toEqual([
      `${unit}${unit}"relay": "genesys-auth-relay dev --sandbox"${cr}`,
      expect.stringMatching(new RegExp(`^${unit}${unit}"ngx-genesys-auth": "\\^[^"]+",${cr}$`))
    ]);
  });

  it('where the options of serve stand on one line', async () => {
    const tree = await workspace();
    configureServe(tree, { options: { port: 4300 } });
    const before = tree.readText(WORKSPACE).replace(/\{\s+"port": 4300\s+\}/, '{ "port": 4300 }');
    tree.overwrite(WORKSPACE, before);
    expect((await ngAdd(tree)).readText(WORKSPACE)).toBe(
      before.replace('{ "port": 4300 }', `{ "port": 4300, ${PROXY} }`)
    );
  });

  it.each([[{ options: {} }], [{ options: undefined }]])('where serve has %j', async (serve) => {
    const tree = await workspace();
    configureServe(tree, serve);
    const before = tree.readText(WORKSPACE);
    const after = (await ngAdd(tree)).readText(WORKSPACE);
    expect(linesWithout(before, after).filter((line) => !line.includes('"options": {}'))).toEqual([]);
    expect(JSON.parse(after).projects.shop.architect.serve.options).toEqual({
      proxyConfig: 'proxy.conf.mjs'
    });
  });

  it('where another proxy file is replaced', async () => {
    const tree = await workspace();
    configureServe(tree, { options: { port: 4300, proxyConfig: 'proxy.json' } });
    tree.create('/proxy.json', '{}');
    const before = tree.readText(WORKSPACE);
    expect((await ngAdd(tree)).readText(WORKSPACE)).toBe(before.replace('"proxy.json"', '"proxy.conf.mjs"'));
  });

  it('in a package.json without scripts and dependencies', async () => {
    const tree = await workspace();
    tree.overwrite('/package.json', '{\n    "name": "ws", "private": true\n}\n');
    expect((await ngAdd(tree)).readText('/package.json')).toMatch(
      /^\{\n {4}"name": "ws", "private": true, "scripts": \{"relay":"genesys-auth-relay dev --sandbox"\}, "dependencies": \{"ngx-genesys-auth":"\^[^"]+"\}\n\}\n$/
    );
  });
});
