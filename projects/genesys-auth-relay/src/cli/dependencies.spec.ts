import type { ServerResponse } from 'node:http';
import { type RelayConfigInput, parseRelayConfig } from '../index.ts';
import { CONNECTIONS } from '../runtime/connections.ts';
import { ask, fromHere } from '../testing/ask.ts';
import { certificateMaker } from '../testing/certificate.ts';
import { configFor } from '../testing/config.ts';
import { setUpProxy } from '../testing/proxy-setup.ts';
import { setUp } from '../testing/setup.ts';
import { until } from '../testing/until.ts';
import { describeConfig } from './check.ts';

describe('the hosts that the relay depends on', () => {
  it('13.1.2 13.1.3 is printed by check: connections, time-outs, retries, and what happens while they are unreachable', () => {
    const endpoints = { tokenEndpoint: 'https://login.example/oauth/token', apiOrigin: 'https://api.example' };
    const identities = [{ type: 'jwt' as const, issuer: 'https://idp.example', audience: 'relay' }];
    const input = configFor(endpoints, { identities }, { timeoutMs: 4321 });
    const lines = describeConfig(parseRelayConfig(input, { RELAY_TEST_SECRET: 'CANARY' })).split('\n');
    const line = (host: string) => lines.find((text) => text.startsWith(`to ${host}:`));
    expect(line('login.example')).toBe(
      'to login.example: at most 16 connections, idle ones kept 10 s; 4321 ms for a token request with its retries (3 tries, 100 to 2000 ms apart, Retry-After up to 30 s); after a permanent refusal a pause of 5 s to 60 s; while it is unreachable live tokens stay in use, other requests get a 503'
    );
    expect(line('api.example')).toMatch(
      /at most 4 connections.*4321 ms, no retry; while it is unreachable tokens are kept/
    );
    expect(line('idp.example')).toMatch(
      /at most 2 connections.*5000 ms, keys read again after 600 s and at most every 30 s; .*last keys are used for 86400 s/
    );
    expect(lines.join('\n')).not.toContain('CANARY');
    expect(lines.filter((text) => text.startsWith('to '))).toHaveLength(3);
  });

  it('13.1.2 13.1.3 is printed for forwarded calls and for the hub, too', () => {
    const endpoints = { tokenEndpoint: 'https://login.example/oauth/token', apiOrigin: 'https://api.example' };
    const scopes = ['analytics', 'routing', 'notifications'];
    const input = configFor(endpoints, {
      mode: 'proxy',
      proxy: { connections: 77, timeoutMs: 4000, replayBytes: 1234 },
      scopes,
      roles: { developer: { scopes } },
      notifications: { channels: 2 },
      identities: [
        { type: 'jwt', issuer: 'https://idp.example', audience: 'relay', jwksUri: 'https://keys.example/jwks' }
      ]
    });
    const lines = describeConfig(parseRelayConfig(input, { RELAY_TEST_SECRET: 'CANARY' })).split('\n');
    const [, passedOn, channels, ...keys] = lines.filter((text) => /^to (?!login)/.test(text));
    expect(passedOn).toMatch(
      /^to api\.example: at most 77 connections, idle ones kept 10 s, for forwarded calls; 4000 ms to connect, 4000 ms until an answer begins.*GET, HEAD, PUT, DELETE with a body of at most 1234 bytes are sent again once/
    );
    expect(channels).toMatch(/^to api\.example: at most 4 connections.*2000 ms a call.*at most 2 WebSockets.* 35 s of/);
    expect(keys).toEqual([expect.stringMatching(/^to keys\.example: at most 2 connections/)]);
  });

  it('13.1.2 13.1.3 is printed for sign-in, tokens of callers, and certificates, too', () => {
    const roles = { agent: { everyone: true } };
    const certificates = certificateMaker();
    onTestFinished(() => {
      certificates.clear();
    });
    const { key, cert } = certificates.make('relay');
    const input: RelayConfigInput = {
      genesys: {
        tokenEndpoint: 'https://login.example/oauth/token',
        apiOrigin: 'https://api.example',
        client: { id: 'relay', auth: 'tls_client_auth', key: { env: 'KEY' }, certificate: { env: 'CERTIFICATE' } },
        timeoutMs: 4321
      },
      scopes: ['presence'],
      roles: { agent: { scopes: ['presence'] } },
      identities: [{ type: 'genesysToken', clients: ['id'], organizations: ['org'], roles }],
      signIn: {
        client: { id: 'id', secret: { env: 'SECRET' } },
        redirectUri: 'https://app.example/sign-in/callback',
        authorizeEndpoint: 'https://login.example/oauth/authorize',
        logoutEndpoint: 'https://login.example/logout',
        appUrl: 'https://app.example/',
        organizations: ['org'],
        roles
      }
    };
    const env = { SECRET: 'CANARY', KEY: key, CERTIFICATE: cert };
    const lines = describeConfig(parseRelayConfig(input, env)).split('\n');
    const [login, , , userTokens, users, ofCallers, ...more] = lines.filter((text) => text.startsWith('to '));
    expect(login).toMatch(
      /^to login\.example: at most 16 connections, idle ones kept 10 s, as many for each certificate;/
    );
    expect(userTokens).toMatch(
      /^to login\.example: at most 16 connections, each for one request, for tokens of users; 4321 ms, sent again once when no connection was made; while it is unreachable sign-in fails/
    );
    expect(users).toMatch(
      /^to api\.example: at most 16 connections.* for signed-in users and their tokens; 4321 ms, no retry, users read again after 300 s; .*are used for 900 s, then the user gets a 503/
    );
    expect(ofCallers).toMatch(
      /^to api\.example: at most 16 connections.* for tokens that callers send; 4321 ms, no retry, checked again after 60 s; while it is unreachable callers get a 503/
    );
    expect(more).toEqual([]);
    expect(lines.join('\n')).not.toContain('CANARY');
  });

  it('13.2.6 a forwarded call uses no more connections than that', async () => {
    const world = await setUpProxy({ proxy: { connections: 3 } });
    const held: ServerResponse[] = [];
    world.api.answerWith((_call, response) => held.push(response));
    const call = { method: 'GET', headers: { 'x-genesys-auth': '1' } };
    const asked = Array.from({ length: 10 }, () => ask(world.at('/api/v2/routing/queues'), call));
    await until(() => held.length === 3, 'three calls at the API');
    // A round trip more, in which a fourth call would arrive.
    await ask(world.at('/session'), call);
    // One of them is that of the token request.
    expect(await world.api.connections()).toBeLessThanOrEqual(4);
    expect(held).toHaveLength(3);
    world.api.answerWith((_call, response) => response.end());
    for (const response of held) response.end();
    for (const { status } of await Promise.all(asked)) expect(status).toBe(200);
    await world.close();
  });

  it('13.2.6 is the limit in use: no more connections, however many tokens are requested at once', async () => {
    const scopes = ['analytics', 'routing', 'users', 'presence', 'telephony'];
    const world = await setUp({
      config: {
        scopes,
        roles: { developer: { scopes } },
        limits: { scopeSetsPerCaller: 100 }
      },
      genesys: { timeoutMs: 10_000 }
    });
    const held: ServerResponse[] = [];
    let full = (): void => undefined;
    const filled = new Promise<void>((resolve) => (full = resolve));
    world.server.answerWith((response) => {
      held.push(response);
      if (held.length === CONNECTIONS.tokenEndpoint.connections) full();
    });
    const sets = Array.from({ length: 31 }, (_, index) =>
      scopes.filter((_scope, bit) => ((index + 1) & (1 << bit)) > 0)
    );
    const asked = sets.map((set) => ask(`${world.relay.url}/token`, fromHere({ scopes: set })));
    await filled;
    // Whatever else is wanted waits its turn: what the relay answers meanwhile goes the same way and back.
    expect((await ask(`${world.relay.url}/nope`, {})).status).toBe(404);
    expect(await world.server.connections()).toBe(CONNECTIONS.tokenEndpoint.connections);
    expect(held).toHaveLength(CONNECTIONS.tokenEndpoint.connections);
    const grant = (response: ServerResponse) =>
      response.end(
        JSON.stringify({ access_token: `t${held.indexOf(response)}`, token_type: 'bearer', expires_in: 60 })
      );
    world.server.answerWith((response) => {
      held.push(response);
      grant(response);
    });
    for (const response of [...held]) grant(response);
    for (const { status } of await Promise.all(asked)) expect(status).toBe(200);
    expect(held).toHaveLength(31);
    await world.close();
  });
});
