import fc from 'fast-check';
import { GENESYS_SCOPES, checkScope, checkScopes, covers, isScopeToken } from './index.ts';

describe('the catalogue', () => {
  it('has 135 names, sorted, each a scope name', () => {
    expect(GENESYS_SCOPES).toHaveLength(135);
    expect(new Set(GENESYS_SCOPES).size).toBe(135);
    expect([...GENESYS_SCOPES].sort()).toEqual(GENESYS_SCOPES);
    expect(GENESYS_SCOPES.every(isScopeToken)).toBe(true);
    expect(GENESYS_SCOPES.filter((name) => name.endsWith(':readonly'))).toHaveLength(67);
  });
});

describe('checkScope without a list of registered scopes', () => {
  it.each([...GENESYS_SCOPES])('%s is fine', (name) => {
    expect(checkScope(name)).toBeUndefined();
  });

  it.each([
    'admin:platform',
    'admin:readonly',
    'view:conversation',
    'openid',
    'offline_access',
    '__proto__',
    'constructor:x',
    'tax',
    'https://example.com/scope'
  ])("%s is the organization's own", (name) => {
    expect(checkScope(name)).toBeUndefined();
  });

  it.each([
    ['', 'malformed', undefined],
    [' ', 'malformed', undefined],
    ['analytics routing', 'malformed', 'analytics'],
    [' analytics', 'malformed', 'analytics'],
    ['"analytics"', 'malformed', 'analytics'],
    ['ana\\lytics', 'malformed', 'analytics'],
    ['analytics\n', 'malformed', 'analytics'],
    ['аnalytics', 'malformed', 'analytics'],
    ['\ud800', 'malformed', undefined],
    ['anaytics', 'near_miss', 'analytics'],
    ['Analytics', 'near_miss', 'analytics'],
    ['analytics:read', 'near_miss', 'analytics:readonly'],
    ['notifications:readonly', 'near_miss', 'notifications'],
    ['audits', 'near_miss', 'audits:readonly'],
    ['analytics:reporting:read', 'unknown_in_area', 'analytics:readonly'],
    ['analytics:reporting', 'unknown_in_area', 'analytics'],
    ['Analytics:Reporting:Read', 'unknown_in_area', 'analytics:readonly'],
    ['routing:queue:view', 'unknown_in_area', 'routing:readonly'],
    ['search:write:all', 'unknown_in_area', 'search:readonly'],
    ['notifications:topics:read', 'unknown_in_area', 'notifications'],
    ['analytics:readonly:readonly', 'unknown_in_area', 'analytics:readonly']
  ])('%p is %s, nearest %p', (scope, kind, nearest) => {
    const finding = checkScope(scope);
    expect(finding).toMatchObject({ kind, scope });
    expect(finding?.nearest).toBe(nearest);
    expect(finding?.message).toMatch(/^The scope .+\.$/);
    expect(finding?.hint).toMatch(/^[A-Z].+\.$/);
    if (nearest !== undefined && kind !== 'malformed') expect(finding?.hint).toContain(`"${nearest}"`);
  });

  it('tells a permission from a scope', () => {
    expect(checkScope('routing:queue:view')?.hint).toContain('permission');
    expect(checkScope('analytics:reporting')?.hint).not.toContain('permission');
  });

  it.each([undefined, null, 42, {}, Symbol('x'), Object.create(null)])('reports a value that is no string', (value) => {
    expect(checkScope(value as unknown as string)).toMatchObject({ kind: 'malformed' });
  });
});

