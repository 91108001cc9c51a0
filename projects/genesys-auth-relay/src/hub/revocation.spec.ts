import { NOTIFICATIONS_PROTOCOL, TICKET_PROTOCOL_PREFIX } from 'genesys-auth-protocol';
import { type RelayConfigInput, type RunningRelay, startRelay } from '../index.ts';
import { KEY, SECRET_ENV, configFor, newKey } from '../testing/config.ts';
import { type HubTestClient, openHub, openPage, ticketOf } from '../testing/hub-client.ts';
import { startIdentityProvider } from '../testing/identity-provider.ts';
import { type NotificationServer, startNotificationServer } from '../testing/notification-server.ts';
import { until } from '../testing/until.ts';

const TOPIC = 'v2.analytics.queues.q1.observations';
const EXPIRED = 4401;
const OTHER = newKey();
const PROOF_ENV = 'RELAY_TEST_SOCKET_PROOF';
const PROOF = newKey().key;
process.env[PROOF_ENV] = PROOF;

const apiKey = (id: string, sha256: string, roles = ['developer']) => ({
  type: 'apiKey' as const,
  keys: [{ id, sha256, roles }]
});
const loopback = { type: 'loopback' as const, roles: ['developer'] };
const proxyHeader = (env: string) => ({
  type: 'proxyHeader' as const,
  trustedProxies: ['127.0.0.1'],
  proof: { secret: { env } },
  subjectHeader: 'X-Forwarded-User',
  roles: ['developer']
});

/** The close code of a socket, or `open` while the relay still answers there. */
const codeOf = async (client: HubTestClient): Promise<number | 'open'> => {
  client.send({ type: 'ping' });
  return Promise.race([client.closed, until(() => client.of('pong').length > 0, 'pong').then(() => 'open' as const)]);
};

const config = (server: NotificationServer, more: Partial<RelayConfigInput> = {}): RelayConfigInput =>
  configFor(server, {
    scopes: ['analytics', 'notifications', 'routing'],
    roles: {
      developer: { scopes: ['analytics', 'notifications'] },
      guest: { scopes: ['notifications'] }
    },
    identities: [apiKey('reports', KEY.sha256), loopback],
    acceptSharedPrivileges: true,
    notifications: {},
    ...more
  });

describe('S1 a reload that takes rights away', () => {
  let server: NotificationServer;
  let relay: RunningRelay;
  const clients: HubTestClient[] = [];
  const keep = (client: HubTestClient) => {
    clients.push(client);
    return client;
  };
  const start = async (more: Partial<RelayConfigInput> = {}) => {
    relay = await startRelay(config(server, more), { random: () => 0.1 });
  };
  const program = async (headers: Record<string, string> = { authorization: `Bearer ${KEY.key}` }) =>
    keep(await openHub(relay.url, { protocols: [NOTIFICATIONS_PROTOCOL], headers }));
  /** Shows that a socket is open, and gets its events. */
  async function stillHears(client: HubTestClient): Promise<void> {
    const before = client.of('event').length;
    server.emit(TOPIC, { n: before });
    await until(() => client.of('event').length > before, 'an event');
  }

  beforeEach(async () => {
    process.env[SECRET_ENV] = 'relay-secret';
    server = await startNotificationServer();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await relay.close();
    await server.close();
  });

  it.each([
    ['its key was removed', { identities: [apiKey('other', OTHER.sha256), loopback] }],
    ['its key was replaced under the same id', { identities: [apiKey('reports', OTHER.sha256), loopback] }],
    ['its key has a smaller role', { identities: [apiKey('reports', KEY.sha256, ['guest']), loopback] }]
  ])('closes the socket whose caller lost rights, and no other: %s', async (_what, more) => {
    await start();
    const revoked = await program();
    const page = keep(await openPage(relay.url));
    await revoked.subscribe([TOPIC]);
    await page.subscribe([TOPIC]);
    await relay.reload(config(server, { ...more }));
    expect(await codeOf(revoked)).toBe(EXPIRED);
    await stillHears(page);
    expect(revoked.of('event')).toEqual([]);
  });

  it('closes the sockets of a role that became smaller', async () => {
    await start();
    const page = keep(await openPage(relay.url));
    await page.subscribe([TOPIC]);
    const roles = { developer: { scopes: ['analytics:readonly', 'notifications'] } };
    await relay.reload(config(server, { roles }));
    expect(await codeOf(page)).toBe(EXPIRED);
  });

  it('leaves sockets open whose rights stay or grow', async () => {
    await start();
    const open = [await program(), keep(await openPage(relay.url))];
    for (const client of open) await client.subscribe([TOPIC]);
    await relay.reload(config(server));
    const roles = { developer: { scopes: ['analytics', 'notifications', 'routing'] } };
    await relay.reload(config(server, { roles, identities: [loopback, apiKey('reports', KEY.sha256)] }));
    for (const client of open) await stillHears(client);
  });

  it('closes the sockets of users whose identity provider or proxy is no longer configured', async () => {
    const provider = await startIdentityProvider({ now: () => Date.now() / 1000 });
    const jwt = {
      type: 'jwt' as const,
      issuer: provider.issuer,
      jwksUri: provider.jwksUri,
      audience: 'wallboard',
      rolesPointer: '/roles'
    };
    try {
      const identities = [jwt, proxyHeader(PROOF_ENV), loopback];
      await start({ identities });
      const token = await provider.token({ aud: 'wallboard', sub: 'ann', roles: ['developer'] });
      const byToken = await program({ authorization: `Bearer ${token}` });
      const byProxy = await program({
        'x-forwarded-user': 'ann',
        'x-relay-proof': PROOF,
        'x-genesys-auth': '1'
      });
      await byToken.subscribe([TOPIC]);
      await byProxy.subscribe([TOPIC]);
      await relay.reload(config(server, { identities }));
      await stillHears(byToken);
      await stillHears(byProxy);
      await relay.reload(config(server, { identities: [jwt, loopback] }));
      expect(await codeOf(byProxy)).toBe(EXPIRED);
      await stillHears(byToken);
      await relay.reload(config(server, { identities: [loopback] }));
      expect(await codeOf(byToken)).toBe(EXPIRED);
    } finally {
      await provider.close();
    }
  });

  it('4.4.4 refuses a ticket of a caller that has lost its rights', async () => {
    await start();
    const ticket = await ticketOf(relay.url, { authorization: `Bearer ${KEY.key}` });
    await relay.reload(config(server, { identities: [apiKey('reports', OTHER.sha256)] }));
    const protocols = [NOTIFICATIONS_PROTOCOL, `${TICKET_PROTOCOL_PREFIX}${ticket}`];
    await expect(openHub(relay.url, { protocols })).rejects.toThrow('refused: 401');
  });
});
