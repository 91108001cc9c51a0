import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import llmstxt from 'vitepress-plugin-llms';
import { anchorOf, contents } from '../pages.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const { homepage } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const groups = contents(root);
const apis = JSON.parse(readFileSync(join(root, 'projects/docs-site/dist/apis.json'), 'utf8'));

/** Blocks with the language "mermaid" become diagrams, as on GitHub. */
function drawDiagrams(markdown) {
  const { fence } = markdown.renderer.rules;
  markdown.renderer.rules.fence = (tokens, at, ...others) => {
    const { info, content } = tokens[at];
    if (info.trim() !== 'mermaid') return fence(tokens, at, ...others);
    return `<Diagram source="${encodeURIComponent(content)}" />`;
  };
}

/** The groups of the sidebar. Most of them are in one menu, because a tablet has no room for all. */
function navigation() {
  const isShown = ({ text }) => ['Start', 'Failures', 'Reference'].includes(text);
  const linkOf = ({ text, items }) => ({ text, link: items[0].link });
  const guides = groups.filter((group) => !isShown(group)).map(linkOf);
  return groups.filter(isShown).map(linkOf).toSpliced(1, 0, { text: 'Guides', items: guides });
}

export default defineConfig({
  title: 'ngx-genesys-auth',
  description: 'Angular and Genesys Cloud: no OAuth secret in the browser, and in proxy mode no token either.',
  lang: 'en',
  srcDir: join(root, 'projects/docs-site/dist/pages'),
  outDir: join(root, 'projects/docs-site/dist/site'),
  cacheDir: join(root, 'projects/docs-site/dist/cache'),
  cleanUrls: true,
  lastUpdated: false,
  // Pages of the reader's own machine, in the tutorials.
  ignoreDeadLinks: 'localhostLinks',
  metaChunk: true,
  vite: { plugins: [llmstxt({ ignoreFiles: ['api/**'] })] },
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    anchor: { slugify: anchorOf },
    config: (markdown) => {
      drawDiagrams(markdown);
    }
  },
  themeConfig: {
    search: {
      provider: 'local',
      // Pages that explain come before the reference of the API.
      options: { miniSearch: { searchOptions: { boostDocument: (id) => (id.startsWith('/api/') ? 0.1 : 1) } } }
    },
    outline: { level: [2, 3] },
    nav: [...navigation(), { text: 'API', link: apis[0].link }],
    sidebar: [...groups, { text: 'API', items: apis }],
    socialLinks: [{ icon: 'github', link: homepage, ariaLabel: 'Repository' }]
  }
});
