import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { PROBLEMS } from 'genesys-auth-protocol';
import { loadRelayConfig } from 'genesys-auth-relay';
import ts from 'typescript';
import { parseAllDocuments } from 'yaml';
import { anchorOf } from '../../docs-site/pages.mjs';

const root = join(__dirname, '../../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** All pages: `docs/`, and the READMEs and other pages beside the code. */
const pages = [
  ...ts.sys.readDirectory(join(root, 'docs'), ['.md']),
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md'].map((file) => join(root, file)),
  ...ts.sys.readDirectory(join(root, 'projects'), ['.md'], ['**/node_modules', '**/dist', '**/api'])
].map((file) => relative(root, file));

const withoutCode = (text: string) =>
  text.replace(/^ *(```+|~~~+)[\s\S]*?^ *\1$/gm, '').replace(/`[^`\n]*`/g, '`code`');

interface Block {
  readonly page: string;
  readonly line: number;
  readonly info: string;
  readonly code: string;
}

const { homepage } = JSON.parse(read('package.json')) as { homepage: string };
/** READMEs on npm: a relative link would lead to nowhere there. */
const published = [
  'ngx-genesys-auth',
  'genesys-auth-relay',
  'genesys-scopes',
  'genesys-sandbox',
  'genesys-auth-protocol'
].map((name) => `projects/${name}/README.md`);
const ADDRESS = `${homepage}/blob/main/`;

/** The links of a page, inline or as a definition: "[name]: file". */
const linksOf = (page: string): string[] =>
  [...withoutCode(read(page)).matchAll(/(?:\]\(|^\[[^\]]+\]: )([^)\s]+)(?:\)|$)/gm)].map(([, link = '']) => link);

/** Code blocks with an info string, such as "ts complete", or a pattern for it. */
function blocks(pattern: string): Block[] {
  return pages.flatMap((page) => {
    const text = read(page);
    // A block of a list item is indented.
    return [...text.matchAll(new RegExp(`^ *\`\`\`(${pattern})\\n([\\s\\S]*?)^ *\`\`\`$`, 'gm'))].map((found) => ({
      page,
      line: text.slice(0, found.index).split('\n').length,
      info: found[1] ?? '',
      code: found[2] ?? ''
    }));
  });
}

