import { type AddressInfo, type Server, createServer } from 'node:net';
import { diagnose } from '../../test/doctor.ts';
import { ask, fromHere } from '../testing/ask.ts';
import { setUpProxy } from '../testing/proxy-setup.ts';
import { setUp } from '../testing/setup.ts';

const QUEUES = '/api/v2/routing/queues';
const TOKEN = JSON.stringify({ access_token: 'token', token_type: 'bearer', expires_in: 3600 });
const final = (body: string) =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

describe('an answer that begins with an informational status', () => {
  let server: Server;
  let origin: string;
  /** What the server writes as the answer to each request. */
  let bytes: string;
  let requests: number;

  beforeEach(async () => {
    requests = 0;
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => {
        requests += 1;
        socket.write(bytes);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const genesys = () => ({ tokenEndpoint: `${origin}/oauth/token`, apiOrigin: origin });

  it.each(['102 Processing', '103 Early Hints'])('%s counts for nothing; the final answer does', async (status) => {
    const api = await setUpProxy({ genesys: { apiOrigin: origin } });
    bytes = `HTTP/1.1 ${status}\r\n\r\n${final('{"entities":[]}')}`;
    const call = await ask(api.at(QUEUES), { method: 'GET', headers: { 'x-genesys-auth': '1' } });
    await api.close();
    expect(call).toMatchObject({ status: 200, body: { entities: [] } });

    const token = await setUp({ genesys: genesys() });
    bytes = `HTTP/1.1 ${status}\r\n\r\n${final(TOKEN)}`;
    const granted = await ask(`${token.relay.url}/token`, fromHere());
    await token.close();
    expect(granted).toMatchObject({ status: 200, body: { access_token: 'token' } });
  });

  // undici ends the connection there, so the relay cannot read the final answer.
  it('16.5.2 100 Continue from the token endpoint is named, and not tried again', async () => {
    bytes = `HTTP/1.1 100 Continue\r\n\r\n${final(TOKEN)}`;
    const world = await setUp({ genesys: genesys() });
    const answer = await ask(`${world.relay.url}/token`, fromHere());
    await world.close();
    expect(answer).toMatchObject({
      status: 502,
      body: {
        code: 'upstream_invalid_response',
        detail: expect.stringContaining('100 Continue'),
        hint: expect.stringContaining('100 Continue')
      }
    });
    expect(requests).toBe(1);
  });

  it('16.5.2 100 Continue from the API is named, and not tried again', async () => {
    bytes = `HTTP/1.1 100 Continue\r\n\r\n${final('{}')}`;
    const world = await setUpProxy({ genesys: { apiOrigin: origin } });
    const answer = await ask(world.at(QUEUES), { method: 'GET', headers: { 'x-genesys-auth': '1' } });
    await world.close();
    expect(answer).toMatchObject({
      status: 503,
      body: {
        code: 'api_unreachable',
        detail: expect.stringContaining('100 Continue'),
        hint: expect.stringContaining('100 Continue')
      }
    });
    expect(requests).toBe(1);
  });

  it('doctor names 100 Continue', async () => {
    bytes = 'HTTP/1.1 100 Continue\r\n\r\n';
    const found = await diagnose({ genesys: genesys() }, {});
    expect(found).toMatchObject({ causes: ['unexpected_continue'], exitCode: 11, tokenRequests: 0 });
    expect(found.printed).toContain('no answer (unexpected 100 Continue)');
  });
});
