import type { UnitTestTree } from '@angular-devkit/schematics/testing';
import { failure, ngAdd, workspace } from '../testing/workspace';

async function appWith(range: string | undefined): Promise<UnitTestTree> {
  const tree = await workspace();
  const manifest = JSON.parse(tree.readText('/package.json'));
  manifest.dependencies['@angular/core'] = range;
  tree.overwrite('/package.json', JSON.stringify(manifest, null, 2));
  return tree;
}

describe('ng add, the version of Angular', () => {
  it.each(['^19.2.0', '~20.3.1', '19.2.0'])('%s is too old: it says what to do, and changes nothing', async (range) => {
    expect(await failure(await appWith(range))).toBe(
      `ngx-genesys-auth: this app has Angular ${range}, and the library needs Angular 21 or newer. ` +
        'Update Angular first: https://angular.dev/update-guide. Nothing was changed.'
    );
  });

  it.each([
    '^21.0.0',
    '22.1.0',
    '>=22',
    '^20.0.0 || ^21.0.0',
    '>=17.0.0 <23.0.0',
    'file:../v2/angular-core.tgz',
    'catalog:',
    undefined
  ])('%s is accepted', async (range) => {
    expect((await ngAdd(await appWith(range))).exists('/proxy.conf.mjs')).toBe(true);
  });
});
