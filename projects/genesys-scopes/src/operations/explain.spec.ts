import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GENESYS_SCOPE_CATALOGUE, describeScope } from '../catalogue/index.ts';
import { parseTable } from '../facts/table.ts';
import { GENESYS_SCOPES } from '../index.ts';
import { explain, operationIndex } from './index.ts';
import { PERMISSION_DATA } from './permissions.data.ts';
import { decodePermissions } from './permissions.ts';

const table = parseTable(readFileSync(join(__dirname, '../../generator/operations.tsv'), 'utf8'));

describe('the catalogue', () => {
  it('describes each scope in one line', () => {
    expect(GENESYS_SCOPE_CATALOGUE.map(({ name }) => name)).toEqual(GENESYS_SCOPES);
    for (const { name, area, readonly, description } of GENESYS_SCOPE_CATALOGUE) {
      expect(name).toBe(readonly ? `${area}:readonly` : area);
      expect(description).toMatch(/^(Read|Read and change|Upload|Open and use) [^\n]{5,90}\.$/);
    }
    expect(new Set(GENESYS_SCOPE_CATALOGUE.map(({ description }) => description)).size).toBeGreaterThan(130);
  });

  it.each(['admin:platform', 'Analytics', '', '__proto__', 'constructor'])('does not know %p', (name) => {
    expect(describeScope(name)).toBeUndefined();
  });
});

describe('explain', () => {
  it('tells what a scope opens', async () => {
    const full = await explain('routing');
    const readonly = await explain('routing:readonly');
    if (full?.kind !== 'scope' || readonly?.kind !== 'scope') throw new Error('not a scope');
    expect(full).toMatchObject({ name: 'routing', area: 'routing', readonly: false });
    expect([full.operations.length, readonly.operations.length]).toEqual([157, 77]);
    expect(full.onlyWithThis).toHaveLength(80);
    expect(full.onlyWithThis.map(({ method }) => method)).not.toContain('GET');
    expect(await explain('streaming-events:readonly')).toMatchObject({ kind: 'scope', operations: [] });
  });

  it('tells what an operation needs', async () => {
    expect(await explain('GET https://api.mypurecloud.de/api/v2/routing/queues/17?x=1')).toMatchObject({
      kind: 'operation',
      method: 'GET',
      path: '/api/v2/routing/queues/{queueId}',
      auth: 'oauth',
      scopes: ['routing', 'routing:readonly'],
      scopeInfos: [{ name: 'routing' }, { name: 'routing:readonly' }],
      rule: 'ALL',
      permissions: ['routing:queue:view'],
      deprecated: false
    });
    expect(await explain({ method: 'GET', url: '/api/v2/users/me' })).toMatchObject({
      rule: undefined,
      permissions: []
    });
  });

  it.each(['', 'nonsense', 'GET /api/v2/nonsense', 'admin:platform'])('knows nothing about %p', async (what) => {
    expect(await explain(what)).toBeUndefined();
  });

  it('has the permissions of the table for each operation', () => {
    const permissions = decodePermissions(PERMISSION_DATA.permissions, operationIndex().operations);
    const found = new Map([...permissions].map(([{ method, path }, facts]) => [`${method} ${path}`, facts]));
    expect(found.size).toBe(table.length);
    for (const row of table) {
      expect(found.get(`${row.method} ${row.path}`)).toEqual({
        rule: row.permissionRule,
        permissions: row.permissions,
        deprecated: row.deprecated
      });
    }
  });
});
