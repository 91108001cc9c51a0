import { until } from '../testing/until.ts';
import { TIMEOUT_MS, setUpSignIn } from '../../test/sign-in-setup.ts';
import { startUserApi } from '../../test/user-api.ts';

it('a sign-in to another organization revokes the token of the one before, also if the user has the same id', async () => {
  const api = await startUserApi(() => 'user');
  const world = await setUpSignIn(({ tokenEndpoint }) => ({
    signIn: { organizations: ['org', 'other'] },
    config: { genesys: { tokenEndpoint, apiOrigin: api.apiOrigin, timeoutMs: TIMEOUT_MS } }
  }));
  const browser = world.browser();
  await browser.signIn();
  await browser.session();
  const { tag } = browser;
  api.moveTo('other');
  await browser.signIn();
  await browser.session();
  expect(browser.tag).not.toBe(tag);
  await until(() => api.asked.some((one) => one.startsWith('DELETE /api/v2/tokens/me')));
  await world.close();
  api.close();
});
