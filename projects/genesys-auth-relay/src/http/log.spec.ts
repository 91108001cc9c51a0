import { request } from 'node:http';
import pino from 'pino';
import { parseRelayConfig } from '../index.ts';
import { ask, asForm, fromHere } from '../testing/ask.ts';
import { KEY } from '../testing/config.ts';
import { startIdentityProvider } from '../testing/identity-provider.ts';
import { setUpProxy } from '../testing/proxy-setup.ts';
import { setUp } from '../testing/setup.ts';
import { until } from '../testing/until.ts';
import { replyWith } from '../testing/token-server.ts';
import { logStart } from './start-log.ts';

const FIELDS = new Set(
  [
    'time',
    'level',
    'event',
    'msg',
    'requestId',
    'method',
    'route',
    'status',
    'code',
    'identity',
    'subject',
    'durationMs'
  ].concat([
    'scopes',
    'lifetimeSeconds',
    'behind',
    'refused',
    'mode',
    'grant',
    'region',
    'tokenEndpoint',
    'apiOrigin',
    'client',
    'clients',
    'identities',
    'roles'
  ])
);

function recorder() {
  const lines: string[] = [];
  const options = { level: 'trace', base: null, timestamp: pino.stdTimeFunctions.isoTime };
  return { lines, log: pino(options, { write: (line: string) => void lines.push(line) }) };
}