/** The anchors GitHub makes of the headings of a page. */
function anchorsOf(page: string): Set<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  const text = read(page).replace(/^ *(```+)[\s\S]*?^ *\1$/gm, '');
  for (const [, heading = ''] of text.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const anchor = anchorOf(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1'));
    const count = seen.get(anchor) ?? 0;
    seen.set(anchor, count + 1);
    anchors.add(count === 0 ? anchor : `${anchor}-${count}`);
  }
  return anchors;
}

describe('the error reference', () => {
  /** Every text in the unions of codes. */
  function libraryCodes(): string[] {
    const codes: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal)) codes.push(node.literal.text);
      ts.forEachChild(node, visit);
    };
    for (const file of ['src/errors/codes.ts', 'notifications/src/error.ts']) {
      const source = ts.createSourceFile(file, read(`projects/ngx-genesys-auth/${file}`), ts.ScriptTarget.ES2022);
      source.statements
        .filter((statement) => ts.isTypeAliasDeclaration(statement))
        .filter(({ name }) => name.text.endsWith('ErrorCode'))
        .forEach(visit);
    }
    return codes;
  }
  const page = read('docs/errors.md');
  const sections = [...page.matchAll(/^### `([a-z_]+)`$/gm)].map(([, code = '']) => code);

  it('has one section for each code of the library and of the relay, and none for others', () => {
    const codes = [...libraryCodes(), ...Object.keys(PROBLEMS)];
    expect(libraryCodes()).toEqual(expect.arrayContaining(['scope_near_miss', 'topic_rejected']));
    expect([...sections].sort()).toEqual([...new Set(codes)].sort());
  });

  it('says in each section what happened and what to do', () => {
    const incomplete = page
      .split(/^#{2,3} /m)
      .filter((section) => /^`[a-z_]+`\n/.test(section) && !/\*\*What\*\*: [\s\S]+\*\*Fix\*\*: \S/.test(section));
    expect(sections.length).toBeGreaterThan(40);
    expect(incomplete).toEqual([]);
  });

  it('is where the hint of an error leads', () => {
    const [, link = ''] =
      /ERROR_REFERENCE = '([^']+)'/.exec(read('projects/ngx-genesys-auth/src/errors/plain-message.ts')) ?? [];
    expect(link).toMatch(/^https:\/\/\S+\/docs\/errors\.md$/);
    for (const code of sections) expect(anchorsOf('docs/errors.md')).toContain(code);
  });
});

describe('links', () => {
  it.each(pages)('of %s lead to files and headings that exist', (page) => {
    const broken = linksOf(page).filter((link) => {
      const inRepository = link.startsWith(ADDRESS);
      if (!inRepository && /^(?:https?|mailto):/.test(link)) return false;
      const [path = '', anchor] = (inRepository ? `/${link.slice(ADDRESS.length)}` : link).split('#');
      const folder = inRepository ? '' : dirname(page);
      const target = path === '' ? page : relative(root, join(root, folder, decodeURI(path)));
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).has(anchor);
    });
    expect(broken).toEqual([]);
  });

  it.each(published)('of %s work on npm', (page) => {
    expect(linksOf(page)).not.toEqual([]);
    expect(linksOf(page).filter((link) => !/^(?:https:|#)/.test(link))).toEqual([]);
  });

  it('lead to every page of docs', () => {
    const index = read('docs/README.md');
    const missing = pages.filter(
      (page) =>
        page.startsWith('docs/') &&
        page !== 'docs/README.md' &&
        !page.startsWith('docs/api/') &&
        !index.includes(`(${page.slice(5)})`)
    );
    expect(missing).toEqual([]);
  });
});

describe('code', () => {
  it('in blocks marked as complete passes the type check, against the sources', () => {
    const found = blocks('ts complete');
    expect(found.length).toBeGreaterThan(6);
    const folder = join(root, 'out-tsc/docs');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const files = found.map(({ code }, index) => {
      const file = join(folder, `block-${index}.ts`);
      // A block without an import would be a script, and share its names with the others.
      writeFileSync(file, `${code}\nexport {};\n`);
      return file;
    });
    const library = join(root, 'projects/ngx-genesys-auth');
    const config = ts.readConfigFile(join(library, 'tsconfig.spec.json'), (path) => ts.sys.readFile(path));
    const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, library);
    const program = ts.createProgram(files, { ...options, noEmit: true, types: ['node'] });
    const complaints = files.flatMap((file, index) => {
      const { page = '', line = 0 } = found[index] ?? {};
      const source = program.getSourceFile(file);
      if (!source) throw new Error(`${file} was not read.`);
      return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
        ({ messageText, start = 0 }) =>
          `${page}:${line + 1 + source.getLineAndCharacterOfPosition(start).line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
      );
    });
    expect(complaints).toEqual([]);
  });

  it('in blocks that name a file is the content of that file, which is tested', () => {
    const found = blocks('ts file=\\S+');
    expect(found.length).toBeGreaterThan(1);
    for (const { page, line, info, code } of found) {
      expect({ page, line, code }).toEqual({ page, line, code: read(info.replace('ts file=', '')) });
    }
  });

  it('in other blocks of TypeScript and JavaScript, which are excerpts, can be parsed', () => {
    const found = blocks('(?:ts|js)');
    expect(found.length).toBeGreaterThan(10);
    // An excerpt is a module, an expression or the members of a class.
    const readings = (code: string) => [code, `(${code})`, `class Excerpt {${code}}`];
    const isValid = (code: string) => ts.transpileModule(code, { reportDiagnostics: true }).diagnostics?.length === 0;
    const faults = found.filter(({ code }) => !readings(code).some(isValid));
    expect(faults.map(({ page, line }) => `${page}:${line}`)).toEqual([]);
  });

  it('in blocks of YAML and JSON can be parsed', () => {
    const found = blocks('(?:yaml|json)\\b.*');
    expect(found.length).toBeGreaterThan(10);
    const faults = found.flatMap(({ page, line, info, code }) => {
      try {
        if (info.startsWith('json')) JSON.parse(code);
        else for (const { errors } of parseAllDocuments(code)) if (errors[0]) throw errors[0];
        return [];
      } catch (error) {
        return [`${page}:${line} ${String(error)}`];
      }
    });
    expect(faults).toEqual([]);
  });

  it('in blocks of relay.yaml is what the relay takes', async () => {
    const found = blocks('yaml relay');
    expect(found.length).toBeGreaterThan(0);
    const folder = await mkdtemp(join(tmpdir(), 'docs-'));
    try {
      for (const { page, line, code } of found) {
        const file = join(folder, 'relay.yaml');
        await writeFile(file, code);
        const secrets = [...code.matchAll(/env: (\w+)/g)].map(
          ([, name = '']) => [name, `a-long-value-of-${name}`] as const
        );
        const taken = await loadRelayConfig(file, Object.fromEntries(secrets)).then(
          () => 'taken',
          (error: unknown) => String(error)
        );
        expect({ page, line, taken }).toEqual({ page, line, taken: 'taken' });
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

it('pictures are small enough for a README', () => {
  const pictures = ts.sys.readDirectory(join(root, 'docs'), ['.png']);
  expect(pictures.length).toBeGreaterThan(0);
  expect(pictures.filter((file) => statSync(file).size > 300_000)).toEqual([]);
});
