// Bundles a piece of an application as `ng build` does it for production: the same transformer (linker and advanced
// optimizations of @angular/build), the same bundler with the same conditions and defines. Needs no workspace and no files.
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { JavaScriptTransformer } from '@angular/build/private';
import { build, transform } from 'esbuild';

/** What every Angular app has anyway: left out of the sizes, as imports. */
export const PLATFORM = ['@angular/*', 'rxjs', 'rxjs/*', 'tslib'];

const angularTransformer = () =>
  new JavaScriptTransformer(
    { sourcemap: false, thirdPartySourcemaps: false, advancedOptimizations: true, jit: false },
    1
  );

const angularBuild = (transformer) => ({
  name: 'angular-build',
  setup({ onLoad, resolve }) {
    onLoad({ filter: /\.m?js$/ }, async ({ path, pluginData }) => {
      if (pluginData === SKIP) return undefined;
      const { sideEffects } = await resolve(path, { kind: 'import-statement', resolveDir: '', pluginData: SKIP });
      return { contents: await transformer.transformFile(path, false, sideEffects), loader: 'js' };
    });
  }
});
const SKIP = Symbol('skip');

/**
 * @param {object} options
 * @param {string} options.code the piece of the application, as an ES module
 * @param {string} options.resolveDir the folder whose packages it uses
 * @param {string[]} [options.external] packages that are left out, {@link PLATFORM} by default
 * @param {Record<string, string>} [options.alias] package names and the folders they are taken from instead
 * @param {{ transformFile: Function, close: Function }} [options.transformer] in the place of the one of @angular/build
 * @param {import('esbuild').BuildOptions} [options.more] more options of the bundler
 * @returns {Promise<{ text: string, inputs: Record<string, number> }>} the minified bundle, and the bytes in it by input
 */
export async function appBundle({
  code,
  resolveDir,
  external = PLATFORM,
  alias = {},
  transformer = angularTransformer(),
  more = {}
}) {
  try {
    const { outputFiles, metafile } = await build({
      stdin: { contents: code, resolveDir, loader: 'js', sourcefile: 'app.js' },
      bundle: true,
      write: false,
      metafile: true,
      format: 'esm',
      target: 'es2022',
      minify: true,
      legalComments: 'none',
      mainFields: ['es2020', 'es2015', 'module', 'browser', 'main'],
      conditions: ['es2015', 'es2020', 'module', 'production'],
      define: { ngDevMode: 'false', ngJitMode: 'false', ngServerMode: 'false', ngI18nClosureMode: 'false' },
      // Packages are found as they are installed, not by the paths of the workspace.
      tsconfigRaw: {},
      external,
      alias,
      plugins: [angularBuild(transformer)],
      logLevel: 'error',
      ...more
    });
    const [output] = Object.values(metafile.outputs);
    const inputs = Object.entries(output.inputs).map(([file, { bytesInOutput }]) => [file, bytesInOutput]);
    return { text: await withoutUnused(outputFiles[0].text), inputs: Object.fromEntries(inputs) };
  } finally {
    await transformer.close();
  }
}

/** The bundler keeps a name that is imported from what is left out even if nothing uses it; as TypeScript it may drop it. */
const withoutUnused = async (text) =>
  (await transform(text, { loader: 'ts', format: 'esm', target: 'es2022', minify: true })).code;

/** Import statements of what is left out: in the bundle of a whole app there are none. */
export const withoutImports = (text) => text.replace(/\bimport(?:[\w$*{},\s]*?from)?\s*"[^"]+";?/g, '');

/** The size of a text in bytes: as it is, and as web servers send it. */
export const sizesOf = (text) => ({
  raw: Buffer.byteLength(text),
  gzip: gzipSync(text, { level: 9 }).length,
  brotli: brotliCompressSync(text).length
});
