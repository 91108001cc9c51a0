import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RequestHead } from '../guard/request-head.ts';
import { type RelayConfigInput, parseRelayConfig } from '../index.ts';
import { type RelayMemory, createRelayMemory } from '../relay/memory.ts';
import { createRelay } from '../relay/relay.ts';
import { RelayProblem } from '../reply/problem.ts';
import { runtimeOf } from '../runtime/runtime.ts';
import { testClock } from '../testing/clock.ts';
import {
  RELAY_URL,
  type SignInChange,
  signInConfig,
  startSandbox,
  tokenOf,
  withService
} from '../../test/sign-in-setup.ts';
import type { Session } from './session.ts';
import { nameOf } from './sessions.ts';

const ID = 'a'.repeat(43);
const ENV = { SIGN_IN_SECRET: 'CANARY-sign-in-secret', SERVICE_SECRET: 'CANARY-service-secret' };

/** A request of the app, with the cookie of a session. */
function requestWith(cookie: string, tag?: string): RequestHead {
  const headers = {
    'x-genesys-auth': '1',
    'sec-fetch-site': 'same-origin',
    cookie,
    ...(tag !== undefined && { 'x-genesys-session': tag })
  };
  return {
    headers,
    count: (name) => (name in headers ? 1 : 0),
    peer: '127.0.0.1',
    port: 1,
    encrypted: false
  };
}

describe('a reload while a request of a signed-in user is under way', () => {
  const clock = testClock();
  const runtime = runtimeOf({ clock });
  let sandbox: Awaited<ReturnType<typeof startSandbox>>;
  let memory: RelayMemory;
  let opened: { close(): Promise<void> }[];
  let cookie: string;

  const start = async (config: RelayConfigInput) => {
    const relay = await createRelay(parseRelayConfig(config, ENV), runtime, memory);
    opened.push(relay);
    return relay;
  };
  const relayWith = async (change: SignInChange = {}) => {
    const relay = await start(signInConfig(sandbox, change));
    const { signIn } = relay;
    if (signIn === undefined) throw new Error('the relay has no sign-in');
    return { relay, signIn };
  };

  beforeEach(async () => {
    sandbox = await startSandbox(clock);
    memory = createRelayMemory(parseRelayConfig(signInConfig(sandbox), ENV), runtime);
    opened = [];
    const [user] = sandbox.users;
    const organization = { id: user?.organization.id ?? '', name: 'Org' };
    const session: Session = {
      user: { id: user?.id ?? '', name: 'Ann', email: 'ann@example.test', organization },
      clientId: 'sign-in-client',
      homeOrganizationId: organization.id,
      facts: { roleIds: [], groupIds: [], divisionId: undefined },
      scopes: ['presence', 'routing:readonly'],
      accessToken: 'CANARY-access-token',
      refreshToken: 'CANARY-refresh-token',
      tokenStart: clock.now(),
      tokenEnd: clock.now() + 3_600_000,
      start: clock.now(),
      readAt: clock.now()
    };
    const store = memory.signIn.sessions.store(3_600_000);
    await store.create(nameOf(ID), session);
    const { signIn } = await relayWith();
    const { setCookie } = await signIn.signOut(requestWith(''));
    cookie = `${setCookie.slice(0, setCookie.indexOf('='))}=${ID}`;
  });
  afterEach(async () => {
    await Promise.all(opened.map((relay) => relay.close()));
    await sandbox.close();
  });

  it('compares the page with the same session', async () => {
    const old = await relayWith();
    const caller = await old.relay.admit(requestWith(cookie));
    const tag = old.signIn.describe(caller).session;
    const fresh = await relayWith({ signIn: { roles: { wall: { everyone: true } } } });
    const check = (given?: string) => () => {
      fresh.signIn.checkPage(caller, requestWith(cookie, given));
    };
    expect(check(tag)).not.toThrow();
    expect(check()).toThrow(expect.objectContaining({ code: 'invalid_request' }));
    expect(check('another')).toThrow(expect.objectContaining({ code: 'session_changed' }));
    expect(fresh.relay.describeCaller(caller)).toMatchObject({ session: tag, signInUrl: `${RELAY_URL}/sign-in` });
  });

  it("calls the API with the user's own token, and with the roles of the new configuration", async () => {
    const old = await relayWith();
    const caller = await old.relay.admit(requestWith(cookie));
    const fresh = await relayWith({ signIn: { roles: { wall: { everyone: true } } } });
    const { entitlement, tokenProvider } = await fresh.signIn.apiAccess(caller);
    expect(entitlement.scopes).toEqual(['routing:readonly']);
    expect(await tokenProvider?.token()).toMatchObject({ token: 'CANARY-access-token' });
  });

  it('ends the session when the new configuration does not allow the organization', async () => {
    const old = await relayWith();
    const caller = await old.relay.admit(requestWith(cookie));
    const fresh = await relayWith({ signIn: { organizations: ['another-organization'] } });
    await expect(fresh.signIn.apiAccess(caller)).rejects.toMatchObject({ code: 'session_ended' });
    await expect(fresh.signIn.rereadSession(caller)).resolves.toBeUndefined();
  });

  it('refuses the caller where the new configuration has no sign-in', async () => {
    const old = await relayWith();
    const caller = await old.relay.admit(requestWith(cookie));
    const config = signInConfig(sandbox, { config: { genesys: withService(sandbox) } });
    Reflect.deleteProperty(config, 'signIn');
    const identities = [{ type: 'loopback' as const, roles: ['agent'] }];
    const fresh = await start({ ...config, mode: 'proxy', identities });
    expect(() => fresh.entitlement(caller)).toThrow(expect.objectContaining({ code: 'invalid_credentials' }));
  });
});

