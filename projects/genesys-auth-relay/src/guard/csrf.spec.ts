import { type Ask, ask, fromHere } from '../testing/ask.ts';
import { type Setup, setUp } from '../testing/setup.ts';

describe('B8 B9 a foreign page and a credential that the browser adds by itself', () => {
  let world: Setup;
  beforeAll(async () => {
    world = await setUp();
  });
  afterAll(() => world.close());
  const send = (sent: Ask) => ask(`${world.relay.url}/token`, sent);

  // What a page may send to anywhere without asking first (Fetch standard, CORS-safelisted).
  it.each([
    ['a form', 'application/x-www-form-urlencoded', 'grant_type=client_credentials&scope=analytics'],
    ['text', 'text/plain', '{"scopes":["analytics"]}'],
    ['text that claims to be JSON', 'text/plain; application/json', '{"scopes":["analytics"]}'],
    ['a multipart form', 'multipart/form-data; boundary=x', '--x--'],
    ['a form with a charset', 'application/x-www-form-urlencoded;charset=UTF-8', 'grant_type=client_credentials'],
    ['nothing', undefined, '']
  ])('3.5.2 get nothing with %s', async (_what, type, body) => {
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
    const before = world.server.received.length;
    for (const more of [{}, { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, { origin: 'null' }]) {
      const answer = await send({ headers: { ...headers, ...more }, body });
      expect([403, 415]).toContain(answer.status);
      expect(answer.text).not.toContain('access_token');
    }
    expect(world.server.received).toHaveLength(before);
  });

  it('3.5.1 have no header that a form could set, and no preflight that allows one', async () => {
    const preflight: Ask = {
      method: 'OPTIONS',
      headers: {
        origin: 'https://evil.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-genesys-auth'
      }
    };
    const answer = await send(preflight);
    expect(answer).toMatchObject({ status: 403, body: { code: 'origin_not_allowed' } });
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    // The page's own origin needs no preflight and has the header.
    expect((await send(fromHere())).status).toBe(200);
  });

  it('O5 B15 find no refresh token and nothing else that the token endpoint may have added', async () => {
    world.server.answerWith({ refresh_token: 'CANARY-refresh', id_token: 'CANARY-id', custom: { deep: 'CANARY' } });
    const answer = await send(fromHere({ scopes: ['routing'] }));
    expect(Object.keys(answer.body).sort()).toEqual(['access_token', 'expires_in', 'scope', 'token_type']);
    expect(answer.text).not.toContain('CANARY');
  });
});
