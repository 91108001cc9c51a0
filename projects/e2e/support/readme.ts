import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './angular-cli.ts';

/**
 * The code blocks that a reader copies from a section of a page.
 *
 * @param page path from the root of the repository
 * @param heading text of the section's heading; its subsections belong to it
 * @param info info string of the blocks, such as `sh` or `yaml relay`
 * @throws if the section has no such block, so that a renamed heading does not go unnoticed
 */
export function blocksIn(page: string, heading: string, info: string): string[] {
  const text = readFileSync(join(root, page), 'utf8');
  const sections = text.split(/^(?=#{2,6} )/m);
  const first = sections.findIndex((section) => section.split('\n', 1)[0]?.replace(/^#+ /, '') === heading);
  const depth = (section: string) => /^#*/.exec(section)?.[0].length ?? 0;
  const level = depth(sections[first] ?? '');
  const after = sections.slice(first + 1).findIndex((section) => depth(section) <= level);
  const section = sections.slice(first, after < 0 ? undefined : first + 1 + after).join('');
  const blocks = [...section.matchAll(/^( *)```(.+)\n([\s\S]*?)^ *```$/gm)]
    .filter(([, , language]) => language === info)
    // A block of a list item is indented.
    .map(([, indentation = '', , code = '']) => code.replace(new RegExp(`^${indentation}`, 'gm'), ''));
  if (first < 0 || blocks.length === 0) throw new Error(`${page} has no ${info} block below "${heading}"`);
  return blocks;
}

/** The command lines of a section, without comments. */
export function commandsIn(page: string, heading: string): string[] {
  return blocksIn(page, heading, 'sh')
    .flatMap((block) => block.split('\n'))
    .map((line) => line.replace(/ +#.*$/, ''))
    .filter((line) => line !== '');
}
