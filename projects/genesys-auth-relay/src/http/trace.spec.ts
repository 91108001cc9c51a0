import pino from 'pino';
import { ask, fromHere } from '../testing/ask.ts';
import { setUpProxy } from '../testing/proxy-setup.ts';
import { setUp } from '../testing/setup.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const TRACEPARENT = `00-${TRACE}-b7ad6b7169203331-01`;

describe('traceparent', () => {
  it('is passed on to the token endpoint and stands in the log', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const world = await setUp({ runtime: { log } });
    const sent = fromHere();
    await ask(`${world.relay.url}/token`, { ...sent, headers: { ...sent.headers, traceparent: TRACEPARENT } });
    await world.close();
    expect(world.server.received[0]!.headers['traceparent']).toBe(TRACEPARENT);
    const line = lines
      .map((text) => JSON.parse(text) as Record<string, unknown>)
      .find(({ event }) => event === 'request');
    expect(line).toMatchObject({ route: '/token', traceId: TRACE });
  });

  it('is passed on with what is asked of other hosts for a call of the API', async () => {
    const world = await setUpProxy();
    const headers = { 'x-genesys-auth': '1', traceparent: TRACEPARENT };
    expect((await ask(world.at('/api/v2/routing/queues'), { method: 'GET', headers })).status).toBe(200);
    await world.close();
    expect(world.api.tokenRequests[0]?.['traceparent']).toBe(TRACEPARENT);
    expect(world.api.calls[0]?.headers['traceparent']).toBe(TRACEPARENT);
  });

  it.each([
    ['without one', undefined],
    ['with one of zeros', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
    ['with one of an unknown version', `ff-${TRACE}-b7ad6b7169203331-01`],
    ['with one too long', `${TRACEPARENT}-CANARY`],
    ['with two', [TRACEPARENT, TRACEPARENT]],
    ['with text', 'CANARY\u00e9']
  ])('is not invented, and none is passed on that is not well-formed: %s', async (_what, traceparent) => {
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const world = await setUp({ runtime: { log } });
    const sent = fromHere();
    const headers = { ...sent.headers, ...(traceparent === undefined ? {} : { traceparent }) };
    expect((await ask(`${world.relay.url}/token`, { ...sent, headers })).status).toBe(200);
    await world.close();
    expect(world.server.received[0]!.headers).not.toHaveProperty('traceparent');
    expect(lines.join('')).not.toMatch(/CANARY|traceId/);
  });
});
