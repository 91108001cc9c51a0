// Phrases that make a reader stop, in pages, READMEs and the messages of the code.
import { readdirSync } from 'node:fs';
import { filesBelow } from './files.mjs';
import { root } from './root.mjs';

/** What is found, and what to write instead. A space also matches the end of a line. */
const phrases = [
  [/(?<!\bthere )\b(?:is|are) no (?!longer\b|more\b)/, 'write "is not a", or "is missing"'],
  [/\bwho waits?\b/, 'write "pending" or "waiting" before the noun'],
  [/\b(?:is|are|was|were|be|been|gets?) told\b/, 'write "are notified", "get" or "see"'],
  [/\bin the same turn\b/, 'write "synchronously" or "at once"'],
  [/\bhand(?:s|ed|ing)? (?:on|out)\b/, 'write "forward", "pass" or "issue"'],
  [/\brelie(?:f|ves?|ved)\b/, 'write "replacement" or "replace"'],
  [/\bmends?\b/, 'write "fix"'],
  [/\bfor want of\b/, 'write "because there is no"'],
  [/\bholes?\b/, 'write "gap"'],
  [/\bdoubles\b/, 'write "duplicates"'],
  [/\bdarkness\b/, 'write "outage"'],
  [/\bstrangers?\b/, 'write "callers without a credential"'],
  [/\bleavers?\b/, 'write "a user who has left"'],
  [/\bas ever\b/, 'write "as usual"'],
  [/\bever (?:more|less)\b/, 'write "less and less often", or give the number'],
  [/\b(?:go|goes|went|going) on (?:being|as|with|until)\b/, 'write "continues" or "stays"'],
  [/\bgoes on\b/, 'write "continues" or "is sent"'],
  [/\bat last\b/, 'write "finally"'],
  [/\b(?:until|before|after|by|at) (?:its|their) end\b/, 'write "expires" or "ends"'],
  [/\bbe it\b/, 'write "whether"'],
  [/\bin peace\b/, 'name what does not happen'],
  [/\banew\b/, 'write "again"'],
  [/\bcounts? for nothing\b|\bmeans? nothing\b/, 'write "is ignored"'],
  [/\bhardly\b/, 'write "rarely"'],
  [/\bbrings? along\b/, 'write "includes" or "installs"'],
  [/\bnot to tell\b/, 'write "undetermined"'],
  [/\bis (?:renewed|done|asked|loaded) behind\b/, 'write "in the background"'],
  [/\bbeside each other\b/, 'write "at the same time" or "together"'],
  [/\bthe words? (?:of|that)\b/, 'write "text", "answer" or "name"'],
  [/\bare no use\b|\bis of no use\b/, 'write "do not work"'],
  [/\bin writing\b/, 'name the option'],
  [/\b(?:simply|obviously|of course)\b/, 'leave it out']
].map(([phrase, advice]) => [new RegExp(phrase.source.replaceAll(' ', '\\s+'), 'gi'), advice]);

/** Code between backticks is not prose. The line breaks stay, and with them the numbers of the lines. */
const proseOfPage = (page) => page.replace(/`[^`\n]+`/g, (code) => `\`${' '.repeat(code.length - 2)}\``);

/** Messages are the texts in quotes that have a space. Comments and names are left out. */
function messagesOfCode(code) {
  return code
    .split('\n')
    .map((line) => {
      if (/^\s*(?:\/\/|\/?\*)/.test(line)) return '';
      return [...line.matchAll(/(['"`])((?:\\.|(?!\1).)* (?:\\.|(?!\1).)*)\1/g)].map(([, , text]) => text).join(' | ');
    })
    .join('\n');
}

/**
 * @param {string} file path, for the result
 * @param {string} text its content
 * @returns {string[]} for each phrase its place, the phrase and what to write instead
 */
export function phrasesIn(file, text) {
  const prose = file.endsWith('.md') ? proseOfPage(text) : messagesOfCode(text);
  return phrases
    .flatMap(([phrase, advice]) => [...prose.matchAll(phrase)].map((found) => ({ found, advice })))
    .sort((a, b) => a.found.index - b.found.index)
    .map(({ found, advice }) => {
      const line = prose.slice(0, found.index).split('\n').length;
      return `${file}:${line} "${found[0].trim().replace(/\s+/g, ' ')}": ${advice}`;
    });
}

const packages = readdirSync(`${root}/projects`).map((name) => `projects/${name}`);
const isMessageSource = (file) =>
  /\/src\/.+\.ts$|\/ngx-genesys-auth\/.+\.ts$/.test(file) &&
  !/spec\.ts$|\.data\.ts$|\/test(?:ing)?\/|\.d\.ts$/.test(file);

/** The files that are checked. */
export const texts = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...filesBelow('docs').filter((file) => file.endsWith('.md')),
  ...packages
    .flatMap((folder) => filesBelow(folder))
    .filter((file) => file.endsWith('README.md') || isMessageSource(file))
];
