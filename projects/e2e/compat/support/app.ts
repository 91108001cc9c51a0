import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from './command.ts';

/** What an app is made of. */
export interface AppOptions {
  /** Folders of `apps/`, one laid over the other. */
  readonly layers: readonly string[];
  /** Origin of the API it calls. */
  readonly apiOrigin: string;
  readonly zone?: boolean;
  readonly ssr?: boolean;
  /** `navigationUrls` of Angular's service worker, if the app has one. Its pages are those that the server renders. */
  readonly navigationUrls?: readonly string[];
  /** Whether the declarations of all packages are checked, too. */
  readonly checkLibraries?: boolean;
}

/** Writes a fresh app: what `ng new` makes, without what does not matter here. */
export async function writeApp(folder: string, { layers, apiOrigin, ...options }: AppOptions): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const layer of ['common', ...layers]) {
    await cp(join(__dirname, '../apps', layer), folder, { recursive: true });
  }
  await writeFile(join(folder, 'src/app/settings.ts'), `export const apiOrigin = ${JSON.stringify(apiOrigin)};\n`);
  await writeFile(join(folder, 'angular.json'), JSON.stringify(angularJson(options), null, 2));
  if (options.navigationUrls) {
    await writeFile(join(folder, 'ngsw-config.json'), JSON.stringify(workerConfig(options.navigationUrls), null, 2));
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig(options), null, 2));
}

const workerConfig = (navigationUrls: readonly string[]): object => ({
  index: '/index.csr.html',
  assetGroups: [{ name: 'app', installMode: 'prefetch', resources: { files: ['/index.csr.html', '/*.js', '/*.css'] } }],
  navigationUrls
});

function angularJson({ zone = false, ssr = false, navigationUrls }: Omit<AppOptions, 'layers' | 'apiOrigin'>): object {
  const options = {
    browser: 'src/main.ts',
    index: 'src/index.html',
    tsConfig: 'tsconfig.json',
    outputPath: 'dist',
    polyfills: zone ? ['zone.js'] : [],
    ...(ssr && { server: 'src/main.server.ts', outputMode: 'server', ssr: { entry: 'src/server.ts' } }),
    ...(navigationUrls && { serviceWorker: 'ngsw-config.json' })
  };
  return {
    version: 1,
    cli: { analytics: false, cache: { enabled: false } },
    projects: {
      app: {
        projectType: 'application',
        root: '',
        sourceRoot: 'src',
        prefix: 'app',
        architect: {
          build: { builder: '@angular/build:application', options },
          serve: { builder: '@angular/build:dev-server', options: { buildTarget: 'app:build' } }
        }
      }
    }
  };
}

const tsconfig = ({ ssr = false, checkLibraries = false }: Pick<AppOptions, 'ssr' | 'checkLibraries'>): object => ({
  compilerOptions: {
    strict: true,
    noImplicitOverride: true,
    noPropertyAccessFromIndexSignature: true,
    noImplicitReturns: true,
    skipLibCheck: !checkLibraries,
    isolatedModules: true,
    experimentalDecorators: true,
    importHelpers: true,
    target: 'ES2022',
    module: 'preserve',
    types: ssr ? ['node'] : []
  },
  angularCompilerOptions: { strictInjectionParameters: true, strictTemplates: true },
  files: ['src/main.ts', ...(ssr ? ['src/main.server.ts', 'src/server.ts'] : [])]
});

/** Builds an app for production, with the Angular CLI and the Node it is given. */
export function buildApp(folder: string, cli: string, node = process.execPath): Promise<string> {
  return command(node, [cli, 'build'], folder);
}
