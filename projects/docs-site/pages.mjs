// Collects the pages of the site. Each page of `docs/` and each README of a package gets a place on the site; links between them are
// changed to these places, and links to other files of the repository lead to the repository.
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

/** Pages outside `docs/`: file in the repository, and page of the site. */
const others = {
  'CONTRIBUTING.md': 'contributing.md',
  'SECURITY.md': 'security.md',
  'projects/ngx-genesys-auth/README.md': 'reference/library.md',
  'projects/genesys-auth-relay/README.md': 'reference/relay.md',
  'projects/genesys-auth-relay/ops/README.md': 'reference/operations.md',
  'projects/genesys-auth-relay/requirements/README.md': 'reference/requirements.md',
  'projects/genesys-scopes/README.md': 'reference/scopes.md',
  'projects/genesys-sandbox/README.md': 'reference/sandbox.md',
  'projects/wallboard/README.md': 'reference/wallboard.md'
};

/**
 * @param {string} root folder of the repository
 * @returns {Record<string, string>} page of the site by file of the repository, both with forward slashes
 */
export function siteMap(root) {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.md'));
  const pages = docs.map((file) => [`docs/${file}`, file === 'README.md' ? 'index.md' : file]);
  return { ...Object.fromEntries(pages), ...others };
}

/**
 * The anchor that GitHub makes of the text of a heading. The site uses the same anchors, so that links work on both.
 *
 * @param {string} heading text without markup
 */
export const anchorOf = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

/** A link as it must be on the site. */
function linkOnSite(link, { file, map, root, repository, homepage }) {
  // READMEs that are published on npm link to the repository, so that their links also work there.
  const absolute = `${homepage}/blob/main/`;
  const inRepository = link.startsWith(absolute);
  if (!inRepository && /^(?:[a-z]+:|#|\/)/i.test(link)) return link;
  const [path, anchor] = (inRepository ? link.slice(absolute.length) : link).split('#');
  const target = inRepository ? path : posix.join(posix.dirname(file), path);
  const suffix = anchor === undefined ? '' : `#${anchor}`;
  if (target in map) return `/${map[target]}${suffix}`;
  if (/\.(?:png|svg)$/.test(target)) return `/${target}`;
  if (!existsSync(join(root, target))) throw new Error(`${file} links to ${link}, which does not exist.`);
  return `${repository}/blob/main/${target}${suffix}`;
}

/** Calls `change` for the text between code blocks and inline code; code stays as it is. */
function outsideCode(markdown, change) {
  return markdown
    .split(/(^ *(`{3,}|~{3,})[\s\S]*?^ *\2$|`[^`\n]+`)/m)
    .filter((_part, at) => at % 3 !== 2)
    .map((part, at) => (at % 2 === 0 ? change(part) : part))
    .join('');
}

/**
 * The titles and groups of the table of contents in `docs/README.md`: the site's sidebar is made of them.
 *
 * @param {string} root folder of the repository
 */
export function contents(root) {
  const map = siteMap(root);
  const groups = [];
  for (const line of readFileSync(join(root, 'docs/README.md'), 'utf8').split('\n')) {
    const heading = /^\*\*(.+)\*\*$/.exec(line);
    if (heading) groups.push({ text: heading[1], items: [] });
    const item = /^- \[(.+?)\]\(([^)#]+\.md)\)/.exec(line);
    const page = item && map[posix.join('docs', item[2])];
    if (page) groups.at(-1)?.items.push({ text: item[1], link: `/${page}` });
  }
  return groups;
}

/**
 * Writes the pages, with the links of the site, into a folder.
 *
 * @param {{ root: string, to: string, repository: string }} folders repository, folder of the pages, address of the repository
 */
export function writePages({ root, to, repository }) {
  const map = siteMap(root);
  const { homepage } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const [file, page] of Object.entries(map)) {
    const text = readFileSync(join(root, file), 'utf8');
    const changed = outsideCode(text, (part) =>
      // Inline, or as a definition: "[name]: file".
      part.replace(
        /(\]\(|^\[[^\]]+\]: )([^)\s]+)(\)|$)/gm,
        (_all, before, link, after) => `${before}${linkOnSite(link, { file, map, root, repository, homepage })}${after}`
      )
    );
    const target = join(to, page);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, changed);
  }
  for (const image of readdirSync(join(root, 'docs')).filter((file) => /\.(?:png|svg)$/.test(file))) {
    cpSync(join(root, 'docs', image), join(to, 'public/docs', image));
  }
}