describe('the log', () => {
  it('F9 16.2.3 16.2.5 holds no secret, token, key, query or body, whatever happens, and known fields only', async () => {
    const { lines, log } = recorder();
    const world = await setUp({ secret: 'CANARY-secret', runtime: { log } });
    const answers: string[] = [];
    const send = async (path: string, sent: Parameters<typeof ask>[1]) => {
      const { status, text } = await ask(`${world.relay.url}${path}`, sent);
      if (status !== 200) answers.push(text);
    };
    world.server.answerWith({ access_token: 'CANARY-token', refresh_token: 'CANARY-refresh' });
    await send('/token', fromHere());
    await send('/token', asForm({ grant_type: 'client_credentials', client_id: 'reports', client_secret: KEY.key }));
    await send(
      '/token',
      asForm({ grant_type: 'client_credentials', client_id: 'reports', client_secret: 'CANARY-wrong' })
    );
    await send('/token?client_secret=CANARY-query', {});
    await send('/CANARY-path?x=CANARY-query', {});
    await send('/token', { headers: { authorization: 'Bearer CANARY.bearer.x' } });
    await send('/token', { headers: { authorization: 'Basic CANARYbasic' } });
    await send('/token', fromHere({ scopes: ['analytics'], rejected: 'CANARY-rejected' }));
    world.server.answerWith(replyWith(400, { error: 'CANARY-code', error_description: 'CANARY-body' }));
    await send('/token', fromHere({ scopes: ['routing'] }));
    world.server.answerWith(replyWith(200, '<html>CANARY-html</html>'));
    await send('/token', fromHere({ scopes: ['routing'] }));
    await world.close();

    const written = lines.join('');
    expect(lines.length).toBeGreaterThan(10);
    for (const text of [written, ...answers]) {
      expect(text).not.toContain('CANARY');
      expect(text).not.toContain(KEY.key);
      expect(text).not.toContain('relay-client');
    }
    for (const line of lines) {
      const fields = Object.keys(JSON.parse(line) as object);
      expect(fields.filter((field) => !FIELDS.has(field))).toEqual([]);
    }
  });

  it('16.3.1 16.3.2 16.2.1 16.2.2 16.2.4 has one warning for each refusal, with its code, in UTC and with the request id of the answer', async () => {
    const { lines, log } = recorder();
    const world = await setUp({ runtime: { log } });
    const refused = [
      await ask(`${world.relay.url}/token`, {}),
      await ask(`${world.relay.url}/token`, { headers: { authorization: 'Bearer wrong' } }),
      await ask(`${world.relay.url}/token`, fromHere({ scopes: ['admin:platform'] })),
      await ask(`${world.relay.url}/nope`, {})
    ];
    await world.close();
    const warnings = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ level }) => level === 40);
    expect(warnings.map(({ code }) => code)).toEqual(refused.map(({ body }) => body['code']));
    warnings.forEach((warning, index) => {
      expect(refused[index]!.body['instance']).toBe(`urn:uuid:${String(warning['requestId'])}`);
      expect(warning['time']).toMatch(/Z$/);
    });
  });

  it('O8 flags a token that can do more than was asked for, once', async () => {
    const { lines, log } = recorder();
    const world = await setUp({ runtime: { log } });
    world.server.answerWith({ scope: 'analytics profile' });
    await ask(`${world.relay.url}/token`, fromHere());
    await ask(`${world.relay.url}/token`, fromHere());
    await world.close();
    const flagged = lines
      .map((line) => JSON.parse(line) as object)
      .filter((line) => 'event' in line && line.event === 'wider_grant');
    expect(flagged).toEqual([expect.objectContaining({ level: 40, scopes: ['profile'] })]);
  });

  it('16.5.1 16.5.4 says nothing of an unexpected fault but the request id, which leads to it', async () => {
    const { lines, log } = recorder();
    const random = () => {
      throw new TypeError('CANARY-detail');
    };
    const world = await setUp({ runtime: { log, random } });
    const answer = await ask(`${world.relay.url}/token`, fromHere());
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal_error', error: 'server_error' } });
    expect(answer.text).not.toMatch(/CANARY|TypeError|\.ts/);
    const line = lines
      .map((text) => JSON.parse(text) as Record<string, unknown>)
      .find(({ event }) => event === 'internal_error');
    expect(line).toMatchObject({ level: 50, error: 'TypeError' });
    expect(answer.body['instance']).toBe(`urn:uuid:${String(line!['requestId'])}`);
    expect(lines.join('')).not.toContain('CANARY');
    expect(
      (await ask(`${world.relay.url}/session`, { method: 'GET', headers: { 'x-genesys-auth': '1' } })).status
    ).toBe(200);
    await world.close();
  });

  it('B2 says at start which grant and mode it serves', async () => {
    const { lines, log } = recorder();
    await (await setUp({ runtime: { log } })).close();
    expect(JSON.parse(lines[0]!)).toMatchObject({ event: 'started', mode: 'token', grant: 'client_credentials' });
  });

  it('B2 says at start whose tokens go with API calls', () => {
    const genesys = { tokenEndpoint: 'https://login.example/oauth/token', apiOrigin: 'https://api.example' };
    const client = { id: 'id', secret: { env: 'SECRET' } };
    const roles = { agent: { everyone: true } };
    const users = {
      client,
      redirectUri: 'https://app.example/sign-in/callback',
      authorizeEndpoint: 'https://login.example/oauth/authorize',
      logoutEndpoint: 'https://login.example/logout',
      appUrl: 'https://app.example/',
      organizations: ['org'],
      roles
    };
    const common = { scopes: ['presence'], roles: { agent: { scopes: ['presence'] } } };
    const started = (config: object) => {
      const { lines, log } = recorder();
      logStart(parseRelayConfig({ genesys, ...common, ...config }, { SECRET: 'CANARY-secret' }), log);
      return JSON.parse(lines[0]!) as unknown;
    };
    const ofUsers = 'those of signed-in users, with the rights of the user';
    const ofRelay = 'those of the relay, with the rights of its OAuth client';
    const withClient = { genesys: { ...genesys, client } };
    expect(started({ signIn: users })).toMatchObject({
      grant: 'authorization_code',
      msg: `the relay forwards API calls in proxy mode, with these access tokens: ${ofUsers}; each call is checked against the rights of the caller`
    });
    expect(started({ signIn: users, ...withClient })).toMatchObject({
      grant: 'authorization_code and client_credentials',
      msg: expect.stringContaining(`${ofUsers}; ${ofRelay};`)
    });
    expect(started({ signIn: { ...users, actAs: 'service' }, ...withClient })).toMatchObject({
      grant: 'client_credentials',
      msg: expect.stringContaining(`these access tokens: ${ofRelay};`)
    });
    const identities = [{ type: 'genesysToken', clients: ['id'], organizations: ['org'], roles }];
    expect(started({ identities })).toMatchObject({
      grant: 'none',
      msg: expect.stringContaining('those that callers send, with the rights of their user;')
    });
  });

  it('16.4.1 writes no name that a terminal would obey, even where names are written out', async () => {
    const { lines, log } = recorder();
    const provider = await startIdentityProvider({ now: () => Date.parse('2026-05-01T08:00:00Z') / 1000 });
    const identities = [{ type: 'jwt' as const, issuer: provider.issuer, audience: 'relay' }];
    const world = await setUp({ config: { identities, log: { level: 'info', subject: 'plain' } }, runtime: { log } });
    const subjects = [
      'Zoë',
      'a\n{"level":60}',
      '\u001b[31mred',
      '\u009b31m',
      'x\u2028y\u2029',
      '\u202egnp.exe',
      'y'.repeat(999)
    ];
    for (const sub of subjects) {
      const headers = { authorization: `Bearer ${await provider.token({ sub })}` };
      expect((await ask(`${world.relay.url}/session`, { method: 'GET', headers })).status).toBe(200);
    }
    await world.close();
    await provider.close();
    const written = lines.filter((line) => line.includes('"route":"/session"'));
    expect(written).toHaveLength(subjects.length);
    for (const line of written) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}](?!$)/u);
    const names = written.map((line) => (JSON.parse(line) as { subject: string }).subject);
    expect(names.slice(0, 4)).toEqual(['Zoë', 'a?{"level":60}', '?[31mred', '?31m']);
    expect(names.at(-1)).toHaveLength(200);
  });

  it('16.2.5 names callers by hash unless subject is plain', async () => {
    for (const [subject, expected] of [
      ['hashed', /^[0-9a-f]{16}$/],
      ['plain', /^reports$/]
    ] as const) {
      const { lines, log } = recorder();
      const world = await setUp({ config: { log: { level: 'info', subject } }, runtime: { log } });
      await ask(`${world.relay.url}/session`, { method: 'GET', headers: { authorization: `Bearer ${KEY.key}` } });
      await world.close();
      const line = lines
        .map((text) => JSON.parse(text) as Record<string, unknown>)
        .find(({ event }) => event === 'request');
      expect(line!['subject']).toMatch(expected);
    }
  });

  it.each(['GET', 'POST'])(
    '16.2.1 logs 499 for a caller that disconnected before the answer began (%s)',
    async (method) => {
      const { lines, log } = recorder();
      const statuses: number[] = [];
      const observer = { requestAnswered: ({ status }: { status: number }) => void statuses.push(status) };
      const world = await setUpProxy({ runtime: { log, observer } });
      try {
        const called = new Promise<void>((resolve) => {
          world.api.answerWith(() => {
            resolve();
          });
        });
        const path = method === 'GET' ? '/api/v2/routing/queues' : '/api/v2/analytics/queues/observations/query';
        const sent = request(world.at(path), { method, agent: false, headers: { 'x-genesys-auth': '1' } });
        sent.on('error', () => undefined);
        sent.end(method === 'GET' ? undefined : '{}');
        await called;
        sent.destroy();
        const line = await until(() => lines.find((text) => text.includes('"event":"request"')), 'the log line');
        expect(JSON.parse(line)).toMatchObject({ route: '/api/v2/*', status: 499 });
        expect(statuses).toEqual([499]);
      } finally {
        await world.close();
      }
    }
  );
});
