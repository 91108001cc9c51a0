import { leastMissing, narrowestClient, reachableClients, widthOf } from './narrowest-client.ts';

const client = (name: string, ...scopes: string[]) => ({ name, scopes });
const nameOf = (clients: ReturnType<typeof client>[], required: string[], optional: string[] = []) =>
  narrowestClient(clients, { required, optional })?.client.name;

const READ = client('read', 'analytics:readonly', 'routing:readonly');
const REPORTS = client('reports', 'analytics', 'users:readonly');
const ALL = client('all', 'analytics', 'routing', 'users');

describe('widthOf', () => {
  it.each([
    [[], 0],
    [['analytics:readonly'], 1],
    [['analytics'], 2],
    [['analytics', 'analytics:readonly'], 2],
    [['analytics', 'analytics'], 2],
    [['analytics:readonly', 'routing:readonly', 'users:readonly'], 3]
  ])('of %p is %p', (scopes, width) => {
    expect(widthOf(scopes)).toBe(width);
  });
});

describe('narrowestClient (S1)', () => {
  it.each([
    [['analytics:readonly'], 'read'],
    [['analytics'], 'reports'],
    [['analytics:readonly', 'routing:readonly'], 'read'],
    [['analytics', 'routing:readonly'], 'all'],
    [['users:readonly'], 'reports'],
    [['users'], 'all'],
    [['admin:platform'], undefined],
    [['routing', 'admin:platform'], undefined]
  ])('for %p is %p, in whatever order the clients stand', (required, name) => {
    for (const clients of [
      [READ, REPORTS, ALL],
      [ALL, REPORTS, READ],
      [REPORTS, ALL, READ]
    ]) {
      expect(nameOf(clients, required)).toBe(name);
    }
  });

  it('is the first of two that allow as much', () => {
    const twin = client('twin', 'analytics', 'users:readonly');
    expect(nameOf([REPORTS, twin], ['analytics'])).toBe('reports');
    expect(nameOf([twin, REPORTS], ['analytics'])).toBe('twin');
  });

  it('adds the optional scopes it can, and prefers the client that can add most', () => {
    expect(nameOf([READ, REPORTS, ALL], ['analytics:readonly'], ['users'])).toBe('all');
    expect(narrowestClient([READ, REPORTS], { required: ['analytics:readonly'], optional: ['users'] })).toEqual({
      client: READ,
      optional: []
    });
    expect(
      narrowestClient([REPORTS, READ], { required: ['analytics:readonly'], optional: ['users', 'routing:readonly'] })
    ).toEqual({ client: READ, optional: ['routing:readonly'] });
  });
});

describe('leastMissing', () => {
  it('names the closest client and the scopes it lacks', () => {
    expect(leastMissing([REPORTS, READ], ['analytics', 'routing'])).toEqual({ name: 'reports', missing: ['routing'] });
    expect(leastMissing([], ['analytics'])).toBeUndefined();
  });
});

describe('reachableClients', () => {
  it('are those that are the narrowest for some request of these scopes', () => {
    expect(reachableClients([READ, REPORTS, ALL], ['analytics'])).toEqual([READ, REPORTS]);
    expect(reachableClients([READ, REPORTS, ALL], ['analytics:readonly'])).toEqual([READ]);
    expect(reachableClients([READ, REPORTS, ALL], ['users'])).toEqual([REPORTS, ALL]);
    expect(reachableClients([READ, REPORTS, ALL], ['admin:platform'])).toEqual([]);
  });

  it('does not count one that is never the narrowest', () => {
    expect(reachableClients([ALL, client('same', 'users', 'routing', 'analytics')], ['users'])).toEqual([ALL]);
  });
});
