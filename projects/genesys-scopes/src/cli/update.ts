import { encodeOperations } from '../facts/encode.ts';
import type { OperationFacts } from '../facts/facts.ts';
import { parseOpenApi } from '../facts/openapi.ts';
import { parseTable } from '../facts/table.ts';
import { createOperationIndex, operationIndex } from '../operations/index.ts';
import { EXIT, type CliIo, UsageError, messageOf } from './io.ts';
import { readFile, resolve, writeFile } from './node.ts';

// The description of Genesys Cloud has some 20 MB.
const MOST_BYTES = 200_000_000;
const FETCH_TIMEOUT_MS = 120_000;
const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])$/;

async function download(io: CliIo, url: URL): Promise<string> {
  if (url.protocol !== 'https:' && !LOOPBACK.test(url.hostname)) {
    throw new Error('an API description is only fetched over https, or from this machine');
  }
  const response = await io.fetch(url, {
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
    headers: { accept: 'application/json' }
  });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  let text = '';
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    text += decoder.decode(part.value, { stream: true });
    if (text.length > MOST_BYTES) {
      await reader?.cancel();
      throw new Error('it is larger than any API description');
    }
  }
  return text + decoder.decode();
}

function read(text: string): OperationFacts[] {
  if (text.startsWith('method\t')) return parseTable(text);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new Error('it is neither JSON nor a table of operations');
  }
  return parseOpenApi(document);
}

/** What is different from the index of the package: `+` new, `-` gone, `~` other scopes. */
function differences(data: Parameters<typeof createOperationIndex>[0]): {
  added: string[];
  removed: string[];
  changed: string[];
} {
  const scopesByName = (operations: typeof ours): Map<string, string> =>
    new Map(operations.map(({ method, path, scopes, auth }) => [`${method} ${path}`, `${auth} ${scopes.join(' ')}`]));
  const ours = operationIndex().operations;
  const before = scopesByName(ours);
  const after = scopesByName(createOperationIndex(data).operations);
  return {
    added: [...after.keys()].filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !after.has(name)),
    changed: [...after].filter(([name, needs]) => before.has(name) && before.get(name) !== needs).map(([name]) => name)
  };
}

/** `genesys-scopes update`: makes an index from an API description. */
export async function update(io: CliIo, from: string, out: string, json: boolean): Promise<number> {
  let facts: OperationFacts[];
  try {
    const text = /^https?:\/\//i.test(from)
      ? await download(io, new URL(from))
      : await readFile(resolve(io.cwd, from), 'utf8');
    facts = read(text);
  } catch (error) {
    throw new UsageError(`Cannot read ${from}: ${messageOf(error)}.`);
  }
  const { data, encoded, skipped } = encodeOperations(facts);
  if (encoded.length === 0) throw new UsageError(`${from} has no operation under /api/v2/.`);
  await writeFile(resolve(io.cwd, out), `${JSON.stringify(data)}\n`);
  const { added, removed, changed } = differences(data);
  if (json)
    io.out(
      JSON.stringify(
        { out, operations: encoded.length, skipped: skipped.length, added, removed, changed },
        undefined,
        2
      )
    );
  else {
    io.out(`${out}: ${encoded.length} operations.`);
    io.out(
      `Beside the index of this package: ${added.length} new, ${removed.length} gone, ${changed.length} with other needs.`
    );
    for (const name of changed) io.out(`  ~ ${name}`);
  }
  for (const { operation, reason } of skipped) io.err(`left out ${operation.method} ${operation.path}: ${reason}`);
  return EXIT.clean;
}
