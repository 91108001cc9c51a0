import type { UnitTestTree } from '@angular-devkit/schematics/testing';
import { ANSWERS, ngAdd, output, workspace } from '../testing/workspace';

const answers = { ...ANSWERS, example: true };
const APP = '/projects/shop/src/app';

/** The steps that `ng add` prints, without what it has done. */
const steps = async (tree: UnitTestTree) => (await output(tree, answers)).split('Next:\n')[1];

describe('the next steps that ng add prints', () => {
  it.each([
    ['standalone', true, 'app.routes.ts'],
    ['NgModule', false, 'app-routing-module.ts']
  ])('name the files of a new app (%s)', async (_kind, standalone, routes) => {
    expect(await steps(await workspace({ standalone, routing: true }))).toMatch(
      new RegExp(`
  \\d\\. Show the example\\. Add this route to projects/shop/src/app/${routes}:
       \\{ path: 'queues', component: GenesysQueues \\}
     and this import:
       import \\{ GenesysQueues \\} from '\\./genesys-queues';
  \\d\\. projects/shop/src/app/app\\.html is the welcome page of Angular, .* Replace its content with:
       <router-outlet />
  \\d\\. Start the app in another terminal, and open its page /queues:
       npx --no-install ng serve$`)
    );
  });

  it('name the template of an app with the older names of files', async () => {
    const tree = await workspace();
    tree.rename(`${APP}/app.html`, `${APP}/app.component.html`);
    expect(await steps(tree)).toContain('projects/shop/src/app/app.component.html is the welcome page');
  });

  it('name no file that is not there', async () => {
    const tree = await workspace();
    tree.delete(`${APP}/app.html`);
    tree.rename(`${APP}/app.routes.ts`, `${APP}/pages.ts`);
    const printed = await steps(tree);
    expect(printed).toContain('Add this route to the routes of the app:');
    expect(printed).not.toContain('welcome page');
  });

  it('leave out what is done', async () => {
    const tree = await ngAdd(await workspace(), answers);
    const routes = `${APP}/app.routes.ts`;
    const text = tree
      .readText(routes)
      .replace('Routes = []', "Routes = [{ path: 'queues', component: GenesysQueues }]");
    tree.overwrite(routes, `import { GenesysQueues } from './genesys-queues';\n${text}`);
    tree.overwrite(`${APP}/app.html`, '<h1>Shop</h1>\n<router-outlet />\n');
    expect(await steps(tree)).not.toMatch(/Show the example|welcome page/);
  });
});
