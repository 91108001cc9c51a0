import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './angular-cli.ts';
import { blocksIn, commandsIn } from './readme.ts';

const PAGE = 'docs/guides/relay-by-hand.md';
const START = 'Steps';

/** The command lines of the page, the sandbox's included. */
export const commands = commandsIn(PAGE, START);

/** The proxy file of the dev server. */
export const [proxyFile = ''] = blocksIn(PAGE, START, 'jsonc');

/** The only command that matches. */
export function commandWith(what: RegExp): string {
  const found = commands.filter((each) => what.test(each));
  if (found.length !== 1)
    throw new Error(`${String(what)} matches ${String(found.length)} commands of ${PAGE}, not one`);
  return found[0] ?? '';
}

/** Replaces a part of a block that must be there. */
export function replaced(block: string, part: string | RegExp, by: string): string {
  const result = block.replace(part, () => by);
  if (result === block) throw new Error(`There is no ${String(part)} in:\n${block}`);
  return result;
}

/** The `relay.yaml` of a reader who takes the sandbox, on any free port. */
export function relayYaml(sandbox: { readonly loginOrigin: string; readonly apiOrigin: string }): string {
  let [addresses = ''] = blocksIn(PAGE, 'Without an OAuth client: the sandbox', 'yaml');
  addresses = replaced(addresses, 'http://127.0.0.1:4210', sandbox.loginOrigin);
  addresses = replaced(addresses, 'http://127.0.0.1:4211', sandbox.apiOrigin);
  const [block = ''] = blocksIn(PAGE, START, 'yaml relay');
  const [, indentation = ''] = /^( *)region: .*$/m.exec(block) ?? [];
  const yaml = replaced(block, /^ *region: .*\n/m, addresses.replace(/^(?=.)/gm, indentation));
  return `${yaml}listen: { port: 0 }\nadmin: false\n`;
}

/** The file `.env` of the page, with the sandbox's credentials that the page names. */
export function envFile(): string {
  const readme = readFileSync(join(root, PAGE), 'utf8');
  const [, id = '', secret = ''] = /client id is `([^`]+)` and its secret is `([^`]+)`/.exec(readme) ?? [];
  const [block = ''] = blocksIn(PAGE, START, 'ini');
  return replaced(replaced(block, /(?<=_ID=)\.{3}/, id), /(?<=_SECRET=)\.{3}/, secret);
}

/** What `serve` prints when the relay listens. */
export const LISTENS = /listens on (http:\/\/\S+)/;
