import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SANDBOX_CLIENT, type Sandbox, createSandbox } from 'genesys-sandbox';
import type { RunningRelay } from 'genesys-auth-relay';
import { findPython } from '../../../scripts/lib/tools.cjs';
import { newApiKey } from '../support/api-key.ts';
import { startTestRelay } from '../support/relay.ts';

const python = findPython('websockets');
const listen = async (url: string, credential: string, count: number) => {
  const script = join(__dirname, 'notification-snippet.py');
  const { stdout } = await promisify(execFile)(python ?? '', [script, url, credential, String(count)], {
    timeout: 120_000
  });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
};

// Without Python `npm test` ends with a loud "NOT RUN".
(python === undefined ? describe.skip : describe)('Python websockets', () => {
  const { key, sha256 } = newApiKey();
  let sandbox: Sandbox;
  let relay: RunningRelay;
  beforeAll(async () => {
    sandbox = await createSandbox();
    relay = await startTestRelay(
      { ...sandbox, ...SANDBOX_CLIENT },
      {
        scopes: ['analytics', 'routing', 'notifications'],
        identities: [{ type: 'apiKey', keys: [{ id: 'script', sha256, roles: ['listener'] }] }],
        roles: { listener: { scopes: ['analytics:readonly', 'routing:readonly', 'notifications'] } },
        notifications: {}
      }
    );
  });
  afterAll(async () => {
    await relay.close();
    await sandbox.close();
  });

  it('gets live queue metrics with the snippet that circulates, given an API key', async () => {
    const url = `${relay.url.replace('http', 'ws')}/notifications`;
    const messages = await listen(url, key, 4);
    expect(messages[0]).toMatchObject({ jsonrpc: '2.0', method: 'welcome' });
    const answer = messages.find(({ id }) => id === 1);
    expect(answer).toEqual({
      jsonrpc: '2.0',
      id: 1,
      result: { channels: [{ channel: 'routing/queueMetrics', state: 'permitted' }] }
    });
    const [event] = messages.filter(({ method }) => method === 'event');
    expect(event).toMatchObject({
      jsonrpc: '2.0',
      params: {
        seq: expect.any(Number),
        event: {
          topicName: expect.stringMatching(/^v2\.analytics\.queues\.[0-9a-f-]{36}\.observations$/),
          eventBody: { group: { queueId: expect.any(String) }, data: expect.any(Array) }
        }
      }
    });
    expect(sandbox.channels).toHaveLength(1);
  });

  it('is refused with a wrong credential', async () => {
    const url = `${relay.url.replace('http', 'ws')}/notifications`;
    await expect(listen(url, 'wrong', 1)).rejects.toThrow(/HTTP 401/);
  });
});