describe('a reload while a Genesys Cloud token is checked', () => {
  it.each([true, false])('leaves the call its token, if such tokens are still accepted (%s)', async (stillAccepted) => {
    const clock = testClock();
    const runtime = runtimeOf({ clock });
    const sandbox = await startSandbox(clock);
    const token = await tokenOf(sandbox);
    const organizations = [sandbox.users[0]?.organization.id ?? ''];
    const configOf = (accepts: boolean) => {
      const identities: RelayConfigInput['identities'] = accepts
        ? [{ type: 'genesysToken', clients: ['sign-in-client'], organizations, roles: { agent: { everyone: true } } }]
        : [{ type: 'loopback', roles: ['agent'] }];
      const config = signInConfig(sandbox, { config: { mode: 'proxy', genesys: withService(sandbox), identities } });
      Reflect.deleteProperty(config, 'signIn');
      return parseRelayConfig(config, ENV);
    };
    const memory = createRelayMemory(configOf(true), runtime);
    const start = (accepts: boolean) => createRelay(configOf(accepts), runtime, memory);
    const old = await start(true);
    const headers = { authorization: `Bearer ${token}` };
    const caller = await old.admit({ ...requestWith(''), headers, count: (name) => (name in headers ? 1 : 0) });
    const fresh = await start(stillAccepted);
    const server = createServer((request, response) => {
      const target = { path: '/api/v2/routing/queues', full: '/api/v2/routing/queues' };
      const head = requestWith('');
      const call = { request, response, head, caller, target, traceparent: undefined, relayHeaders: () => ({}) };
      fresh.apiProxy
        ?.handle({ ...call, onBroken: () => undefined, onOperation: () => undefined })
        .catch((error: unknown) => response.end(error instanceof RelayProblem ? error.code : String(error)));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const text = await answer.text();
    await Promise.all([old.close(), fresh.close(), sandbox.close()]);
    server.close();
    expect(text).toMatch(stillAccepted ? /"entities"/ : /^invalid_credentials$/);
  });
});
