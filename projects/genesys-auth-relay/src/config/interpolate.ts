import { type Document, isMap, isPair, isScalar, isSeq, Scalar } from 'yaml';
import type { ConfigIssue } from './error.ts';
import type { Interpolated } from './interpolated.ts';

/** `$${`, which stands for `${`; or a reference, whose end may be missing. */
const REFERENCE = /\$\$\{|\$\{([^${}]*)(\}?)/g;
const NAME = /^[A-Za-z_]\w*$/;

/** Keys whose values are secrets, or the name of the variable with a secret. */
const SECRET_KEYS: ReadonlySet<unknown> = new Set(['secret', 'key', 'previousKey', 'env']);

/** Numbers and booleans of YAML, as a value without quotes. */
function typed(text: string): unknown {
  if (/^(?:0|-?[1-9]\d{0,14})$/.test(text)) return Number(text);
  return text === 'true' || text === 'false' ? text === 'true' : text;
}

/** Replaces the references of one text. */
function replace(text: string, key: string, env: NodeJS.ProcessEnv, issues: ConfigIssue[]): Interpolated {
  const variables = new Map<string, string>();
  const value = text.replace(REFERENCE, (reference: string, name: string | undefined, end: string | undefined) => {
    if (name === undefined) return '${';
    if (end === '' || !NAME.test(name)) {
      issues.push({
        key,
        message: 'holds ${ without the name of an environment variable and }',
        fix: 'write ${NAME}; there are no defaults. Write $${ for the text ${ itself'
      });
      return '';
    }
    const own = Object.hasOwn(env, name) ? env[name] : undefined;
    if (own !== undefined && own !== '') {
      variables.set(name, own);
      return own;
    }
    issues.push({
      key,
      message: `the environment variable ${name} is ${own === undefined ? 'not set' : 'empty'}`,
      fix: `set ${name}, or write the value itself`
    });
    return '';
  });
  return { written: text, value, variables };
}

/**
 * Replaces `${NAME}` in the values of a parsed file by environment variables. The value of a variable adds no structure to the file.
 * A value without quotes may become a number or a boolean. Secrets are refused: the relay reads them from their variable or file
 * itself, so that no message can show them and a changed file is read again.
 *
 * @param document is changed
 * @returns all issues, and what was replaced
 */
export function interpolate(
  document: Document.Parsed,
  env: NodeJS.ProcessEnv
): { issues: readonly ConfigIssue[]; interpolated: readonly Interpolated[] } {
  const issues: ConfigIssue[] = [];
  const interpolated: Interpolated[] = [];

  function visit(node: unknown, path: string, key: unknown): void {
    if (isMap(node)) {
      for (const pair of node.items) {
        const name = isScalar(pair.key) ? String(pair.key.value) : '';
        visit(pair.value, path === '' ? name : `${path}.${name}`, name);
      }
    } else if (isSeq(node)) {
      // An item of a list of secrets is a secret.
      node.items.forEach((item, index) => {
        visit(isPair(item) ? item.value : item, `${path}[${index}]`, key);
      });
    } else if (isScalar(node) && typeof node.value === 'string' && node.value.includes('${')) {
      if (SECRET_KEYS.has(key)) {
        issues.push({
          key: path,
          message: `${key === 'env' ? 'is the name of a variable' : 'is a secret'}, so it has no \${...}`,
          fix: 'write { env: NAME } or { file: path }: the relay reads a secret from there, and never shows it in a message'
        });
        return;
      }
      const found = replace(node.value, path, env, issues);
      if (found.variables.size > 0) interpolated.push(found);
      node.value = node.type === Scalar.PLAIN ? typed(found.value) : found.value;
    }
  }

  visit(document.contents, '', undefined);
  return { issues, interpolated };
}
