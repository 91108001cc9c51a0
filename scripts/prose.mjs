// npm test runs it: prints each phrase of the pages, the READMEs and the messages that scripts/lib/prose.mjs advises against.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { phrasesIn, texts } from './lib/prose.mjs';
import { root } from './lib/root.mjs';

/** New text has none. Lower this number when you rewrite an old page, and never raise it. */
const ALLOWED = 20;

const found = texts.flatMap((file) => phrasesIn(file, readFileSync(join(root, file), 'utf8')));
for (const line of found) console.error(line);
if (found.length > ALLOWED) {
  console.error(`${found.length} phrases are hard to read; at most ${ALLOWED} are accepted.`);
  process.exitCode = 1;
}
