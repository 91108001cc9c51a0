import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './angular-cli.ts';

const PAGE = readFileSync(join(root, 'docs/recipes/first-failures.md'), 'utf8');
const ERRORS = readFileSync(join(root, 'docs/errors.md'), 'utf8');

const sectionOf = (text: string, heading: string) => text.split(`\n${heading}\n`)[1]?.split(/\n##+ /, 1)[0] ?? '';

/** The messages that a section of the page of first failures quotes. */
export const messagesOf = (heading: string): string[] =>
  [...sectionOf(PAGE, `## ${heading}`).matchAll(/^- `(.*)`$/gm)].map(([, message = '']) => message);

/** The anchors of the page of first failures to which the section of a code in the error reference leads. */
export const anchorsFrom = (code: string): string[] =>
  [...sectionOf(ERRORS, `### \`${code}\``).matchAll(/\(recipes\/first-failures\.md#([\w-]+)\)/g)].map(
    ([, anchor = '']) => anchor
  );

/** The anchor of a heading. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');
