import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PROBLEMS } from 'genesys-auth-protocol';

const root = join(__dirname, '..');

function specs(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return specs(path);
    return entry.name.endsWith('.spec.ts') && path !== __filename ? [readFileSync(path, 'utf8')] : [];
  });
}

describe('P4 each code of a problem', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const tests = [...specs(join(root, 'src')), ...specs(join(root, 'test'))].join('\n');
  // The section, so that a code is explained and not only mentioned.
  const section = /^## Problems$[\s\S]*?(?=^## )/m.exec(readme)?.[0] ?? '';

  it.each(Object.keys(PROBLEMS))('is in the README and reached by a test: %s', (code) => {
    expect(section).toContain(`\`${code}\``);
    expect([`'${code}'`, `"code":"${code}"`].some((text) => tests.includes(text))).toBe(true);
  });
});
