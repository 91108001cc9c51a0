import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PROBLEMS } from 'genesys-auth-protocol';

const root = join(__dirname, '..');

function texts(folder: string, isWanted: (path: string) => boolean): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return texts(path, isWanted);
    return isWanted(path) ? [readFileSync(path, 'utf8')] : [];
  });
}

const specs = (folder: string) => texts(folder, (path) => path.endsWith('.spec.ts') && path !== __filename);
const sources = (folder: string) => texts(folder, (path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'));

describe('P4 each code of a problem', () => {
  const tests = [...specs(join(root, 'src')), ...specs(join(root, 'test'))].join('\n');
  // The headings, so that a code is explained and not only mentioned.
  const page = readFileSync(join(root, '../../docs/errors.md'), 'utf8');
  const explained = [...page.matchAll(/^### `(\w+)`$/gm)].map(([, code]) => code);

  // The library finds out whether the browser keeps cookies: no request shows it.
  const ofLibrary = 'cookies_blocked';
  const ofRelay = Object.keys(PROBLEMS).filter((code) => code !== ofLibrary);

  it('is documented and never sent by the relay when it is one of the library', () => {
    expect(explained).toContain(ofLibrary);
    expect(sources(join(root, 'src')).filter((text) => text.includes(ofLibrary))).toEqual([]);
  });

  it.each(ofRelay)('is documented and reached by a test: %s', (code) => {
    expect(explained).toContain(code);
    expect([`'${code}'`, `"code":"${code}"`].some((text) => tests.includes(text))).toBe(true);
  });
});
