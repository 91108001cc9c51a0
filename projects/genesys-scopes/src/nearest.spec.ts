import fc from 'fast-check';
import { editDistance } from './edit-distance.ts';
import { GENESYS_SCOPES, nearestScope } from './index.ts';

// The textbook matrix, to check the short recursion against.
function matrixDistance(a: string, b: string): number {
  const d = Array.from({ length: a.length + 1 }, (_, i) => Array.from({ length: b.length + 1 }, (_, j) => i || j));
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(d[i - 1]![j]! + 1, d[i]![j - 1]! + 1, d[i - 1]![j - 1]! + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, d[i - 2]![j - 2]! + 1);
      d[i]![j] = best;
    }
  }
  return d[a.length]![b.length]!;
}

describe('editDistance', () => {
  it('is the Damerau distance up to its limit', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 9 });
    fc.assert(
      fc.property(word, word, fc.nat({ max: 4 }), (a, b, limit) => {
        const real = matrixDistance(a, b);
        const distance = editDistance(a, b, limit);
        if (real <= limit) expect(distance).toBe(real);
        else expect(distance).toBeGreaterThan(limit);
      }),
      { numRuns: 5000 }
    );
  });
});

describe('nearestScope', () => {
  it.each([
    ['anaytics', 'analytics'],
    ['analytcis', 'analytics'],
    ['analitycs', 'analytics'],
    ['Analytics', 'analytics'],
    ['ANALYTICS:READONLY', 'analytics:readonly'],
    ['analytics:read', 'analytics:readonly'],
    ['analytics.readonly', 'analytics:readonly'],
    ['analytics:read-only', 'analytics:readonly'],
    ['analytics:read_only', 'analytics:readonly'],
    ['analytics-readonly', 'analytics:readonly'],
    ['analyticsreadonly', 'analytics:readonly'],
    ['analytics:readony', 'analytics:readonly'],
    ['anaytics:raedonly', 'analytics:readonly'],
    ['analytics:ro', 'analytics:readonly'],
    ['analytics:view', 'analytics:readonly'],
    ['analytics:write', 'analytics'],
    ['analytics:*', 'analytics'],
    ['analytics:', 'analytics'],
    ['analytics,routing', 'analytics'],
    ['user', 'users'],
    ['user:read', 'users:readonly'],
    ['gdrp', 'gdpr'],
    ['FAX', 'fax'],
    ['queus', undefined],
    ['conversation', 'conversations'],
    ['notifications:readonly', 'notifications'],
    ['audits', 'audits:readonly'],
    ['audit:readonly', 'audits:readonly'],
    ['search', 'search:readonly'],
    ['web_chat', 'web-chat'],
    ['AI Studio', 'ai-studio'],
    ['work-force-management:readonly', 'workforce-management:readonly'],
    ['organisation', 'organization'],
    ['speech-and-text-analytic', 'speech-and-text-analytics']
  ])('%p is %p', (name, nearest) => {
    expect(nearestScope(name)).toBe(nearest);
  });

  it.each([
    'admin:platform',
    'tax',
    'orders',
    'reporting',
    'quantity',
    'vacations',
    'openid',
    'offline_access',
    '',
    '-',
    ':',
    ':readonly',
    '__proto__',
    'constructor',
    'toString'
  ])('%p is near to nothing', (name) => {
    expect(nearestScope(name)).toBeUndefined();
  });

  it('knows each name of Genesys as its own nearest', () => {
    for (const name of GENESYS_SCOPES) expect(nearestScope(name)).toBe(name);
  });

  it('finds each name again after any one slip', () => {
    const letters = fc.integer({ min: 97, max: 122 }).map((code) => String.fromCharCode(code));
    const long = GENESYS_SCOPES.filter((name) => name.length > 8 && !name.endsWith(':readonly'));
    fc.assert(
      fc.property(
        fc.constantFrom(...long),
        fc.nat(),
        letters,
        fc.constantFrom('drop', 'add', 'change', 'swap'),
        (name, seed, letter, slip) => {
          const at = seed % (name.length - 1);
          const head = name.slice(0, at);
          const written = {
            drop: head + name.slice(at + 1),
            add: head + letter + name.slice(at),
            change: head + letter + name.slice(at + 1),
            swap: head + name.charAt(at + 1) + name.charAt(at) + name.slice(at + 2)
          }[slip];
          // A slip may make another real name (`messaging`), which is then right.
          fc.pre(!GENESYS_SCOPES.includes(written));
          expect(nearestScope(written)).toBe(name);
        }
      ),
      { numRuns: 2000 }
    );
  });

  it('compares with the candidates given', () => {
    const own = new Set(['admin:platform', 'crm:contacts:readonly']);
    expect(nearestScope('admin:plattform', own)).toBe('admin:platform');
    expect(nearestScope('admin.platform', own.values())).toBe('admin:platform');
    expect(nearestScope('crm:contacts:read', own)).toBe('crm:contacts:readonly');
    expect(nearestScope('anaytics', own)).toBeUndefined();
    expect(nearestScope('anaytics', [])).toBeUndefined();
  });

  it('answers for names of ten megabytes: with work that grows faster than the name it would not end', () => {
    expect(nearestScope('a'.repeat(10_000_000))).toBeUndefined();
    expect(nearestScope('analytics', ['b'.repeat(10_000_000), 'analytic'])).toBe('analytic');
  });
});
