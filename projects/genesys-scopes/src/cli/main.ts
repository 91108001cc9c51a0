import { isScopeToken } from '../grammar.ts';
import { explain } from './explain.ts';
import { loadIndex } from './index-file.ts';
import { EXIT, type CliIo, UsageError, messageOf } from './io.ts';
import { list } from './list.ts';
import { parseArgs, sep } from './node.ts';
import { asJson, asSarif, asText } from './report.ts';
import { readSources } from './sources.ts';
import { update } from './update.ts';
import { VERSION } from './version.ts';

const USAGE = `genesys-scopes: which OAuth scopes the Genesys Cloud API needs, and whether your app has the right ones

After a local installation begin each command with "npx --no-install":

  genesys-scopes list [--area routing]
  genesys-scopes explain <scope | "GET /api/v2/routing/queues"> [--index file]
  genesys-scopes audit <file or folder>... [--scopes a,b] [--registered a,b] [--index file]
  genesys-scopes update --from <url or file> [--out genesys-operations.json]

  --format text|json|sarif   how to answer (sarif: audit only); default text
  --scopes a,b               audit: scopes that are configured elsewhere than in the sources
  --registered a,b           audit: the exact list of scopes that exist
  --index file               use an index that "update" wrote
  --help, --version

Exit codes: 0 clean, 1 findings (errors or warnings of audit; explain knows nothing), 2 usage or failure,
3 audit could not read all sources, so it judged nothing.`;

const OPTIONS = {
  area: { type: 'string' },
  format: { type: 'string', default: 'text' },
  from: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
  index: { type: 'string' },
  out: { type: 'string', default: 'genesys-operations.json' },
  registered: { type: 'string' },
  scopes: { type: 'string' },
  version: { type: 'boolean', default: false }
} as const;

const OPTIONS_OF: ReadonlyMap<string, readonly string[]> = new Map([
  ['list', ['area', 'format']],
  ['explain', ['index', 'format']],
  ['audit', ['index', 'format', 'scopes', 'registered']],
  ['update', ['from', 'out', 'format']]
]);

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, tokens: true });
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

type Values = ReturnType<typeof parse>['values'];

function names(list: string | undefined): string[] | undefined {
  if (list === undefined) return undefined;
  const found = list.split(/[,\s]+/).filter((name) => name !== '');
  const wrong = found.find((name) => !isScopeToken(name));
  if (wrong !== undefined) throw new UsageError(`${JSON.stringify(wrong)} is not a scope name.`);
  return found;
}

async function audit(io: CliIo, paths: readonly string[], values: Values): Promise<number> {
  if (paths.length === 0) throw new UsageError('audit: which files or folders?');
  const { index } = await loadIndex(values.index, io.cwd);
  const sources = await readSources(paths, io.cwd);
  if (sources.length === 0)
    throw new UsageError(`There is no TypeScript, JavaScript or HTML source in ${paths.join(', ')}.`);
  const { auditSources } = await import('../audit/index.ts').catch((error: unknown) => {
    throw new UsageError(`audit needs the package "typescript" (5.4 to 6), please install it: ${messageOf(error)}`);
  });
  const scopes = names(values.scopes);
  const registeredScopes = names(values.registered);
  const judgement = auditSources(sources, {
    index,
    folder: io.cwd.split(sep).join('/'),
    ...(scopes && { scopes }),
    ...(registeredScopes && { registeredScopes })
  });
  const { format } = values;
  io.out(
    format === 'sarif'
      ? asSarif(judgement, VERSION)
      : format === 'json'
        ? asJson(judgement, sources.length)
        : asText(judgement, sources.length)
  );
  return judgement.findings.some(({ level }) => level !== 'note') ? EXIT.findings : EXIT.clean;
}

async function dispatch(args: readonly string[], io: CliIo): Promise<number> {
  const { values, positionals, tokens } = parse(args);
  const [command, ...rest] = positionals;
  if (values.version) {
    io.out(VERSION);
    return EXIT.clean;
  }
  if (values.help) {
    io.out(USAGE);
    return EXIT.clean;
  }
  const allowed = command === undefined ? undefined : OPTIONS_OF.get(command);
  if (command === undefined || !allowed) {
    throw new UsageError(command === undefined ? 'Which command?' : `There is no command ${JSON.stringify(command)}.`);
  }
  const foreign = tokens.find((token) => token.kind === 'option' && !allowed.includes(token.name));
  if (foreign?.kind === 'option') throw new UsageError(`${command} has no option --${foreign.name}.`);
  const formats = command === 'audit' ? ['text', 'json', 'sarif'] : ['text', 'json'];
  if (!formats.includes(values.format))
    throw new UsageError(`${command} has no format ${JSON.stringify(values.format)}.`);
  const json = values.format === 'json';

  if (command === 'audit') return audit(io, rest, values);
  if (command === 'explain') {
    if (rest.length === 0) throw new UsageError('explain: which scope or operation?');
    return explain(io, await loadIndex(values.index, io.cwd), rest.join(' '), json);
  }
  if (rest.length > 0) throw new UsageError(`${command} takes no ${JSON.stringify(rest[0])}.`);
  if (command === 'list') return list(io, values.area, json);
  if (values.from === undefined) throw new UsageError('update: --from which URL or file?');
  return update(io, values.from, values.out, json);
}

/**
 * Runs the command line tool.
 *
 * @param args the arguments after the program's name
 * @returns the exit code: 0 clean, 1 findings, 2 usage or failure, 3 sources that `audit` could not read. Never throws.
 */
export async function main(args: readonly string[], io: CliIo): Promise<number> {
  try {
    return await dispatch(args, io);
  } catch (error) {
    // Whatever goes wrong, a pipeline must not take it for findings.
    if (error instanceof Error && 'code' in error && error.code === 'unread_sources') {
      io.err(`Failed: ${error.message} Nothing was judged.`);
      return EXIT.unread;
    }
    io.err(
      error instanceof UsageError
        ? `${error.message}\nHelp: npx --no-install genesys-scopes --help`
        : `Failed: ${messageOf(error)}`
    );
    return EXIT.usage;
  }
}
