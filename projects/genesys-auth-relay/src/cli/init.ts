import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { errorCode } from '../runtime/error-code.ts';
import { envExample, relayYaml } from './init-file.ts';
import { type Answers, type Question, QUESTIONS, complete, problemsOf } from './init-questions.ts';
import type { Outcome, Output } from './outcome.ts';

/** Where questions are asked. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** The command cannot do its work. */
class InitError extends Error {
  readonly exitCode: 1 | 2;

  constructor(exitCode: 1 | 2, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        region: { type: 'string' },
        'client-id': { type: 'string' },
        identity: { type: 'string' },
        mode: { type: 'string' },
        scopes: { type: 'string' },
        issuer: { type: 'string' },
        audience: { type: 'string' },
        dir: { type: 'string' },
        yes: { type: 'boolean', short: 'y' }
      }
    }).values;
  } catch {
    // The text of parseArgs repeats an argument, which may be a secret.
    throw new InitError(
      2,
      'init does not know one of these arguments. Its flags: --region, --client-id, --identity, --mode, --scopes, --issuer, --audience, --dir, --yes.'
    );
  }
}

/** Asks the questions that no flag has answered, each until its answer is valid. */
async function ask(given: Answers, { input, output }: Terminal): Promise<Answers> {
  const answers = { ...given };
  const lines = createInterface({ input, output });
  // A question that is not answered never settles, so the end of the input has to abort it.
  const end = new AbortController();
  lines.on('close', () => {
    end.abort();
  });
  const next = async ({ text, preset, problem }: Question): Promise<string> => {
    const prompt = `${text}${preset === undefined ? '' : ` (${preset})`}: `;
    for (;;) {
      const line = (await lines.question(prompt, { signal: end.signal })).trim();
      const answer = line === '' && preset !== undefined ? preset : line;
      const found = problem(answer);
      if (found === undefined) return answer;
      output.write(`  ${found}\n`);
    }
  };
  try {
    for (const question of QUESTIONS) {
      if (answers[question.flag] === undefined && question.isAsked(answers))
        answers[question.flag] = await next(question);
    }
    return answers;
  } catch (error) {
    if (end.signal.aborted) throw new InitError(1, 'init has stopped. Nothing was written.');
    throw error;
  } finally {
    lines.close();
  }
}

/** Without questions the mode alone has a default. */
function checkNoneMissing(answers: Answers): void {
  const missing = QUESTIONS.filter(
    ({ flag, isAsked }) => flag !== 'mode' && isAsked(answers) && answers[flag] === undefined
  ).map(({ flag }) => `--${flag}`);
  if (missing.length === 0) return;
  throw new InitError(2, `init needs ${missing.join(', ')}. In a terminal, without --yes, it asks for them.`);
}

function checkAnswers(answers: Answers): void {
  const problems = problemsOf(answers);
  if (problems.length > 0) throw new InitError(2, problems.join('\n'));
}

function checkNoneExists(paths: readonly string[]): void {
  const existing = paths.filter((path) => existsSync(path));
  if (existing.length === 0) return;
  const message = `${existing.join(' and ')} ${existing.length === 1 ? 'exists' : 'exist'} already. Nothing was written.`;
  throw new InitError(1, `${message} Move or remove it, or give another folder with --dir.`);
}

/** Writes all files or none. */
function writeAll(files: ReadonlyMap<string, string>): void {
  const written: string[] = [];
  try {
    for (const [path, text] of files) {
      writeFileSync(path, text, { flag: 'wx' });
      written.push(path);
    }
  } catch (error) {
    for (const path of written) rmSync(path);
    const reason = errorCode(error) ?? 'unknown error';
    throw new InitError(1, `The files cannot be written (${reason}). Nothing was written. Check the folder.`);
  }
}

/** Quotes a text for a command line. */
const forShell = (text: string): string =>
  /^[\w./:@+=-]+$/.test(text.replaceAll(sep, '/')) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * Runs `init`: writes `relay.yaml` and `.env.example`.
 *
 * @param args arguments after the command's name
 * @param terminal `undefined`: no questions are asked
 */
export async function init(args: readonly string[], { out, err }: Output, terminal?: Terminal): Promise<Outcome> {
  try {
    const { dir = '.', yes, ...given } = readFlags(args);
    const yaml = join(dir, 'relay.yaml');
    const env = join(dir, '.env.example');
    checkNoneExists([yaml, env]);
    // Flags are checked before questions are asked.
    checkAnswers(given);
    const answers = yes === true || terminal === undefined ? given : await ask(given, terminal);
    checkNoneMissing(answers);
    checkAnswers(answers);
    const file = complete(answers);
    writeAll(
      new Map([
        [yaml, relayYaml(file)],
        [env, envExample(file)]
      ])
    );
    const config = dir === '.' ? '' : ` --config ${forShell(yaml)}`;
    out(
      `Wrote ${yaml} and ${env}.\n\n` +
        'Next, with a local sandbox in place of your organization:\n' +
        `  npx --no-install genesys-auth-relay dev --sandbox${config}\n\n` +
        'Or with your organization: copy .env.example to .env, fill it in, keep it out of version control, and run\n' +
        `  npx --no-install genesys-auth-relay dev${config}\n`
    );
    return { exitCode: 0 };
  } catch (error) {
    if (!(error instanceof InitError)) throw error;
    err(`${error.message}\n`);
    return { exitCode: error.exitCode };
  }
}
