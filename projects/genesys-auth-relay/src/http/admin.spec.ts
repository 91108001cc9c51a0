import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { createRelayMetrics } from '../metrics/metrics.ts';
import { ask } from '../testing/ask.ts';
import { createAdmin } from './admin.ts';

it('the admin server logs an unexpected error with the id of its answer', async () => {
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  const metrics = { ...createRelayMetrics(), text: () => Promise.reject(new Error('no metrics')) };
  const server = createAdmin(() => true, metrics, log).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const answer = await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`, { method: 'GET' });
  server.close();
  expect(answer).toMatchObject({ status: 500, body: { code: 'internal_error' } });
  const [line] = lines.map((text) => JSON.parse(text) as Record<string, unknown>);
  expect(line).toMatchObject({ event: 'internal_error' });
  expect(answer.body['instance']).toBe(`urn:uuid:${String(line?.['requestId'])}`);
});