describe('checkScope with a list of registered scopes', () => {
  const registeredScopes = ['analytics', 'admin:platform', 'crm:contacts:readonly', 'routing:queues:mine'];

  it.each([...registeredScopes, 'analytics:readonly', 'admin:platform:readonly'])('%s is fine', (scope) => {
    expect(checkScope(scope, { registeredScopes })).toBeUndefined();
  });

  it.each([
    ['anaytics', 'near_miss', 'analytics'],
    ['admin:plattform', 'near_miss', 'admin:platform'],
    ['Admin:Platform', 'near_miss', 'admin:platform'],
    ['crm:contacts:read', 'near_miss', 'crm:contacts:readonly'],
    ['routng', 'near_miss', 'routing'],
    ['routing', 'not_registered', undefined],
    ['routing:readonly', 'not_registered', undefined],
    ['crm:contacts', 'not_registered', 'crm:contacts:readonly'],
    ['openid', 'not_registered', undefined],
    ['analytics:reporting:read', 'not_registered', undefined],
    ['a b', 'malformed', undefined]
  ])('%p is %s, nearest %p', (scope, kind, nearest) => {
    const finding = checkScope(scope, { registeredScopes });
    expect(finding).toMatchObject({ kind, scope });
    expect(finding?.nearest).toBe(nearest);
  });

  it('says when the name that was meant is not registered either', () => {
    expect(checkScope('routng', { registeredScopes })?.hint).toContain('not among them');
    expect(checkScope('anaytics', { registeredScopes })?.hint).not.toContain('not among them');
  });

  it('lets nothing pass if the list is empty', () => {
    expect(checkScope('analytics', { registeredScopes: [] })?.kind).toBe('not_registered');
  });

  it('passes exactly what the list covers', () => {
    const name = fc.oneof(fc.constantFrom(...GENESYS_SCOPES), fc.string({ minLength: 1 }).filter(isScopeToken));
    fc.assert(
      fc.property(name, fc.array(name), (scope, list) => {
        const passes = checkScope(scope, { registeredScopes: list }) === undefined;
        expect(passes).toBe(list.some((registered) => covers(registered, scope)));
      })
    );
  });
});

describe('checkScope with own scopes that are known', () => {
  const ownScopes = ['admin:platform', 'crm:readonly', 'analytics'];

  it.each(['admin:platform', 'admin:platform:readonly', 'crm:readonly', 'crm', 'analytics', 'openid'])(
    '%s is fine',
    (scope) => {
      expect(checkScope(scope, { ownScopes })).toBeUndefined();
    }
  );

  it.each([
    ['admin:platfrom', 'near_miss', 'admin:platform'],
    ['Admin.Platform', 'near_miss', 'admin:platform'],
    ['crm:read', 'near_miss', 'crm:readonly'],
    ['anaytics', 'near_miss', 'analytics'],
    ['analytics:reporting', 'unknown_in_area', 'analytics']
  ])('%p is %s, nearest %p', (scope, kind, nearest) => {
    expect(checkScope(scope, { ownScopes })).toMatchObject({ kind, scope, nearest });
    expect(checkScopes([scope], { ownScopes })).toMatchObject([{ kind, scope, nearest }]);
  });

  it('advises to write the own name', () => {
    expect(checkScope('admin:platfrom', { ownScopes })?.hint).toMatch(/^Write "admin:platform"\. /);
  });

  it('lets registered scopes decide alone', () => {
    expect(checkScope('admin:platform', { ownScopes, registeredScopes: ['analytics'] })?.kind).toBe('not_registered');
  });
});

describe('checkScopes', () => {
  it('reports each name once, in the order given', () => {
    const findings = checkScopes(['routng', 'analytics', 'a b', 'routng'], {
      registeredScopes: new Set(['analytics']).values()
    });
    expect(findings.map(({ kind, scope }) => [kind, scope])).toEqual([
      ['near_miss', 'routng'],
      ['malformed', 'a b']
    ]);
  });

  it('never throws, and a message is one printable line', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string()), (scope) => {
        return checkScopes([scope, `analytics:${scope}`]).every(
          ({ message, hint }) => /^[ -~]{1,500}$/.test(message) && /^[ -~]{1,500}$/.test(hint)
        );
      }),
      { numRuns: 5000 }
    );
  });

  it('checks names of ten megabytes: with work that grows faster than the name it would not end', () => {
    const huge = 'a:'.repeat(5_000_000);
    expect(checkScopes([huge, `analytics:${huge}`, `${huge} ${huge}`, `"${huge}`]).map(({ kind }) => kind)).toEqual([
      'unknown_in_area',
      'malformed',
      'malformed'
    ]);
  });
});
