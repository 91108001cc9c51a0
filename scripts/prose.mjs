// npm test runs it: prints each phrase of the pages, the READMEs and the messages that scripts/lib/prose.mjs advises against.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { phrasesIn, texts } from './lib/prose.mjs';
import { root } from './lib/root.mjs';

const found = texts.flatMap((file) => phrasesIn(file, readFileSync(join(root, file), 'utf8')));
for (const line of found) console.error(line);
if (found.length > 0) process.exitCode = 1;
