import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadRelayConfig } from 'genesys-auth-relay';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';

const readme = readFileSync(join(__dirname, '../../../README.md'), 'utf8');

describe('the README', () => {
  it('shows a relay.yaml that the relay takes as it is', async () => {
    const yaml = /```yaml relay\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const folder = await mkdtemp(join(tmpdir(), 'readme-'));
    try {
      const file = join(folder, 'relay.yaml');
      await writeFile(file, yaml);
      const env = { GENESYS_CLIENT_ID: 'an-id', GENESYS_CLIENT_SECRET: 'a-secret' };
      const config = await loadRelayConfig(file, env);
      expect(config.genesys.tokenEndpoint).toBe('https://login.mypurecloud.de/oauth/token');
      await expect(loadRelayConfig(file, {})).rejects.toThrow(/GENESYS_CLIENT_SECRET/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('names files that exist', () => {
    const files = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((found) => found[1] ?? '');
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter((file) => !existsSync(join(__dirname, '../../..', file)))).toEqual([]);
  });
});
