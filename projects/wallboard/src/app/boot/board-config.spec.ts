import { BoardConfigError, loadBoardConfig, readBoardConfig } from './board-config';

const config = {
  apiOrigin: 'https://api.mypurecloud.de',
  mode: 'token',
  relay: '/genesys',
  scopes: ['a'],
  optionalScopes: ['b']
};

describe('readBoardConfig', () => {
  it('reads what the server says', () => {
    expect(readBoardConfig(config)).toEqual(config);
  });

  it('reads the mode', () => {
    expect(readBoardConfig({ ...config, mode: 'proxy' }).mode).toBe('proxy');
    expect(readBoardConfig({ ...config, mode: undefined }).mode).toBe('token');
  });

  it('reads the company’s sign-in, where there is one', () => {
    const signIn = { authority: 'https://idp.example', clientId: 'board', resource: 'urn:relay' };
    expect(readBoardConfig({ ...config, signIn }).signIn).toEqual({ ...signIn, scope: 'openid' });
  });

  it('reads whether users sign in with Genesys Cloud', () => {
    expect(readBoardConfig({ ...config, genesysSignIn: true }).genesysSignIn).toBe(true);
    expect(readBoardConfig({ ...config, genesysSignIn: 'yes' })).toEqual(config);
  });

  it.each([
    ['apiOrigin', { ...config, apiOrigin: undefined }],
    ['relay', { ...config, relay: '' }],
    ['signIn.clientId', { ...config, signIn: { authority: 'https://idp.example' } }],
    ['apiOrigin', null]
  ])('names the missing key %s', (key, answer) => {
    expect(() => readBoardConfig(answer)).toThrow(new BoardConfigError(`The board’s configuration has no "${key}".`));
  });
});

describe('loadBoardConfig', () => {
  const answer = (promise: Promise<unknown>) => {
    Object.defineProperty(globalThis, 'fetch', { configurable: true, writable: true, value: () => promise });
  };

  it('reads the answer', async () => {
    answer(Promise.resolve({ ok: true, json: () => Promise.resolve(config) }));
    await expect(loadBoardConfig()).resolves.toEqual(config);
  });

  it.each([
    ['status 500', Promise.resolve({ ok: false, status: 500 })],
    ['Failed to fetch', Promise.reject(new TypeError('Failed to fetch'))],
    ['Unexpected token', Promise.resolve({ ok: true, json: () => Promise.reject(new SyntaxError('Unexpected token')) })]
  ])('says why it could not be read: %s', async (why, promise) => {
    answer(promise);
    const error: unknown = await loadBoardConfig().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BoardConfigError);
    expect(error).toMatchObject({ message: expect.stringContaining(why), hint: expect.stringContaining('server') });
  });
});
