import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ngAdd, workspace } from '../testing/workspace';

const docs = join(__dirname, '../../../../docs/tutorials');

/** The options of the commands on a page that run the schematic, in their order. */
const optionsOn = (page: string): Record<string, string | boolean>[] =>
  [...readFileSync(join(docs, page), 'utf8').matchAll(/ng generate ngx-genesys-auth:ng-add (.*)/g)].map(
    ([, flags = '']) =>
      Object.fromEntries(
        [...flags.matchAll(/--([\w-]+)(?:=("[^"]*"|\S+))?/g)]
          .filter(([, name]) => name !== 'defaults')
          .map(([, name = '', value = 'true']) => [
            name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
            /^(?:true|false)$/.test(value) ? value === 'true' : value.replaceAll('"', '')
          ])
      )
  );

describe('the commands of the tutorials', () => {
  it.each([
    ['first-call.md', 'the sandbox', 0, 'genesys-auth-relay dev --sandbox', false],
    ['first-call.md', 'Genesys sign-in', 1, 'genesys-auth-relay dev', true],
    ['first-call.md', 'company sign-on', 2, 'genesys-auth-relay dev', false],
    ['sign-in.md', 'sign-in', 0, 'genesys-auth-relay dev', true]
  ] as const)('%s, %s', async (page, _what, index, script, hasSignIn) => {
    const tree = await ngAdd(await workspace(), optionsOn(page)[index]);
    const { scripts } = JSON.parse(tree.readText('/package.json')) as { scripts: Record<string, string> };
    expect(scripts['relay']).toBe(script);
    expect(tree.readText('/projects/shop/src/app/app.config.ts').includes('withSignIn()')).toBe(hasSignIn);
    expect(tree.exists('/projects/shop/src/app/genesys-queues.ts')).toBe(page === 'first-call.md');
    // For an organization, the page has the command that writes it.
    expect(tree.exists('/relay.yaml')).toBe(script.includes('--sandbox'));
  });
});
