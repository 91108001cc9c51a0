import { type Answer, ApiClient, askToken, basic, closeAll, send, start } from '../../test/harness.ts';
import {
  AGENT,
  Browser,
  REDIRECT_URI,
  SUPERVISOR,
  codeOf,
  pkce,
  pkceUrl,
  refresh,
  tokensOf
} from '../../test/sign-in.ts';
import {
  type Sandbox,
  type SandboxClient,
  SANDBOX_CLIENT,
  SANDBOX_PUBLIC_CLIENT,
  SANDBOX_SIGN_IN_CLIENT
} from '../index.ts';

afterEach(closeAll);

const client = SANDBOX_SIGN_IN_CLIENT;
const invalidGrant = [400, 'invalid_grant'];
const outcome = ({ status, body }: Answer): unknown[] => [status, body.error];

async function apiStatus(sandbox: Sandbox, token: string | undefined): Promise<number> {
  return (await new ApiClient(sandbox.apiOrigin, token ?? '').get('/api/v2/users/me')).status;
}

describe('an authorization code', () => {
  it('gives a public client an access token and no refresh token', async () => {
    const { sandbox } = await start();
    const { form, headers } = await codeOf(sandbox);
    const answer = await askToken(sandbox.tokenEndpoint, form, headers);
    expect(answer.text).toMatch(/^\{"access_token":"[\w-]{86}","token_type":"bearer","expires_in":86399\}$/);
    expect(answer.headers.get('cache-control')).toBe('no-cache, no-store, must-revalidate');
  });

  it('gives a client with a secret a refresh token as well, with and without PKCE, by Basic and in the body', async () => {
    const { sandbox } = await start();
    const { form, headers } = await codeOf(sandbox, { client });
    expect((await askToken(sandbox.tokenEndpoint, form, headers)).text).toMatch(
      /^\{"access_token":"[\w-]{86}","token_type":"bearer","expires_in":86399,"refresh_token":"[\w-]{86}"\}$/
    );
    const url = pkceUrl(sandbox, {
      client_id: client.id,
      code_challenge: undefined,
      code_challenge_method: undefined
    }).url;
    const { callback } = await new Browser().submit(url, { email: AGENT, password: 'x' });
    const plain = { grant_type: 'authorization_code', code: callback['code'] ?? '', redirect_uri: REDIRECT_URI };
    const inBody = { ...plain, client_id: client.id, client_secret: client.secret };
    expect((await askToken(sandbox.tokenEndpoint, inBody)).status).toBe(200);
  });

  it('can be redeemed once; a second time revokes what it gave', async () => {
    const { sandbox } = await start();
    const { form, headers } = await codeOf(sandbox, { client });
    const first = await askToken(sandbox.tokenEndpoint, form, headers);
    const other = await tokensOf(sandbox, { client });
    const { refresh_token } = JSON.parse(first.text) as { refresh_token: string };
    expect(await apiStatus(sandbox, first.body.access_token)).toBe(200);
    expect(outcome(await askToken(sandbox.tokenEndpoint, form, headers))).toEqual(invalidGrant);
    expect(await apiStatus(sandbox, first.body.access_token)).toBe(401);
    expect(outcome(await refresh(sandbox, client, refresh_token))).toEqual(invalidGrant);
    expect(await apiStatus(sandbox, other.access_token)).toBe(200);
  });

  it('gives one set of tokens to many who redeem it at once', async () => {
    const { sandbox } = await start();
    const { form } = await codeOf(sandbox);
    const answers = await Promise.all(Array.from({ length: 20 }, () => askToken(sandbox.tokenEndpoint, form)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(sandbox.liveTokenCount()).toBe(0);
  });

  it('lives for a minute, or as long as the organization says', async () => {
    const { sandbox, clock } = await start();
    const [last, late] = [await codeOf(sandbox), await codeOf(sandbox)];
    clock.pass(59_999);
    expect((await askToken(sandbox.tokenEndpoint, last.form)).status).toBe(200);
    clock.pass(1);
    expect(outcome(await askToken(sandbox.tokenEndpoint, late.form))).toEqual(invalidGrant);
    const other = await start({ signIn: { codeSeconds: 600 } });
    const { form } = await codeOf(other.sandbox);
    other.clock.pass(599_999);
    expect((await askToken(other.sandbox.tokenEndpoint, form)).status).toBe(200);
  });

  it.each([
    ['another verifier', { code_verifier: pkce().verifier }],
    ['the challenge in place of the verifier', 'challenge'],
    ['no verifier', { code_verifier: undefined }],
    ['a verifier that is too long', { code_verifier: 'a'.repeat(129) }],
    ['another redirect URI of the client', { redirect_uri: 'http://localhost/' }],
    ['another port than the request had', { redirect_uri: 'http://localhost:4201/callback' }]
  ])('is refused and used up with %s', async (_what, wrong) => {
    const { sandbox } = await start();
    const { url, verifier } = pkceUrl(sandbox);
    const { callback } = await new Browser().submit(url, { email: AGENT, password: 'x' });
    const right = {
      grant_type: 'authorization_code',
      client_id: SANDBOX_PUBLIC_CLIENT.id,
      code: callback['code'] ?? '',
      code_verifier: verifier,
      redirect_uri: REDIRECT_URI
    };
    const challenge = new URL(url).searchParams.get('code_challenge') ?? '';
    const form: Record<string, string | undefined> = {
      ...right,
      ...(typeof wrong === 'string' ? { code_verifier: challenge } : wrong)
    };
    const sent = Object.fromEntries(
      Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined)
    );
    expect(outcome(await askToken(sandbox.tokenEndpoint, sent))).toEqual(invalidGrant);
    expect(outcome(await askToken(sandbox.tokenEndpoint, right))).toEqual(invalidGrant);
  });

  it('of a request without a challenge is refused with a verifier', async () => {
    const { sandbox } = await start();
    const url = pkceUrl(sandbox, {
      client_id: client.id,
      code_challenge: undefined,
      code_challenge_method: undefined
    }).url;
    const { callback } = await new Browser().submit(url, { email: AGENT, password: 'x' });
    const form = {
      grant_type: 'authorization_code',
      code: callback['code'] ?? '',
      code_verifier: pkce().verifier,
      redirect_uri: REDIRECT_URI
    };
    const headers = { authorization: basic(client.id, client.secret) };
    expect(outcome(await askToken(sandbox.tokenEndpoint, form, headers))).toEqual(invalidGrant);
  });

  it('of one client is unknown to another, and stays valid for its own', async () => {
    const { sandbox } = await start();
    const { form, headers } = await codeOf(sandbox, { client });
    const stolen = { ...form, client_id: SANDBOX_PUBLIC_CLIENT.id };
    expect(outcome(await askToken(sandbox.tokenEndpoint, stolen))).toEqual(invalidGrant);
    expect((await askToken(sandbox.tokenEndpoint, form, headers)).status).toBe(200);
  });

  it.each(['code', 'redirect_uri'])('needs %s', async (name) => {
    const { sandbox } = await start();
    const { form } = await codeOf(sandbox);
    const answer = await askToken(sandbox.tokenEndpoint, { ...form, [name]: '' });
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
    expect(answer.body.error_description).toContain(name);
  });

  it.each(['code', 'code_verifier', 'redirect_uri'])('with a %s that is sent twice is refused', async (name) => {
    const { sandbox } = await start();
    const { form } = await codeOf(sandbox);
    const body = new URLSearchParams(form);
    body.append(name, 'x');
    const answer = await send(sandbox.tokenEndpoint, { method: 'POST', body });
    expect([answer.status, answer.body.error_description]).toEqual([400, `${name} was sent more than once`]);
  });

  it.each(['', 'x', '__proto__', '\u0000', '日本🙂', 'a'.repeat(400_000)])(
    'that is made up (%j) is refused',
    async (code) => {
      const { sandbox } = await start();
      const { form } = await codeOf(sandbox);
      const answer = await askToken(sandbox.tokenEndpoint, { ...form, code });
      expect(answer.status).toBe(400);
      expect(sandbox.liveTokenCount()).toBe(0);
    }
  );
});

describe('the authentication of a client', () => {
  it('with a secret needs the secret, also with PKCE', async () => {
    const { sandbox } = await start();
    const { form } = await codeOf(sandbox, { client });
    const ask = (more: Record<string, string>, authorization?: string): Promise<Answer> =>
      askToken(sandbox.tokenEndpoint, { ...form, ...more }, authorization === undefined ? {} : { authorization });
    for (const answer of [
      await ask({ client_id: client.id }),
      await ask({ client_id: client.id, client_secret: 'wrong' }),
      await ask({}, basic(client.id, ''))
    ])
      expect(outcome(answer)).toEqual([401, 'invalid_client']);
  });

  it('without a secret fails when one is sent', async () => {
    const { sandbox } = await start();
    const { form } = await codeOf(sandbox);
    for (const secret of ['', 'x', 'undefined'])
      expect(outcome(await askToken(sandbox.tokenEndpoint, { ...form, client_secret: secret }))).toEqual([
        401,
        'invalid_client'
      ]);
  });

  it('does not help to another grant', async () => {
    const { sandbox } = await start();
    const asClient = { authorization: basic(client.id, client.secret) };
    const other = { authorization: basic(SANDBOX_CLIENT.id, SANDBOX_CLIENT.secret) };
    for (const [form, headers] of [
      [{ grant_type: 'client_credentials' }, asClient],
      [{ grant_type: 'client_credentials', client_id: SANDBOX_PUBLIC_CLIENT.id }, {}],
      [{ grant_type: 'authorization_code', code: 'x', redirect_uri: REDIRECT_URI }, other],
      [{ grant_type: 'refresh_token', refresh_token: 'x' }, other]
    ] as const)
      expect(outcome(await askToken(sandbox.tokenEndpoint, { ...form }, { ...headers }))).toEqual([
        400,
        'unauthorized_client'
      ]);
  });

  it('can leave no room for PKCE, where an organization has it so', async () => {
    const { sandbox } = await start({ signIn: { pkceWithSecret: false } });
    const { form, headers } = await codeOf(sandbox, { client });
    expect(outcome(await askToken(sandbox.tokenEndpoint, form, headers))).toEqual([400, 'invalid_request']);
  });
});

describe('a refresh token', () => {
  it('is replaced at each refresh; a replaced one revokes the whole sign-in, and no other', async () => {
    const { sandbox } = await start();
    const first = await tokensOf(sandbox, { client });
    const other = await tokensOf(sandbox, { client });
    const second = JSON.parse((await refresh(sandbox, client, first.refresh_token)).text) as typeof first;
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(await apiStatus(sandbox, second.access_token)).toBe(200);
    expect(outcome(await refresh(sandbox, client, first.refresh_token))).toEqual(invalidGrant);
    expect(outcome(await refresh(sandbox, client, second.refresh_token))).toEqual(invalidGrant);
    expect(await apiStatus(sandbox, second.access_token)).toBe(401);
    expect((await refresh(sandbox, client, other.refresh_token)).status).toBe(200);
  });

  it('gives one answer to many who use it at once', async () => {
    const { sandbox } = await start({ signIn: { revokeOnRefreshTokenReuse: false } });
    const { refresh_token } = await tokensOf(sandbox, { client });
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(sandbox, client, refresh_token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(sandbox.liveTokenCount()).toBe(2);
  });

  it('stays the same where an organization does not rotate', async () => {
    const { sandbox } = await start({ signIn: { rotateRefreshTokens: false } });
    const { refresh_token } = await tokensOf(sandbox, { client });
    for (let round = 0; round < 3; round++)
      expect(JSON.parse((await refresh(sandbox, client, refresh_token)).text)).toMatchObject({ refresh_token });
  });

  it('belongs to its client', async () => {
    const twin: SandboxClient = { ...client, id: 'twin' };
    const { sandbox } = await start({ clients: [client, twin, SANDBOX_PUBLIC_CLIENT] });
    const { refresh_token } = await tokensOf(sandbox, { client });
    for (const thief of [twin, SANDBOX_PUBLIC_CLIENT])
      expect(outcome(await refresh(sandbox, thief, refresh_token))).toEqual(invalidGrant);
    expect((await refresh(sandbox, client, refresh_token)).status).toBe(200);
  });

  it('ends after its time', async () => {
    const { sandbox, clock } = await start({ signIn: { refreshTokenSeconds: 60 } });
    const { refresh_token } = await tokensOf(sandbox, { client });
    clock.pass(60_000);
    expect(outcome(await refresh(sandbox, client, refresh_token))).toEqual(invalidGrant);
  });

  it('comes to nobody where an inactivity timeout is set, and to public clients only if told so', async () => {
    const strict = await start({ signIn: { inactivityTimeoutSeconds: 900, refreshTokensForPublicClients: true } });
    expect(await tokensOf(strict.sandbox, { client })).not.toHaveProperty('refresh_token');
    const generous = await start({ signIn: { refreshTokensForPublicClients: true } });
    const { refresh_token } = await tokensOf(generous.sandbox);
    expect((await refresh(generous.sandbox, SANDBOX_PUBLIC_CLIENT, refresh_token)).status).toBe(200);
  });

  it('dies with a new password; access tokens of that user as well', async () => {
    const { sandbox } = await start();
    const [changed, other] = [
      await tokensOf(sandbox, { client }),
      await tokensOf(sandbox, { client, email: SUPERVISOR })
    ];
    sandbox.faults.add({ type: 'revokeTokens', email: AGENT, refreshTokens: true });
    expect(await apiStatus(sandbox, changed.access_token)).toBe(401);
    expect(outcome(await refresh(sandbox, client, changed.refresh_token))).toEqual(invalidGrant);
    expect(await apiStatus(sandbox, other.access_token)).toBe(200);
    expect((await refresh(sandbox, client, other.refresh_token)).status).toBe(200);
  });

  it('outlives its access token', async () => {
    const { sandbox } = await start();
    const { access_token, refresh_token } = await tokensOf(sandbox, { client });
    sandbox.faults.add({ type: 'revokeTokens', email: AGENT });
    expect(await apiStatus(sandbox, access_token)).toBe(401);
    expect((await refresh(sandbox, client, refresh_token)).status).toBe(200);
  });
});

describe('the inactivity timeout', () => {
  const signIn = { inactivityTimeoutSeconds: 300 };

  it('ends a token that is not used, each token for itself', async () => {
    const { sandbox, clock } = await start({ signIn });
    const [used, idle] = [await tokensOf(sandbox), await tokensOf(sandbox)];
    for (let round = 0; round < 3; round++) {
      clock.pass(299_000);
      expect(await apiStatus(sandbox, used.access_token)).toBe(200);
    }
    expect(await apiStatus(sandbox, idle.access_token)).toBe(401);
    expect(sandbox.liveTokenCount()).toBe(1);
    clock.pass(300_000);
    expect(await apiStatus(sandbox, used.access_token)).toBe(401);
  });

  it('is returned by tokens/me, which counts as use unless preserveIdleTTL=true', async () => {
    const { sandbox, clock } = await start({ signIn });
    const api = new ApiClient(sandbox.apiOrigin, (await tokensOf(sandbox)).access_token);
    const idles = clock.now() + 300_000;
    clock.pass(100_000);
    const looked = await api.get('/api/v2/tokens/me?preserveIdleTTL=true');
    expect(looked.body).toMatchObject({ dateTokenIdles: new Date(idles).toISOString() });
    const used = await api.get('/api/v2/tokens/me');
    expect(used.body).toMatchObject({ dateTokenIdles: new Date(idles + 100_000).toISOString() });
    clock.pass(299_999);
    expect((await api.get('/api/v2/tokens/me?preserveIdleTTL=true', 'HEAD')).status).toBe(200);
    clock.pass(1);
    expect((await api.get('/api/v2/tokens/me?preserveIdleTTL=true')).status).toBe(401);
  });

  it('does not apply to client credentials', async () => {
    const { sandbox, clock } = await start({ signIn });
    const api = await ApiClient.of(sandbox);
    clock.pass(1_000_000);
    expect((await api.get('/api/v2/tokens/me')).status).toBe(200);
  });
});

describe('the rate limit of token requests', () => {
  it('is HTTP 400, and counts made-up codes and refresh tokens of a client', async () => {
    const { sandbox, clock } = await start({ rateLimit: { tokenRequestsPerMinute: 3 } });
    const { form, headers } = await codeOf(sandbox, { client });
    await askToken(sandbox.tokenEndpoint, { ...form, code: 'made-up' }, headers);
    await refresh(sandbox, client, 'made-up');
    await refresh(sandbox, client, 'made-up');
    const limited = await askToken(sandbox.tokenEndpoint, form, headers);
    expect(outcome(limited)).toEqual([400, 'invalid_request']);
    expect(limited.body.error_description).toMatch(/^rate limit exceeded; /);
    expect(limited.headers.get('retry-after')).toBeNull();
    expect((await tokensOf(sandbox)).access_token).toBeDefined();
    clock.pass(60_000);
    expect(outcome(await askToken(sandbox.tokenEndpoint, form, headers))).toEqual(invalidGrant);
  });
});

describe('CORS of the token endpoint', () => {
  const clients: SandboxClient[] = [
    SANDBOX_CLIENT,
    { ...SANDBOX_PUBLIC_CLIENT, redirectUris: ['https://app.example/callback', 'http://localhost/callback'] }
  ];

  it.each(['https://app.example', 'http://localhost', 'http://localhost:4200'])(
    'lets a page of %s read the answer, errors included',
    async (origin) => {
      const { sandbox } = await start({ clients });
      const answer = await askToken(sandbox.tokenEndpoint, { grant_type: 'magic' }, { origin });
      expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([400, origin]);
      expect(answer.headers.get('vary')).toBe('Origin');
      const preflight = await send(sandbox.tokenEndpoint, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' }
      });
      expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([204, 'POST']);
      expect(sandbox.tokenRequestCount()).toBe(1);
    }
  );

  it.each(['https://evil.example', 'http://app.example', 'https://app.example:8443', 'https://localhost:4200', 'null'])(
    'keeps the answer from a page of %s',
    async (origin) => {
      const { sandbox } = await start({ clients });
      const answer = await askToken(sandbox.tokenEndpoint, { grant_type: 'magic' }, { origin });
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      const headers = { origin, 'access-control-request-method': 'POST' };
      expect((await send(sandbox.tokenEndpoint, { method: 'OPTIONS', headers })).status).toBe(405);
    }
  );
});

describe('a fault of the token endpoint', () => {
  it('refuses one grant type and leaves the others alone', async () => {
    const { sandbox } = await start();
    const { refresh_token } = await tokensOf(sandbox, { client });
    sandbox.faults.add({ type: 'tokenError', error: 'invalid_grant', grantType: 'refresh_token', times: 1 });
    expect(outcome(await refresh(sandbox, client, refresh_token))).toEqual(invalidGrant);
    expect(await tokensOf(sandbox)).toBeDefined();
    expect((await refresh(sandbox, client, refresh_token)).status).toBe(200);
  });

  it('can have any error, description and status', async () => {
    const { sandbox } = await start();
    sandbox.faults.add({ type: 'tokenError', error: 'invalid_client', description: 'ip not allowed', status: 401 });
    const answer = await refresh(sandbox, client, 'x');
    expect([answer.status, answer.body]).toEqual([
      401,
      { error: 'invalid_client', description: 'ip not allowed', error_description: 'ip not allowed' }
    ]);
  });

  it('can lose the answer of a refresh that was done: the old token is replaced then', async () => {
    const { sandbox } = await start();
    const { refresh_token } = await tokensOf(sandbox, { client });
    sandbox.faults.add({ type: 'loseAnswer', route: '/oauth/token', times: 1 });
    await expect(refresh(sandbox, client, refresh_token)).rejects.toThrow();
    expect(sandbox.liveTokenCount()).toBe(2);
    expect(outcome(await refresh(sandbox, client, refresh_token))).toEqual(invalidGrant);
  });
});
