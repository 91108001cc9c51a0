import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configurationPage } from '../../docs-site/configuration.mjs';
import { contents, siteMap, writePages } from '../../docs-site/pages.mjs';

const root = join(__dirname, '../../..');

describe('the documentation site', () => {
  const folder = mkdtempSync(join(tmpdir(), 'docs-site-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('has every page of docs/ in its sidebar, which is the table of contents', () => {
    const listed = contents(root).flatMap(({ items }) => items.map(({ link }) => link));
    const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
      .map((file) => `/${file.replaceAll('\\', '/')}`)
      .filter((file) => file.endsWith('.md') && file !== '/README.md');
    expect(pages.length).toBeGreaterThan(20);
    expect(pages.filter((page) => !listed.includes(page))).toEqual([]);
  });

  it('links to pages of the site, and to the repository for every other file', () => {
    writePages({ root, to: folder, repository: 'https://repository.test' });
    const map = siteMap(root);
    const pages = Object.values(map).map((page) => readFileSync(join(folder, page), 'utf8'));
    const links = pages.flatMap((text) =>
      [
        // Inline, or as a definition: "[name]: file".
        ...text.replace(/^ *(`{3,})[\s\S]*?^ *\1$/gm, '').matchAll(/(?:\]\(|^\[[^\]]+\]: )([^)\s]+)(?:\)|$)/gm)
      ].map(([, link = '']) => link)
    );
    expect(links.length).toBeGreaterThan(200);
    expect(links.filter((link) => !/^(?:https?:|mailto:|#|\/)/.test(link))).toEqual([]);
    const onSite = links.filter((link) => link.startsWith('/') && !link.startsWith('/docs/'));
    const known = new Set(Object.values(map).map((page) => `/${page}`));
    expect(onSite.map((link) => link.split('#')[0] ?? '').filter((link) => !known.has(link))).toEqual([]);
  });

  it('has every key of the configuration', () => {
    const cli = join(root, 'projects/genesys-auth-relay/dist/cli.js');
    const schema = JSON.parse(execFileSync(process.execPath, [cli, 'schema'], { encoding: 'utf8' })) as object;
    const page = configurationPage(schema);
    for (const key of [
      'listen.port',
      'genesys.client.secret',
      'signIn.redirectUri',
      'identities[].issuer',
      'roles.NAME.scopes'
    ]) {
      expect(page).toContain(`\n### \`${key}\`\n`);
    }
    // Every word that is a property somewhere in the schema is part of a heading.
    const names = new Set<string>();
    JSON.stringify(schema, (key, value: unknown) => {
      if (key === 'properties') for (const name of Object.keys(value as object)) names.add(name);
      return value;
    });
    const headings = new Set(
      [...page.matchAll(/^##+ `?([^`\n]+)`?$/gm)].flatMap(([, path = '']) => path.split(/[.[\]]+/))
    );
    expect(names.size).toBeGreaterThan(80);
    expect([...names].filter((name) => !headings.has(name))).toEqual([]);
  });
});
