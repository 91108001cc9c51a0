import { phrasesIn, texts } from '../../../scripts/lib/prose.mjs';

describe('the prose check', () => {
  it('names the line, the phrase and what to write instead', () => {
    expect(phrasesIn('docs/page.md', 'A page.\n\nThe requests who wait are told at once.\n')).toEqual([
      'docs/page.md:3 "who wait": write "pending" or "waiting" before the noun',
      'docs/page.md:3 "are told": write "are notified", "get" or "see"'
    ]);
  });

  it('finds a phrase that goes on in the next line, and names its first line', () => {
    expect(phrasesIn('README.md', 'This text is\nno scope name.\n')).toEqual([
      'README.md:1 "is no": write "is not a", or "is missing"'
    ]);
  });

  it('accepts the same words in another sense', () => {
    expect(phrasesIn('docs/page.md', 'There is no token. The value is no longer used.\n')).toEqual([]);
  });

  it('ignores code between backticks', () => {
    expect(phrasesIn('docs/page.md', 'The option `relief` and the answer `is no`.\n')).toEqual([]);
  });

  it('reads the messages of the code, not its names and comments', () => {
    const code = [
      '// who waits: a comment is read by developers of the project only',
      "const relief = 'relief';",
      'throw new Error(`The text "${text}" is no scope name.`);',
      "  hint: 'Callers are ' + 'told about it.'"
    ].join('\n');
    expect(phrasesIn('projects/x/src/error.ts', code)).toEqual([
      'projects/x/src/error.ts:3 "is no": write "is not a", or "is missing"'
    ]);
  });

  it('reads the pages, the READMEs and the code that has messages, without the tests', () => {
    expect(texts).toEqual(
      expect.arrayContaining([
        'README.md',
        'docs/README.md',
        'docs/concepts/modes.md',
        'projects/genesys-auth-relay/README.md',
        'projects/genesys-auth-protocol/src/problems.ts',
        'projects/ngx-genesys-auth/src/errors/texts.ts'
      ])
    );
    expect(texts.filter((file) => /\.spec\.ts$|CHANGELOG|node_modules|\/dist\//.test(file))).toEqual([]);
  });
});
