import pino from 'pino';
import { type Ask, ask, asForm, fromHere } from '../testing/ask.ts';
import { type Setup, setUp } from '../testing/setup.ts';

const ORIGIN = 'https://app.example.com';
const JSON_BODY = { 'content-type': 'application/json', 'x-genesys-auth': '1' };

describe('the listener', () => {
  const lines: string[] = [];
  let world: Setup;
  beforeAll(async () => {
    const log = pino({ level: 'info', timestamp: false }, { write: (line: string) => void lines.push(line) });
    world = await setUp({ config: { cors: { origins: [ORIGIN] }, limits: { bodyBytes: 1024 } }, runtime: { log } });
  });
  afterAll(() => world.close());

  /** What a caller gets and what the log says, without what is another at each request. */
  async function outcome(path: string, sent: Ask) {
    lines.length = 0;
    const { status, headers, body } = await ask(`${world.relay.url}${path}`, sent);
    const line = lines
      .map((text) => JSON.parse(text) as Record<string, unknown>)
      .find(({ event }) => event === 'request');
    const { date, ...rest } = headers;
    expect(date).toBeDefined();
    expect(line?.['requestId']).toMatch(/^[0-9a-f-]{36}$/);
    if (status !== 200) expect(body['instance']).toBe(`urn:uuid:${String(line?.['requestId'])}`);
    return { status, headers: rest, body: { ...body, instance: '' }, line: { ...line, requestId: '' } };
  }

  it.each<[string, number, Ask]>([
    ['a token', 200, fromHere({ scopes: ['analytics'] })],
    ['a token for a page of a listed origin', 200, { ...fromHere(), headers: { ...JSON_BODY, origin: ORIGIN } }],
    ['a token without a body', 200, { headers: { 'x-genesys-auth': '1' } }],
    ['an invalid credential', 401, { headers: { authorization: 'Bearer wrong' } }],
    ['an origin that is not listed', 403, { ...fromHere(), headers: { ...JSON_BODY, origin: 'https://evil.example' } }],
    ['a body that is not JSON', 400, { headers: JSON_BODY, body: '{' }],
    ['a scope that is not registered', 400, fromHere({ scopes: ['nonsense'] })],
    ['a form without a grant type', 400, asForm({ scope: 'analytics' }, { 'x-genesys-auth': '1' })],
    ['a body over the limit', 413, { headers: JSON_BODY, body: `"${'x'.repeat(1100)}"` }],
    ['a type that is not supported', 415, { headers: { ...JSON_BODY, 'content-type': 'a/b' }, body: 'x' }]
  ])('gives the same for every spelling of the path: %s', async (_what, status, sent) => {
    await ask(`${world.relay.url}/token`, fromHere());
    const plain = await outcome('/token', sent);
    expect(plain.status).toBe(status);
    for (const other of ['/token?_=1', '/%74oken']) expect(await outcome(other, sent)).toEqual(plain);
  });

  it('answers HEAD of /session as GET, without the body', async () => {
    const headers = { 'x-genesys-auth': '1' };
    const get = await ask(`${world.relay.url}/session`, { method: 'GET', headers });
    const head = await ask(`${world.relay.url}/session`, { method: 'HEAD', headers });
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(head.headers['content-length']).toBe(String(Buffer.byteLength(get.text)));
  });
});
