import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { VERSIONS } from '../compat/support/fresh.ts';

const root = join(__dirname, '../../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const page = read('docs/reference/compatibility.md');

interface Package {
  readonly engines: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}
const packageJson = (name: string) => JSON.parse(read(`projects/${name}/package.json`)) as Package;

/** The cells of the rows of a table, found by the text of its first header. */
function table(header: string): string[][] {
  const [, rows = ''] = new RegExp(`^\\| ${header} .*\\n\\| -.*\\n((?:\\|.*\\n)+)`, 'm').exec(page) ?? [];
  return rows
    .trim()
    .split('\n')
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', ''))
    );
}

// What the page promises is what the packages declare and what CI runs.
describe('the compatibility page', () => {
  const library = packageJson('ngx-genesys-auth').peerDependencies;
  const relay = packageJson('genesys-auth-relay');

  it('has the versions of Angular, TypeScript and RxJS that fresh apps are built with', () => {
    const expected = Object.entries(VERSIONS).map(([angular, { angular: exact, typescript }]) => [
      angular,
      typescript.split('.').slice(0, 2).join('.'),
      library['rxjs'],
      `Angular ${exact}, TypeScript ${typescript}`,
      'supported'
    ]);
    expect(table('Angular')).toEqual(expected);
  });

  it('has the range of each Angular package, and exactly the majors in it', () => {
    const ranges = ['core', 'common', 'router'].map((name) => library[`@angular/${name}`]);
    expect(new Set(ranges).size).toBe(1);
    const [, from = '', before = ''] = /^>=(\d+)\.0\.0 <(\d+)\.0\.0$/.exec(ranges[0] ?? '') ?? [];
    expect(page).toContain(`\`${ranges[0] ?? ''}\``);
    expect(table('Angular').map(([major]) => Number(major))).toEqual(
      Array.from({ length: Number(before) - Number(from) }, (_, at) => Number(from) + at)
    );
  });

  it('has the range of Node.js that all packages declare', () => {
    const names = ['genesys-auth-protocol', 'genesys-scopes', 'genesys-sandbox', 'genesys-auth-relay'];
    expect(new Set(names.map((name) => packageJson(name).engines['node']))).toEqual(new Set([relay.engines['node']]));
    expect(page).toContain(`\`${relay.engines['node'] ?? ''}\``);
  });

  it('has the versions of Node.js that CI runs, and what runs on each', () => {
    interface Job {
      readonly strategy?: { readonly matrix: { readonly node?: number[]; readonly include?: AppRun[] } };
      readonly steps: readonly {
        readonly run?: string;
        readonly with?: { readonly 'node-version'?: number | string };
      }[];
    }
    interface AppRun {
      readonly node: number;
      readonly only: string;
    }
    const { jobs } = parse(read('.github/workflows/ci.yml')) as { jobs: Record<'all' | 'node' | 'apps', Job> };
    const everything = jobs.all.steps.find((step) => step.with?.['node-version'])?.with?.['node-version'];
    expect(jobs.all.steps.map(({ run }) => run)).toContain('bash .ci/run');
    const packages = [Number(everything), ...(jobs.node.strategy?.matrix.node ?? [])];
    const apps = [{ node: Number(everything), only: 'Angular' }, ...(jobs.apps.strategy?.matrix.include ?? [])];
    const runs = (node: number, angular: string) =>
      apps.some((run) => run.node === node && `Angular ${angular}`.startsWith(run.only)) ? 'yes' : 'no';
    expect(table('Node.js')).toEqual(
      packages.sort().map((node) => [String(node), 'yes', ...Object.keys(VERSIONS).map((major) => runs(node, major))])
    );
  });

  it('has the ranges of the optional packages', () => {
    expect(table('package').map(([name, range]) => [name, range])).toEqual(Object.entries(relay.peerDependencies));
    expect(page).toContain(`\`${packageJson('genesys-scopes').peerDependencies['typescript'] ?? ''}\``);
  });
});
