import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createSandbox, SANDBOX_CLIENT, type Sandbox } from 'genesys-sandbox';
import { findPython } from '../../../scripts/lib/tools.cjs';
import { startTestRelay } from '../support/relay.ts';
import { newApiKey } from '../support/api-key.ts';

interface Shown {
  readonly form: string;
  readonly status: number;
  readonly body: Record<string, unknown> | null;
}

const python = findPython('requests');

async function askWithPython(url: string, id: string, secret: string, scope: string): Promise<Record<string, Shown>> {
  const { stdout } = await promisify(execFile)(
    python ?? '',
    [join(__dirname, 'token-forms.py'), url, id, secret, scope],
    { timeout: 120_000 }
  );
  const shown = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Shown);
  return Object.fromEntries(shown.map((line) => [line.form, line]));
}

// Without Python `npm test` ends with a loud "NOT RUN".
(python === undefined ? describe.skip : describe)('Python requests', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await createSandbox();
  });
  afterAll(() => sandbox.close());

  describe.each(['loginOrigin', 'apiOrigin'] as const)('against the sandbox, %s', (host) => {
    const ask = (id: string, secret: string) =>
      askWithPython(`${sandbox[host]}/oauth/token`, id, secret, 'analytics admin:platform');

    it('gets a token in all three forms, and a reason for credentials in the query string', async () => {
      const shown = await ask(SANDBOX_CLIENT.id, SANDBOX_CLIENT.secret);
      for (const form of ['body', 'body+scope', 'basic+scope']) {
        expect(shown[form]).toEqual({
          form,
          status: 200,
          body: { access_token: 86, token_type: 'bearer', expires_in: 86399 }
        });
      }
      expect(shown['query']).toMatchObject({
        status: 400,
        body: { error_description: expect.stringMatching(/query/i) }
      });
      expect(shown['no grant']).toMatchObject({ status: 400, body: { error: expect.any(String) } });
    });

    it('gets 401 authentication failed for a wrong secret in all three forms', async () => {
      const shown = await ask(SANDBOX_CLIENT.id, 'wrong');
      for (const form of ['body', 'body+scope', 'basic+scope']) {
        expect(shown[form]).toMatchObject({
          status: 401,
          body: { error: 'invalid_client', error_description: 'authentication failed' }
        });
      }
    });

    it('gets 400 client not found for an unknown client in all three forms', async () => {
      const shown = await ask('nobody', 'wrong');
      for (const form of ['body', 'body+scope', 'basic+scope']) {
        expect(shown[form]).toMatchObject({
          status: 400,
          body: { error: 'invalid_client', error_description: 'client not found' }
        });
      }
    });
  });

  describe('against the relay, with an API key as id and secret', () => {
    const withDefault = newApiKey();
    const withoutDefault = newApiKey();
    let relay: { url: string; close(): Promise<void> };

    beforeAll(async () => {
      relay = await startTestRelay(
        { tokenEndpoint: sandbox.tokenEndpoint, apiOrigin: sandbox.apiOrigin, ...SANDBOX_CLIENT },
        {
          scopes: ['analytics', 'routing', 'admin:platform'],
          identities: [
            {
              type: 'apiKey',
              keys: [
                { id: 'reports', sha256: withDefault.sha256, roles: ['reporting'] },
                { id: 'strict', sha256: withoutDefault.sha256, roles: ['strict'] }
              ]
            }
          ],
          roles: {
            reporting: { scopes: ['analytics', 'admin:platform'], defaultScopes: ['analytics'] },
            strict: { scopes: ['analytics', 'admin:platform'] }
          }
        }
      );
    });
    afterAll(() => relay.close());

    it('gets the default scopes without scope, and registered scopes in body and Basic form', async () => {
      const shown = await askWithPython(`${relay.url}/token`, 'reports', withDefault.key, 'analytics admin:platform');
      expect(shown['body']).toMatchObject({ status: 200, body: { token_type: 'Bearer', scope: 'analytics' } });
      expect(shown['body+scope']).toMatchObject({ status: 200, body: { scope: 'admin:platform analytics' } });
      expect(shown['basic+scope']).toMatchObject({ status: 200, body: { scope: 'admin:platform analytics' } });
      expect(shown['query']).toMatchObject({
        status: 400,
        body: { code: 'credentials_in_query', error_description: expect.stringMatching(/query|URL/) }
      });
      expect(shown['no grant']).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    });

    it('gets 400 invalid_scope without scope when the caller has no default', async () => {
      const shown = await askWithPython(`${relay.url}/token`, 'strict', withoutDefault.key, 'analytics');
      expect(shown['body']).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
      expect(shown['body+scope']?.status).toBe(200);
    });

    it.each(['analytics:reporting:read', 'anaytics', 'analytics:metrics:view analytics:report:view', 'other:scope'])(
      'gets a 400 that names the scope for %j',
      async (scope) => {
        const shown = await askWithPython(`${relay.url}/token`, 'reports', withDefault.key, scope);
        for (const form of ['body+scope', 'basic+scope']) {
          expect(shown[form]).toMatchObject({
            status: 400,
            body: { error: 'invalid_scope', error_description: expect.stringContaining(scope.split(' ')[0]!) }
          });
        }
      }
    );

    it('gets 401 invalid_client for a wrong key', async () => {
      const shown = await askWithPython(`${relay.url}/token`, 'reports', 'wrong', 'analytics');
      for (const form of ['body', 'body+scope', 'basic+scope']) {
        expect(shown[form]).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
      }
    });
  });
});
