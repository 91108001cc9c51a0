import { createTokenSource, TokenSourceError } from '../index.ts';
import { SECRET_ENV } from '../testing/config.ts';
import { type TokenServer, replyWith, startTokenServer, tokenNumber } from '../testing/token-server.ts';

describe('createTokenSource()', () => {
  let server: TokenServer;
  let open: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    server = await startTokenServer();
    open = [];
  });
  afterEach(async () => {
    for (const close of open) await close();
    await server.close();
  });
  const start = async (more: object = {}) => {
    const { tokenEndpoint, apiOrigin } = server;
    const source = await createTokenSource(
      {
        genesys: { tokenEndpoint, apiOrigin, client: { id: 'server', secret: { env: SECRET_ENV } }, ...more },
        scopes: ['analytics', 'routing:readonly']
      },
      { env: { [SECRET_ENV]: 'secret' } }
    );
    open.push(() => source.close());
    return source;
  };

  it('sends one token request for all concurrent callers', async () => {
    const source = await start();
    const tokens = await Promise.all(Array.from({ length: 200 }, () => source.token()));
    expect(new Set(tokens.map(({ accessToken }) => accessToken))).toEqual(new Set([tokenNumber(1)]));
    expect(tokens[0]).toMatchObject({
      authorization: `Bearer ${tokenNumber(1)}`,
      scopes: ['analytics', 'routing:readonly']
    });
    expect(tokens[0]?.expiresInMs).toBeGreaterThan(3500_000);
    expect(server.received).toHaveLength(1);
    expect(server.received[0]?.faults).toEqual([]);
    expect(server.received[0]?.form.get('scope')).toBe('analytics routing:readonly');
  });

  it('gives a token for less, when less is asked for', async () => {
    const source = await start();
    expect((await source.token(['analytics:readonly'])).scopes).toEqual(['analytics:readonly']);
    expect(server.received[0]?.form.get('scope')).toBe('analytics:readonly');
  });

  it('refuses a scope that is not configured before anything is sent, and names the nearest', async () => {
    const source = await start();
    const error: unknown = await source.token(['anaytics']).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TokenSourceError);
    expect(error).toMatchObject({ code: 'scope_not_registered', hint: expect.stringContaining('analytics') });
    expect(server.received).toHaveLength(0);
  });

  it('reports upstream failures with a code and a hint', async () => {
    const source = await start();
    server.answerWith(replyWith(401, { error: 'invalid_client' }));
    await expect(source.token()).rejects.toMatchObject({
      code: 'upstream_invalid_client',
      hint: expect.stringContaining('secret')
    });
    await expect(source.token()).rejects.toMatchObject({ retryAfterMs: 5000 });
  });

  it('returns no token with fewer scopes than were requested', async () => {
    const source = await start();
    server.answerWith({ scope: 'analytics' });
    await expect(source.token()).rejects.toMatchObject({
      code: 'upstream_invalid_scope',
      scopes: ['routing:readonly'],
      message: expect.stringContaining('routing:readonly')
    });
    expect((await source.token(['analytics'])).scopes).toEqual(['analytics']);
  });

  it('replaces a token the API refuses, and only if it is dead', async () => {
    const source = await start();
    const { accessToken } = await source.token();
    await source.rejected(accessToken);
    expect((await source.token()).accessToken).toBe(accessToken);
    await source.rejected('never handed out');
    expect(server.verified).toHaveLength(1);

    const other = await start();
    const dead = (await other.token()).accessToken;
    server.verifyWith(401);
    await other.rejected(dead);
    expect((await other.token()).accessToken).not.toBe(dead);
  });

  it('gives the tokens of a pool in turn', async () => {
    const source = await start({ client: { id: 'server', secret: { env: SECRET_ENV }, pool: 3 } });
    const tokens = [];
    for (let index = 0; index < 6; index++) tokens.push((await source.token()).accessToken);
    expect(tokens).toEqual([1, 2, 3, 1, 2, 3].map(tokenNumber));
    server.verifyWith(401);
    await source.rejected(tokenNumber(2));
    expect((await source.token()).accessToken).toBe(tokenNumber(1));
    expect((await source.token()).accessToken).toBe(tokenNumber(4));
  });

  it('picks the narrowest of several clients, and says so when none covers all', async () => {
    const secret = { env: SECRET_ENV };
    const source = await createTokenSource(
      {
        genesys: {
          tokenEndpoint: server.tokenEndpoint,
          apiOrigin: server.apiOrigin,
          clients: [
            { id: 'reader', secret, scopes: ['analytics:readonly'] },
            { id: 'router', secret, scopes: ['routing'] }
          ]
        },
        scopes: ['analytics:readonly', 'routing']
      },
      { env: { [SECRET_ENV]: 'secret' } }
    );
    open.push(() => source.close());
    await source.token(['routing']);
    expect(Buffer.from(server.received[0]?.headers.authorization?.slice(6) ?? '', 'base64').toString()).toBe(
      'router:secret'
    );
    await expect(source.token()).rejects.toMatchObject({ code: 'scope_not_covered' });
  });
});
