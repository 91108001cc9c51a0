import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const root = join(__dirname, '../../..');
const readJson = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8')) as Package;

interface Package {
  readonly name: string;
  readonly version: string;
  readonly homepage: string;
  readonly bugs: string;
  readonly license: string;
  readonly keywords: readonly string[];
  readonly repository: { readonly url: string; readonly directory: string };
  readonly scripts: Readonly<Record<string, string>>;
  readonly 'ng-update'?: { readonly packageGroup: readonly string[] };
}

/** Each published package, and the folder that is packed. */
const published = {
  'genesys-auth-protocol': 'projects/genesys-auth-protocol',
  'genesys-auth-relay': 'projects/genesys-auth-relay',
  'genesys-sandbox': 'projects/genesys-sandbox',
  'genesys-scopes': 'projects/genesys-scopes',
  'ngx-genesys-auth': 'dist/ngx-genesys-auth'
};
const workspace = readJson('package.json');

// The address of the repository is decided by its owner: `homepage` of the workspace is the one place where it is written down.
describe('the address of the repository', () => {
  it.each(Object.keys(published))('%s has the version and the address of the workspace', (name) => {
    const { version, homepage, bugs, repository, license, keywords } = readJson(`projects/${name}/package.json`);
    expect({ version, homepage, bugs, repository, license }).toEqual({
      version: workspace.version,
      homepage: `${workspace.homepage}#readme`,
      bugs: `${workspace.homepage}/issues`,
      repository: { type: 'git', url: `git+${workspace.homepage}.git`, directory: `projects/${name}` },
      license: 'MIT'
    });
    expect(keywords).toContain('genesys-cloud');
  });

  it('is the one in the error messages of the library', () => {
    const source = readFileSync(join(root, 'projects/ngx-genesys-auth/src/errors/plain-message.ts'), 'utf8');
    expect(source).toContain(`'${workspace.homepage}/blob/main/docs/errors.md'`);
  });

  it('`ng update` moves all packages together', () => {
    const group = readJson('projects/ngx-genesys-auth/package.json')['ng-update']?.packageGroup ?? [];
    expect([...group].sort()).toEqual(Object.keys(published));
  });
});

describe('the content of the packages', () => {
  const json = execFileSync(
    'npm',
    ['pack', ...Object.values(published).map((folder) => `./${folder}`), '--dry-run', '--json', '--silent'],
    { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' }
  );
  const packages = JSON.parse(json) as { name: string; files: { path: string }[] }[];

  it.each(Object.keys(published))('%s has what a user needs, and no tests or sources', (name) => {
    const files = packages.find((packed) => packed.name === name)?.files.map(({ path }) => path) ?? [];
    const code = /^(?:dist|fesm2022|types|schematics)\/.+\.(?:m?js|d\.ts|map|json)$/;
    const others = files.filter((path) => !code.test(path) && !path.startsWith('ops/'));
    const example = name === 'genesys-auth-relay' ? ['relay.example.yaml'] : [];
    expect(others.sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json', ...example].sort());
    expect(files.filter((path) => /spec|testing\/(?:setup|ask)|\.tsbuildinfo/.test(path))).toEqual([]);
  });
});

describe('the workflows', () => {
  const folder = join(root, '.github/workflows');
  const steps = readdirSync(folder).flatMap((file) => {
    const { jobs } = parse(readFileSync(join(folder, file), 'utf8')) as {
      jobs: Record<string, { steps: { run?: string; uses?: string }[] }>;
    };
    return Object.values(jobs).flatMap((job) => job.steps);
  });

  it('run scripts and files that exist', () => {
    const commands = steps.map(({ run = '' }) => run).join('\n');
    const scripts = [...commands.matchAll(/npm run ([\w:-]+)/g)].map(([, script = '']) => script);
    expect(scripts).toContain('compat');
    expect(scripts.filter((script) => !(script in workspace.scripts))).toEqual([]);
    expect(existsSync(join(root, '.ci/run'))).toBe(true);
    const parts = /npm test -- (.+)/.exec(commands)?.[1]?.split(' ') ?? [];
    expect(parts.filter((part) => !existsSync(join(root, 'projects', part)))).toEqual([]);
  });

  it('publish every package', () => {
    const publish = steps.find(({ run }) => run?.includes('npm publish'))?.run ?? '';
    const names = /for package in (.+); do/.exec(publish)?.[1]?.split(' ') ?? [];
    expect(names.sort()).toEqual(Object.keys(published));
    expect(publish).toContain('--provenance');
  });
});
