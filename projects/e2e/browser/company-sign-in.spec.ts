import type { Browser } from 'playwright-core';
import { startWallboard, type Wallboard } from '../../wallboard/server/index.ts';
import { screenshot } from '../support/board.ts';
import { Cleanup } from '../support/cleanup.ts';
import { describeInChromium, launchChromium, record } from '../support/chromium.ts';
import { startOAuthServer, type OAuthServer } from '../support/oauth-server.ts';
import { freePort } from '../../../scripts/lib/free-port.cjs';

const audience = 'https://relay.example.com';

describeInChromium('the wallboard with oidc-provider as the company’s identity provider', () => {
  const cleanup = new Cleanup();
  let browser: Browser;
  let idp: OAuthServer;
  let wallboard: Wallboard;

  beforeAll(async () => {
    browser = await cleanup.keep(launchChromium());
    const port = await freePort();
    idp = await cleanup.keep(
      startOAuthServer({
        clients: [
          {
            client_id: 'wallboard',
            grant_types: ['authorization_code'],
            response_types: ['code'],
            redirect_uris: [`http://localhost:${String(port)}/`],
            token_endpoint_auth_method: 'none',
            application_type: 'native'
          }
        ],
        scopes: ['relay'],
        tokenTtl: 300,
        audience,
        roles: { ann: ['supervisor'], bob: [] }
      })
    );
    wallboard = await cleanup.keep(
      startWallboard({
        port,
        loginPort: 0,
        apiPort: 0,
        relay: {
          identities: [{ type: 'jwt', issuer: idp.origin, audience, algorithms: ['RS256'], rolesPointer: '/roles' }],
          roles: {
            supervisor: { scopes: ['analytics:readonly', 'notifications', 'organization:readonly', 'routing:readonly'] }
          }
        },
        signIn: { authority: idp.origin, clientId: 'wallboard', scope: 'openid relay', resource: audience }
      })
    );
  });
  afterAll(() => cleanup.run());

  const signIn = async (login: string) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    const received = record(page);
    await page.goto(wallboard.url);
    await page.locator('input[name="login"]').fill(login);
    await page.locator('input[name="password"]').fill('any');
    await page.locator('button[type="submit"]').click();
    await page.getByRole('button', { name: 'Continue' }).click();
    return { page, received, close: () => context.close() };
  };

  it('lets a supervisor in by their JWT', async () => {
    const { page, received, close } = await signIn('ann');
    await page.getByTestId('queue').nth(2).waitFor();
    await screenshot(page, 'company-sign-in');
    await received.settled();
    const secret = wallboard.sandbox?.clients[0]?.secret ?? '-';
    expect(received.responses.filter(({ text }) => text.includes(secret))).toEqual([]);
    expect(await page.getByTestId('auth-error').count()).toBe(0);
    await close();
  });

  it('tells a colleague without a role why there is nothing to see', async () => {
    const { page, close } = await signIn('bob');
    const error = page.getByTestId('auth-error');
    await error.waitFor();
    expect(await error.textContent()).toMatch(/relay_forbidden/);
    expect(await page.getByTestId('queue').count()).toBe(0);
    await close();
  });

  it('refuses a caller without a token, local as it may be', async () => {
    const response = await fetch(`${wallboard.url}/genesys/token`, {
      method: 'POST',
      headers: { 'X-Genesys-Auth': '1' }
    });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'unauthenticated', error: 'invalid_client' });
  });
});
