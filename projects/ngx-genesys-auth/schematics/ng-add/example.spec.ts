import { ANSWERS, ngAdd, output, workspace } from '../testing/workspace';

const FILE = '/projects/shop/src/app/genesys-queues.ts';

// The e2e test of the tutorial "First call" compiles and runs it.
describe('ng add --example', () => {
  it('writes a component', async () => {
    const tree = await workspace();
    const text = (await ngAdd(tree, { ...ANSWERS, example: true })).readText(FILE);
    expect(text).toContain("'https://api.mypurecloud.de/api/v2/routing/queues'");
    expect(text).toContain("selector: 'app-genesys-queues'");
  });

  it('calls the API of another server, and keeps a file that is there', async () => {
    const options = { ...ANSWERS, example: true, apiOrigin: 'http://localhost:4211' };
    expect((await ngAdd(await workspace(), options)).readText(FILE)).toContain("'http://localhost:4211/api/v2/routing");
    const tree = await workspace();
    tree.create(FILE, 'export const own = 1;\n');
    expect(await output(tree, options)).toContain(`${FILE.slice(1)} exists already, and stays as it is`);
    expect((await ngAdd(tree, options)).readText(FILE)).toBe('export const own = 1;\n');
  });

  it('is not written unasked', async () => {
    expect((await ngAdd(await workspace())).exists(FILE)).toBe(false);
  });
});
