import { HttpContext, HttpContextToken } from '@angular/common/http';
import { genesysConfig, genesysScopes, skipGenesysAuth, skipGenesysRetry } from 'ngx-genesys-auth';
import { CONFIGURATION_NAME, NEEDED_SCOPES, SKIP, SKIP_RETRY } from './request-context';

const OWN = new HttpContextToken(() => 'default');

it.each([
  ['genesysScopes()', (context: HttpContext) => genesysScopes('routing', 'users', context), NEEDED_SCOPES],
  ['genesysConfig()', (context: HttpContext) => genesysConfig('emea', context), CONFIGURATION_NAME],
  ['skipGenesysAuth()', skipGenesysAuth, SKIP],
  ['skipGenesysRetry()', skipGenesysRetry, SKIP_RETRY]
] as const)('%s extends a context', (_name, extend, token) => {
  const context = new HttpContext().set(OWN, 'own');
  expect(extend(context)).toBe(context);
  expect([context.get(OWN), context.has(token)]).toEqual(['own', true]);
});

it('genesysScopes() names the scopes, with and without a context', () => {
  expect(genesysScopes('routing', 'users').get(NEEDED_SCOPES)).toEqual(['routing', 'users']);
  expect(genesysScopes('routing', new HttpContext()).get(NEEDED_SCOPES)).toEqual(['routing']);
  expect(genesysScopes(new HttpContext()).get(NEEDED_SCOPES)).toEqual([]);
});
