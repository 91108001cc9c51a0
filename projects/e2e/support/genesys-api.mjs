// A stub of the Genesys API for access tokens of oidc-provider: tokens/me, users/me, and one answer for every other operation,
// which names the user of the token.

/** The organization of every user. */
const organization = { id: 'organization-1', name: 'Example' };

/**
 * @param {import('oidc-provider').Provider} provider
 * @returns {(request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => Promise<void>}
 */
export function createGenesysApi(provider) {
  return async ({ method, url, headers }, response) => {
    const send = (status, body) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const value = (headers.authorization ?? '').replace(/^bearer /i, '');
    const token = (await provider.AccessToken.find(value)) ?? (await provider.ClientCredentials.find(value));
    if (!token?.isValid) {
      send(401, { status: 401, code: 'bad.credentials', message: 'Invalid login credentials.' });
      return;
    }
    const { accountId, clientId } = token;
    const path = url.split('?')[0];
    if (path === '/api/v2/tokens/me' && method === 'DELETE') {
      await token.destroy();
      send(200, {});
    } else if (path === '/api/v2/tokens/me') {
      send(200, {
        organization,
        homeOrganization: organization,
        authorizedScope: ['routing:readonly', 'user-basic-info'],
        OAuthClient: {
          id: clientId,
          name: clientId,
          organization,
          authorizedGrantType: accountId ? 'CODE' : 'CLIENT-CREDENTIALS'
        }
      });
    } else if (path === '/api/v2/users/me' && !accountId) {
      send(400, { status: 400, code: 'not.a.user', message: 'This request requires a user context.' });
    } else if (path === '/api/v2/users/me') {
      send(200, {
        id: `user-${accountId}`,
        name: accountId,
        email: `${accountId}@example.test`,
        division: { id: 'division-1' },
        authorization: { roles: [{ id: 'role-1', name: 'Agent' }] },
        groups: []
      });
    } else send(200, { calledAs: accountId });
  };
}
