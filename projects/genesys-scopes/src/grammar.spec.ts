import fc from 'fast-check';
import { ScopeSyntaxError, formatScopes, isScopeToken, parseScopes } from './index.ts';

// RFC 6749 section 3.3, written down a second time and differently: by code point.
const isTokenByTheBook = (text: string): boolean =>
  text !== '' &&
  Array.from(text).every((char) => {
    const code = char.codePointAt(0)!;
    return code === 0x21 || (code >= 0x23 && code <= 0x5b) || (code >= 0x5d && code <= 0x7e);
  });

const token = fc
  .array(
    fc.integer({ min: 0x21, max: 0x7e }).filter((code) => code !== 0x22 && code !== 0x5c),
    { minLength: 1 }
  )
  .map((codes) => String.fromCharCode(...codes));
const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string(), token);

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('isScopeToken', () => {
  it.each([
    'analytics',
    'analytics:readonly',
    'admin:platform',
    '!',
    '#',
    '[',
    ']',
    '~',
    'a,b',
    '__proto__',
    '{x}',
    'https://x/y?z#w'
  ])('takes %p', (name) => {
    expect(isScopeToken(name)).toBe(true);
  });

  it.each([
    '',
    ' ',
    'a b',
    ' a',
    'a ',
    'a\tb',
    'a\n',
    '\na',
    'a\r\nb',
    '"a"',
    'a\\b',
    'é',
    'аnalytics',
    'a\u0000',
    '\u007f',
    'a\u00a0b',
    '\ud800',
    '😀'
  ])('refuses %p', (name) => {
    expect(isScopeToken(name)).toBe(false);
  });

  it.each([undefined, null, 42, {}, ['analytics']])('refuses %p, which is no string', (value) => {
    expect(isScopeToken(value as string)).toBe(false);
  });

  it('agrees with the grammar on any text', () => {
    fc.assert(
      fc.property(anyText, (text) => isScopeToken(text) === isTokenByTheBook(text)),
      { numRuns: 5000 }
    );
  });
});

describe('parseScopes', () => {
  it('sorts and drops repetitions', () => {
    expect(parseScopes('routing analytics routing')).toEqual(['analytics', 'routing']);
    expect(parseScopes(new Set(['b', 'a', 'B']))).toEqual(['B', 'a', 'b']);
  });

  it('takes a parameter without a value as no scope', () => {
    expect(parseScopes('')).toEqual([]);
    expect(parseScopes([])).toEqual([]);
  });

  it.each([
    [' ', '', 0],
    [' analytics', '', 0],
    ['analytics ', '', 0],
    ['analytics  routing', '', 0],
    ['analytics rou\tting', 'rou\tting', 3],
    ['analytics\nrouting', 'analytics\nrouting', 9],
    ['"analytics"', '"analytics"', 0],
    ['routing ana\\lytics', 'ana\\lytics', 3]
  ])('refuses %p', (text, scope, position) => {
    const error = errorOf(() => parseScopes(text));
    expect(error).toBeInstanceOf(ScopeSyntaxError);
    expect(error).toMatchObject({ name: 'ScopeSyntaxError', code: 'malformed_scope', scope, position });
  });

  it('does not split names that are already apart', () => {
    expect(errorOf(() => parseScopes(['analytics routing']))).toMatchObject({
      scope: 'analytics routing',
      position: 9
    });
    expect(errorOf(() => parseScopes(['']))).toMatchObject({ scope: '', position: 0 });
  });

  it('keeps control characters out of its message, and keeps it short', () => {
    const error = errorOf(() => parseScopes([`a\r\nb\u001b[31mа\u2028${'x'.repeat(1000)}`]));
    expect(error).toHaveProperty('message', expect.stringMatching(/^[ -~]{1,200}$/));
  });

  it('throws nothing but its own error and takes nothing outside the grammar', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const error = errorOf(() => parseScopes(text));
        const inGrammar = text === '' || text.split(' ').every(isTokenByTheBook);
        return inGrammar ? error === undefined : error instanceof ScopeSyntaxError;
      }),
      { numRuns: 100_000 }
    );
  });

  it('reads ten megabytes: with work that grows faster than the text it would not end', () => {
    expect(parseScopes('analytics routing '.repeat(600_000).trim())).toEqual(['analytics', 'routing']);
    expect(isScopeToken('x'.repeat(10_000_000))).toBe(true);
    expect(isScopeToken(`${'x'.repeat(10_000_000)} `)).toBe(false);
  });
});

describe('formatScopes', () => {
  it('joins by single spaces', () => {
    expect(formatScopes(['routing', 'analytics', 'routing'])).toBe('analytics routing');
    expect(formatScopes([])).toBe('');
  });

  it('has a canonical form: it does not change when read and written again, nor with the order', () => {
    fc.assert(
      fc.property(fc.array(token), (names) => {
        const written = formatScopes(names);
        expect(formatScopes(parseScopes(written))).toBe(written);
        expect(formatScopes([...names].reverse())).toBe(written);
        expect(new Set(parseScopes(written))).toEqual(new Set(names));
      })
    );
  });
});
