import { HttpErrorResponse } from '@angular/common/http';
import type { TestRequest } from '@angular/common/http/testing';
import { operationIndex } from 'genesys-scopes/operations';
import { GenesysPermissionError } from 'ngx-genesys-auth';
import { createApp, grant, provideSubtle, refuse, settle } from '../../test/app';
import { withScopeCatalogue } from './public-api';

const ANY =
  'Unable to perform the requested action. You must have at least one of the following permissions assigned: ';
const ALL = 'Unable to perform the requested action. You are missing the following permission';

const forbid = (call: TestRequest, code: string, message: string) => {
  call.flush(
    { message, code, status: 403, contextId: 'c' },
    { status: 403, statusText: 'Forbidden', headers: { 'ININ-Correlation-Id': 'c-1' } }
  );
};

const createSignedIn = (features = [withScopeCatalogue({ operations: operationIndex })]) => {
  const app = createApp({ features });
  app.signIn();
  return app;
};

describe('a 403 for a missing permission', () => {
  it.each([
    ['missing.any.permissions', `${ANY}[journey:actionmap:view]`, 'any', ['journey:actionmap:view'], []],
    [
      'missing.any.permissions',
      `${ANY}[routing:queue:view, routing:queue:search]`,
      'any',
      ['routing:queue:view', 'routing:queue:search'],
      []
    ],
    ['missing.any.permissions', `${ANY}[]`, 'any', [], []],
    ['missing.any.permissions', `${ANY}routing:queue:view`, 'any', ['routing:queue:view'], []],
    ['missing.permissions', `${ALL}(s): [a:b:c, d:e:f]`, 'all', ['a:b:c', 'd:e:f'], []],
    ['missing.permissions', `${ALL}(s): a:b:c, chat:1on1:edit`, 'all', ['a:b:c', 'chat:1on1:edit'], []],
    ['missing.permissions', `${ALL}(s): []`, 'all', [], []],
    [
      'missing.division.permission',
      `${ALL} 'routing:queue:edit' in the provided division(s).`,
      'all',
      ['routing:queue:edit'],
      []
    ],
    ['missing.division.permission', `${ALL} '[a:b:c]' in the provided division(s).`, 'all', ['a:b:c'], []],
    ['missing.division.permission', `${ALL} '' in the provided division(s).`, 'all', [], []],
    [
      'missing.any.division.permissions',
      `${ANY}[a:b:c, d:e:f] in at least one of the following division(s): [Home, Peter's team]`,
      'any',
      ['a:b:c', 'd:e:f'],
      ['Home', "Peter's team"]
    ],
    [
      'missing.any.division.permissions',
      `${ANY}[a:b:c] in at least one of the following division(s): []`,
      'any',
      ['a:b:c'],
      []
    ],
    ['missing.any.division.permissions', `${ANY}[] in at least one of the following division(s): x`, 'any', [], ['x']],
    ['missing.permissions', 'words of another version', 'all', [], []],
    ['missing.permissions', '', 'all', [], []]
  ])('%s: "%s"', (code, message, rule, permissions, divisions) => {
    const { get, network } = createSignedIn();
    const outcome = get();
    forbid(
      network.expectOne(() => true),
      code,
      message
    );
    expect(outcome.error).toBeInstanceOf(GenesysPermissionError);
    expect(outcome.error).toMatchObject({
      name: 'GenesysPermissionError',
      code: 'permission_missing',
      message: message || 'A permission is missing.',
      rule,
      permissions,
      divisions,
      correlationId: 'c-1',
      cause: { status: 403, error: { code } }
    });
    for (const permission of permissions) {
      expect(outcome.error).toHaveProperty('hint', expect.stringContaining(permission));
    }
    expect(outcome.error).toHaveProperty(
      'hint',
      expect.stringMatching(/administrator .* role of the OAuth client .* or of the user/)
    );
  });

  it('is reported after a replay, too', async () => {
    provideSubtle();
    const { get, network, relayCall } = createSignedIn();
    const outcome = get();
    refuse(network.expectOne(() => true));
    await settle();
    grant(relayCall(), 'token-2');
    forbid(
      network.expectOne(() => true),
      'missing.permissions',
      `${ALL}(s): [a:b:c]`
    );
    expect(outcome.error).toMatchObject({ code: 'permission_missing', permissions: ['a:b:c'] });
  });

  it('stays the response it is without the catalogue', () => {
    const { get, network } = createSignedIn([]);
    const outcome = get();
    forbid(
      network.expectOne(() => true),
      'missing.permissions',
      `${ALL}(s): [a:b:c]`
    );
    expect(outcome.error).toBeInstanceOf(HttpErrorResponse);
  });

  it.each(['not.authorized', 'authz.policy.denied', 'constructor', ''])('is not one with the code "%s"', (code) => {
    const { get, network } = createSignedIn();
    const outcome = get();
    forbid(
      network.expectOne(() => true),
      code,
      `${ALL}(s): [a:b:c]`
    );
    expect(outcome.error).toBeInstanceOf(HttpErrorResponse);
  });

  it.each([
    ['no JSON', '<html>', 403],
    ['nothing', null, 403],
    ['a list', [{ code: 'missing.permissions' }], 403],
    ['another status', { code: 'missing.permissions' }, 404]
  ])('is not one with %s', (_name, body, status) => {
    const { get, network } = createSignedIn();
    const outcome = get();
    network.expectOne(() => true).flush(body, { status, statusText: 'x' });
    expect(outcome.error).toBeInstanceOf(HttpErrorResponse);
  });
});

describe('a 403 for a missing scope', () => {
  it.each([
    ['[telephony:readonly, telephony]', ['telephony:readonly', 'telephony']],
    ['[]', []],
    ['telephony', ['telephony']]
  ])('names the scopes of %s', (list, scopes) => {
    const { get, network } = createSignedIn();
    const outcome = get();
    forbid(
      network.expectOne(() => true),
      'app.not.authorized.for.scope',
      `App not authorized to use scope ${list}`
    );
    expect(outcome.error).toMatchObject({ code: 'scope_not_granted', scopes, cause: { status: 403 } });
  });
});
