import { ts } from './typescript.ts';

/** A source file as the audit reads it. */
export interface Source {
  /** Path as it appears in reports. */
  readonly path: string;
  readonly text: string;
}

/** A place in a source: line and column from 1 on. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const HTML = /\.html?$/i;
// A virtual script beside a page holds the page's inline scripts, at the same lines and columns.
const SCRIPT_OF_PAGE = '.inline.js';

const blank = (text: string): string => text.replace(/[^\r\n]/g, ' ');

function inlineScripts(html: string): string {
  let scripts = '';
  let end = 0;
  for (const match of html.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script/gi)) {
    const [whole, code = ''] = match;
    const start = match.index + whole.indexOf('>') + 1;
    scripts += blank(html.slice(end, start)) + code;
    end = start + code.length;
  }
  return scripts + blank(html.slice(end));
}

/** The compiler left out some sources. What it does not read has no findings, so a report would be wrong. */
export class UnreadSourcesError extends Error {
  override readonly name = 'UnreadSourcesError';
  /** Stable code of this error. */
  readonly code = 'unread_sources';

  /** @param paths as they appear in reports */
  constructor(paths: readonly string[]) {
    super(`TypeScript did not read ${paths.length} of the sources: ${paths.slice(0, 5).join(', ')}.`);
  }
}

/** The path from the root of the disk on, without `.` and `..`. */
function absolutePath(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of `${path.startsWith('/') ? '' : folder}/${path}`.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

/** The path of a file as it appears in reports. */
const reportedPaths = new WeakMap<ts.SourceFile, string>();

/**
 * A program over sources alone: no libraries, no packages; enough to follow names from file to file.
 *
 * @param folder that relative paths of sources start from
 * @throws {@link UnreadSourcesError} `unread_sources`
 */
export function programOf(
  sources: readonly Source[],
  folder: string
): { program: ts.Program; files: readonly ts.SourceFile[] } {
  const texts = new Map<string, string>();
  const reported = new Map<string, string>();
  for (const { path, text } of sources) {
    const isPage = HTML.test(path);
    // The compiler drops a `..` that leads out of its root, and then finds no file: it gets whole paths.
    const absolute = absolutePath(folder, path) + (isPage ? SCRIPT_OF_PAGE : '');
    texts.set(absolute, isPage ? inlineScripts(text) : text);
    reported.set(absolute, path);
  }
  const paths = [...texts.keys()];
  const options: ts.CompilerOptions = {
    allowJs: true,
    noLib: true,
    noEmit: true,
    types: [],
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    jsx: ts.JsxEmit.Preserve,
    experimentalDecorators: true
  };
  const host: ts.CompilerHost = {
    getSourceFile: (path, target) => {
      const text = texts.get(path);
      if (text === undefined) return undefined;
      const file = ts.createSourceFile(path, text, target, true);
      reportedPaths.set(file, reported.get(path) ?? path);
      return file;
    },
    resolveModuleNameLiterals: (literals, from) =>
      literals.map(({ text }) => {
        const resolvedFileName = resolve(text, from, texts);
        return {
          resolvedModule:
            resolvedFileName === undefined ? undefined : { resolvedFileName, extension: extensionOf(resolvedFileName) }
        };
      }),
    getDefaultLibFileName: () => '',
    writeFile: () => undefined,
    getCurrentDirectory: () => '/',
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    fileExists: (path) => texts.has(path),
    readFile: (path) => texts.get(path)
  };
  const program = ts.createProgram(paths, options, host);
  const unread = [...reported].filter(([path]) => !program.getSourceFile(path)).map(([, path]) => path);
  if (unread.length > 0) throw new UnreadSourcesError(unread);
  return { program, files: program.getSourceFiles() };
}

function extensionOf(path: string): string {
  return /\.[cm]?[jt]sx?$/.exec(path)?.[0] ?? '.ts';
}

const ENDINGS = ['', '.ts', '.tsx', '.mts', '.js', '.mjs', '.jsx', '/index.ts', '/index.js'];

/** Finds an imported file: relative ones by path, aliases (`@app/api/urls`) by the only file whose path ends that way. */
function resolve(specifier: string, from: string, texts: ReadonlyMap<string, string>): string | undefined {
  const withoutJs = specifier.replace(/\.([cm]?)js$/, '');
  const candidates = [specifier, withoutJs].flatMap((stem) => ENDINGS.map((ending) => stem + ending));
  if (specifier.startsWith('.')) {
    return candidates.map((name) => absolutePath(folderOf(from), name)).find((path) => texts.has(path));
  }
  const slash = specifier.indexOf('/');
  if (slash < 0) return undefined;
  const tails = candidates.map((name) => name.slice(slash)).filter((tail) => /\.[cm]?[jt]sx?$/.test(tail));
  const hits = [...texts.keys()].filter((path) => tails.some((tail) => path.endsWith(tail)));
  return hits.length === 1 ? hits[0] : undefined;
}

/** Where a node stands. */
export function placeOf(node: ts.Node): Place {
  const file = node.getSourceFile();
  const { line, character } = file.getLineAndCharacterOfPosition(node.getStart());
  return { file: reportedPaths.get(file) ?? file.fileName, line: line + 1, column: character + 1 };
}

/** Where an offset into a text stands. */
export function placeAt({ path, text }: Source, offset: number): Place {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { file: path, line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

/** Calls back for a node and everything in it, in the order of the text. */
export function visit(root: ts.Node, callback: (node: ts.Node) => void): void {
  // No recursion: a sum of ten thousand parts is nested ten thousand deep.
  const waiting = [root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    callback(node);
    const children: ts.Node[] = [];
    ts.forEachChild(node, (child) => {
      children.push(child);
    });
    while (children.length > 0) waiting.push(...children.splice(-1000).reverse());
  }
}
