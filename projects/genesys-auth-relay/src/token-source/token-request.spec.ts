import { ask, fromHere } from '../testing/ask.ts';
import { SECRET_ENV } from '../testing/config.ts';
import { type Setup, setUp } from '../testing/setup.ts';

const AWKWARD = ['p+q/r==', '100%25 %zz', 'a&b=c', 'colon:inside:it', 'with space', 'a-b._*c~d', 'pässwörd € 秘密'];
const client = (auth: 'basic' | 'post', id = 'relay-client') => ({ client: { id, secret: { env: SECRET_ENV }, auth } });

describe('the request for a token', () => {
  let world: Setup | undefined;
  afterEach(() => world?.close());

  async function requestOf(change: Parameters<typeof setUp>[0], scopes = ['routing', 'analytics']) {
    world = await setUp(change);
    expect((await ask(`${world.relay.url}/token`, fromHere({ scopes }))).status).toBe(200);
    return world.server.received[0]!;
  }

  it('O4 10.2.3 is a strict form with grant_type and scope, and nothing in the query', async () => {
    const { faults, form, url } = await requestOf({});
    expect(faults).toEqual([]);
    expect(url).toBe('/oauth/token');
    expect(Object.fromEntries(form)).toEqual({ grant_type: 'client_credentials', scope: 'analytics routing' });
  });

  it('O1 encodes id and secret as forms do before base64, to the byte', async () => {
    const { headers } = await requestOf({ secret: 'c+d/é%', genesys: client('basic', 'a b') });
    expect(headers.authorization).toBe(`Basic ${Buffer.from('a+b:c%2Bd%2F%C3%A9%25').toString('base64')}`);
  });

  it('O1 10.4.10 leaves the UUID and base64url secret of a Genesys client as they are', async () => {
    const id = '5a9d60c5-0dd1-4c0e-8a7b-5e1f2d3c4b5a';
    const { headers } = await requestOf({ secret: 'aZ-9_x', genesys: client('basic', id) });
    expect(headers.authorization).toBe(`Basic ${Buffer.from(`${id}:aZ-9_x`).toString('base64')}`);
  });

  it.each(AWKWARD)('O1 O3 carries the secret %j by Basic alone', async (secret) => {
    const { headers, form, faults } = await requestOf({ secret, genesys: client('basic', 'id %+:') });
    const [id, sent] = Buffer.from(headers.authorization!.slice(6), 'base64').toString().split(':');
    const decode = (text: string) => decodeURIComponent(text.replaceAll('+', ' '));
    expect([decode(id!), decode(sent!)]).toEqual(['id %+:', secret]);
    expect(form.has('client_id') || form.has('client_secret')).toBe(false);
    expect(faults).toEqual([]);
  });

  it.each(AWKWARD)('O2 O3 carries the secret %j by the body alone', async (secret) => {
    const { headers, form, faults } = await requestOf({ secret, genesys: client('post', 'id %+:') });
    expect([form.get('client_id'), form.get('client_secret')]).toEqual(['id %+:', secret]);
    expect(headers.authorization).toBeUndefined();
    expect(faults).toEqual([]);
  });

  it('leaves the scope parameter out when the configuration says so', async () => {
    const { form } = await requestOf({ genesys: { sendScope: false } });
    expect(form.has('scope')).toBe(false);
  });

  it('10.2.3 asks for the scopes of the decision and no others', async () => {
    world = await setUp();
    const body = { scopes: ['analytics:readonly'], optionalScopes: ['routing', 'admin:platform'] };
    await ask(`${world.relay.url}/token`, fromHere(body));
    expect(world.server.received[0]!.form.get('scope')).toBe('analytics:readonly routing');
  });

  it('S6 S10 13.2.4 follows no redirect with the secret', async () => {
    world = await setUp();
    const elsewhere = await setUp();
    const location = elsewhere.server.tokenEndpoint;
    world.server.answerWith((response) => response.writeHead(307, { location }).end());
    const answer = await ask(`${world.relay.url}/token`, fromHere());
    expect(answer).toMatchObject({
      status: 502,
      body: { code: 'upstream_refused', detail: expect.stringMatching(/redirect/) }
    });
    expect(elsewhere.server.received).toHaveLength(0);
    await elsewhere.close();
  });
});
