import { ask } from '../testing/ask.ts';
import { KEY, newKey } from '../testing/config.ts';
import { type Setup, setUp } from '../testing/setup.ts';

const PROOF = newKey().key;
const NEXT = newKey().key;
const GROUPS = 'X-Forwarded-Groups';
process.env['RELAY_TEST_PROOF'] = PROOF;
process.env['RELAY_TEST_NEXT_PROOF'] = NEXT;

type Headers = Record<string, string | readonly string[]>;

/** What a proper proxy sends for Ann. */
const ANN: Headers = {
  'X-Relay-Proof': PROOF,
  'X-Forwarded-User': 'ann@example.com',
  [GROUPS]: 'guests, developer',
  'X-Genesys-Auth': '1'
};
const without = (...names: string[]): Headers =>
  Object.fromEntries(Object.entries(ANN).filter(([name]) => !names.includes(name)));

describe('S7 F11 4.1.3 a caller whom a proxy names by header', () => {
  let world: Setup | undefined;
  afterEach(async () => {
    await world?.close();
    world = undefined;
  });

  async function session(headers: Headers, identity: object = {}, more: 'none' | 'apiKey' | 'loopback' = 'none') {
    const proxyHeader = {
      type: 'proxyHeader' as const,
      trustedProxies: ['127.0.0.0/8'],
      proof: { secret: [{ env: 'RELAY_TEST_PROOF' }, { env: 'RELAY_TEST_NEXT_PROOF' }] },
      subjectHeader: 'X-Forwarded-User',
      rolesHeader: GROUPS,
      ...identity
    };
    const others = {
      none: [],
      apiKey: [{ type: 'apiKey' as const, keys: [{ id: 'reports', sha256: KEY.sha256, roles: ['developer'] }] }],
      loopback: [{ type: 'loopback' as const, roles: ['developer'] }]
    };
    world ??= await setUp({
      config: { identities: [proxyHeader, ...others[more]], cors: { origins: ['https://listed.example'] } }
    });
    return ask(`${world.relay.url}/session`, { method: 'GET', headers });
  }
  const refused = { status: 401, body: { code: 'invalid_credentials' } };
  const nobody = { status: 401, body: { code: 'unauthenticated' } };

  it('13.3.4 is known by name and groups, with the present proof and with the next one', async () => {
    for (const proof of [PROOF, NEXT]) {
      const answer = await session({ ...ANN, 'X-Relay-Proof': proof });
      expect(answer).toMatchObject({
        status: 200,
        body: { subject: 'ann@example.com', identity: 'proxyHeader', roles: ['guests', 'developer'] }
      });
    }
  });

  it('has the roles of every user of the proxy, in addition to its groups', async () => {
    const identity = { rolesHeader: undefined, roles: ['developer'] };
    expect((await session(without(GROUPS), identity)).body['roles']).toEqual(['developer']);
  });

  it.each([
    ['another network', ['10.0.0.0/8']],
    ['another address', ['127.0.0.2']],
    ['an IPv6 network', ['fd00::/8', '::1']]
  ])('is nobody when the peer is not of the list but %s, whatever the headers say', async (_what, trustedProxies) => {
    expect(await session(ANN, { trustedProxies })).toMatchObject(nobody);
    const forged = { 'X-Forwarded-For': '10.0.0.1', Forwarded: 'for=10.0.0.1', 'X-Real-IP': '127.0.0.2' };
    expect(await session({ ...ANN, ...forged }, { trustedProxies })).toMatchObject(nobody);
  });

  it('never becomes loopback: headers that count for nothing are refused', async () => {
    const identity = { trustedProxies: ['10.0.0.0/8'] };
    expect(await session(ANN, identity, 'loopback')).toMatchObject(nobody);
    expect(await session({ x_forwarded_user: 'ann', 'X-Genesys-Auth': '1' }, identity, 'loopback')).toMatchObject(
      nobody
    );
    expect(await session({ 'X-Genesys-Auth': '1' }, identity, 'loopback')).toMatchObject({
      status: 200,
      body: { identity: 'loopback' }
    });
  });

  it.each([
    ['only the proof, because no user is signed in at the proxy', without('X-Forwarded-User', GROUPS)],
    ['the proof and an empty user', { ...without(GROUPS), 'X-Forwarded-User': '' }],
    ['the proof in another spelling', { X_Relay_Proof: PROOF, 'X-Genesys-Auth': '1' }],
    ['a wrong proof', { 'X-Relay-Proof': newKey().key, 'X-Genesys-Auth': '1' }],
    ['groups alone', { [GROUPS]: 'developer', 'X-Genesys-Auth': '1' }]
  ])('never becomes loopback with %s: the request came through the proxy', async (_what, headers) => {
    expect(await session(headers, {}, 'loopback')).toMatchObject(nobody);
    expect(await session({ 'X-Genesys-Auth': '1' }, {}, 'loopback')).toMatchObject({ body: { identity: 'loopback' } });
  });

  it.each([
    ['no proof', without('X-Relay-Proof')],
    ['a wrong proof', { ...ANN, 'X-Relay-Proof': newKey().key }],
    ['a proof that is cut off', { ...ANN, 'X-Relay-Proof': PROOF.slice(0, -1) }],
    ['an empty proof', { ...ANN, 'X-Relay-Proof': '' }],
    ['the proof twice', { ...ANN, 'X-Relay-Proof': [PROOF, PROOF] }],
    ['the proof in another spelling', { ...without('X-Relay-Proof'), X_Relay_Proof: PROOF }],
    ['the user twice', { ...ANN, 'X-Forwarded-User': ['eve', 'ann'] }],
    ['the user twice in one line', { ...ANN, 'X-Forwarded-User': 'eve, ann' }],
    ['the user in another spelling beside', { ...ANN, X_Forwarded_User: 'eve' }],
    ['the user in a mixed spelling beside', { ...ANN, 'x_Forwarded-USER': 'eve' }],
    ['the user with a dot beside', { ...ANN, 'X.Forwarded.User': 'eve' }],
    ['the user in another spelling only', { ...without('X-Forwarded-User'), X_Forwarded_User: 'eve' }],
    ['the groups twice', { ...ANN, [GROUPS]: ['guests', 'developer'] }],
    ['the groups in another spelling', { ...without(GROUPS), X_Forwarded_Groups: 'developer' }],
    ['an invalid name', { ...ANN, 'X-Forwarded-User': 'ann\u00e9' }],
    ['a name beyond all bounds', { ...ANN, 'X-Forwarded-User': 'a'.repeat(257) }]
  ])('is refused with %s', async (_what, headers) => {
    const answer = await session(headers);
    expect(answer).toMatchObject(refused);
    expect(answer.text).not.toContain(PROOF.slice(0, 12));
  });

  it('is not identified when the proxy names no user, and another identity may decide then', async () => {
    const key = { Authorization: `Bearer ${KEY.key}` };
    expect(await session(without('X-Forwarded-User'), {}, 'apiKey')).toMatchObject(nobody);
    expect(await session({ ...ANN, 'X-Forwarded-User': '' }, {}, 'apiKey')).toMatchObject(nobody);
    expect(await session({ ...key }, {}, 'apiKey')).toMatchObject({ status: 200, body: { identity: 'apiKey' } });
    // The first in the configuration decides.
    expect(await session({ ...ANN, ...key }, {}, 'apiKey')).toMatchObject({ body: { identity: 'proxyHeader' } });
  });

  it('decides in the order of the configuration', async () => {
    world = await setUp({
      config: {
        identities: [
          { type: 'apiKey', keys: [{ id: 'reports', sha256: KEY.sha256, roles: ['developer'] }] },
          {
            type: 'proxyHeader',
            trustedProxies: ['127.0.0.1'],
            proof: { secret: { env: 'RELAY_TEST_PROOF' } },
            subjectHeader: 'X-Forwarded-User',
            roles: ['developer']
          }
        ]
      }
    });
    const key = { Authorization: `Bearer ${KEY.key}` };
    expect(await session({ ...ANN, ...key })).toMatchObject({ body: { identity: 'apiKey' } });
    expect(await session(ANN)).toMatchObject({ body: { identity: 'proxyHeader' } });
    expect(await session({ ...ANN, Authorization: 'Bearer wrong' })).toMatchObject(refused);
  });

  it('10.3.3 gives callers of two identities different names, also when their proxies name them alike', async () => {
    const identity = (subjectHeader: string, env: string) => ({
      type: 'proxyHeader' as const,
      trustedProxies: ['127.0.0.1'],
      proof: { header: `${subjectHeader}-Proof`, secret: { env } },
      subjectHeader,
      roles: ['developer']
    });
    world = await setUp({
      config: { identities: [identity('X-Staff', 'RELAY_TEST_PROOF'), identity('X-Partner', 'RELAY_TEST_NEXT_PROOF')] }
    });
    const named = async (header: string, proof: string) =>
      (await session({ [header]: 'ann', [`${header}-Proof`]: proof, 'X-Genesys-Auth': '1' })).body;
    const staff = await named('X-Staff', PROOF);
    const partner = await named('X-Partner', NEXT);
    expect([staff['subject'], partner['subject']]).toEqual(['ann', 'ann']);
    expect(staff['caller']).not.toBe(partner['caller']);
    expect((await named('X-Staff', PROOF))['caller']).toBe(staff['caller']);
  });

  it('B8 B9 must send X-Genesys-Auth, as its credential comes with every request of a browser', async () => {
    expect(await session(without('X-Genesys-Auth'))).toMatchObject({
      status: 403,
      body: { code: 'missing_auth_header' }
    });
    const form = { 'content-type': 'application/x-www-form-urlencoded', ...without('X-Genesys-Auth') };
    const answer = await ask(`${world!.relay.url}/token`, { headers: form, body: 'grant_type=client_credentials' });
    expect(answer).toMatchObject({ status: 403, body: { code: 'missing_auth_header' } });
  });

  it.each([
    ['the same host over https', { Host: 'app.example', Origin: 'https://app.example' }, 200],
    [
      'the same origin according to the browser',
      { Origin: 'https://app.example', 'Sec-Fetch-Site': 'same-origin' },
      200
    ],
    ['a listed origin', { Origin: 'https://listed.example', 'Sec-Fetch-Site': 'cross-site' }, 200],
    ['no page', { 'Sec-Fetch-Site': 'none' }, 200],
    [
      'a sibling subdomain',
      { Host: 'app.example', Origin: 'https://evil.app.example', 'Sec-Fetch-Site': 'same-site' },
      403
    ],
    ['a sibling subdomain without Origin', { 'Sec-Fetch-Site': 'same-site' }, 403],
    ['another site', { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }, 403],
    ['another site of an old browser', { Origin: 'https://evil.example' }, 403],
    ['the same host over http, as DNS rebinding does', { Host: 'app.example', Origin: 'http://app.example' }, 403],
    ['no origin', { Origin: 'null', 'Sec-Fetch-Site': 'same-origin' }, 403]
  ])('B10 may come from %s: %j', async (_what, headers, status) => {
    expect((await session({ ...ANN, ...headers })).status).toBe(status);
  });
});
