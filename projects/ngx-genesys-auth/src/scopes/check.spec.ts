import { HttpBackend, type HttpRequest } from '@angular/common/http';
import { type GenesysScope, type GenesysScopeError, genesysScopes } from 'ngx-genesys-auth';
import { NEVER } from 'rxjs';
import { API, asAuthError, createApp, grant, observe, settle } from '../../test/app';

/** Counts what leaves the browser. */
class CountingBackend implements HttpBackend {
  readonly sent: string[] = [];
  handle(request: HttpRequest<unknown>) {
    this.sent.push(request.url);
    return NEVER;
  }
}

const registeredScopes = ['analytics', 'routing', 'crm:reports'];
const ownScopes = { scopes: ['analytics', 'admin:platform'], optionalScopes: ['crm:reports', 'hr:readonly'] };

describe('scopes are checked before anything is sent', () => {
  const cases: [string, GenesysScope, object, string, string | undefined][] = [
    ['malformed', 'rou"ting', {}, 'scope_malformed', 'routing'],
    ['empty', '', {}, 'scope_malformed', undefined],
    ['two in one string', 'analytics routing', {}, 'scope_malformed', 'analytics'],
    ['misspelt', 'anaytics', {}, 'scope_near_miss', 'analytics'],
    ['misspelt with its ending', 'analytics:read', {}, 'scope_near_miss', 'analytics:readonly'],
    ['unknown in a Genesys area', 'analytics:reporting:read', {}, 'scope_unknown_in_area', 'analytics:readonly'],
    ['not registered', 'users', { registeredScopes }, 'scope_not_registered', undefined],
    ['a slip of a registered one', 'crm:repotrs', { registeredScopes }, 'scope_near_miss', 'crm:reports'],
    ['registered and not configured', 'crm:reports', { registeredScopes }, 'scope_not_configured', undefined],
    ['outside the configured list', 'users', {}, 'scope_not_configured', undefined],
    [
      'the whole where a part is configured',
      'users',
      { optionalScopes: ['users:readonly'] },
      'scope_not_configured',
      'users:readonly'
    ],
    ['a misspelt configured own one', 'admin:platfrom', ownScopes, 'scope_near_miss', 'admin:platform'],
    ['a misspelt optional own one', 'crm:reprots', ownScopes, 'scope_near_miss', 'crm:reports'],
    ['the whole where its read-only part is configured', 'hr', ownScopes, 'scope_not_configured', 'hr:readonly'],
    ['unknown and own', 'admin:platform', {}, 'scope_not_configured', undefined]
  ];

  it.each(cases)(
    '%s: token() fails with its own code, and zero requests leave',
    async (_name, scope, config, code, nearest) => {
      const backend = new CountingBackend();
      const { auth } = createApp({ config, providers: [{ provide: HttpBackend, useValue: backend }] });
      const error = asAuthError(await auth.token(scope).catch((reason: unknown) => reason));
      expect(error).toMatchObject({ name: 'GenesysScopeError', code, scopes: [scope], nearest });
      expect(error.hint).not.toBe('');
      expect(error.message).toContain(scope.slice(0, 3));
      expect(backend.sent).toEqual([]);
    }
  );

  it.each(cases)(
    '%s: a request fails with its own code, and zero requests leave',
    async (_name, scope, config, code, nearest) => {
      const { http, network } = createApp({ config });
      const outcome = observe(http.get(`${API}/x`, { context: genesysScopes(scope) }));
      await settle();
      expect(outcome.error).toMatchObject({ name: 'GenesysScopeError', code, scopes: [scope], nearest });
      network.verify();
    }
  );

  it.each(cases)('%s: validate() reports it, and zero requests leave', (_name, scope, config, code) => {
    const { auth, network } = createApp({ config });
    const report = auth.validate('analytics', scope);
    expect(report.ok).toBe(false);
    expect(report.errors.map((error) => error.code)).toEqual([code]);
    network.verify();
  });

  it('gives different hints for different mistakes', () => {
    const { auth } = createApp();
    const { errors } = auth.validate('rou"ting', 'anaytics', 'analytics:reporting:read', 'users');
    expect(new Set(errors.map(({ hint }) => hint)).size).toBe(4);
  });

  it('never advises to add a misspelt name to the configuration', () => {
    const { auth } = createApp({ config: ownScopes });
    const [error] = auth.validate('admin:platfrom').errors;
    expect(error?.message).toContain('looks like a slip of "admin:platform"');
    expect(error?.hint).toMatch(/^Write "admin:platform"\. /);
    expect(error?.hint).not.toContain('Add');
  });

  it.each<[GenesysScope, string]>([
    ['analytics', 'a configured scope'],
    ['analytics:readonly', 'what a configured scope covers'],
    ['users', 'an optional scope'],
    ['admin:platform', 'a configured scope of the organization']
  ])('%s passes: %s', (scope) => {
    const { auth } = createApp({ config: { scopes: ['analytics', 'admin:platform'], optionalScopes: ['users'] } });
    expect(auth.validate(scope)).toEqual({ ok: true, errors: [], granted: [] });
  });

  it('takes a value that is not a string for malformed', () => {
    const { auth } = createApp();
    const wrong = undefined as unknown as GenesysScope;
    expect(auth.validate(wrong).errors.map(({ code }) => code)).toEqual(['scope_malformed']);
  });
});

describe('scopes the relay did not grant', () => {
  it('fail a request before it is sent, and the next ones without a call to the relay', () => {
    const { http, network } = createApp({ config: { optionalScopes: ['users', 'presence'] } });
    const ask = () => observe(http.get(`${API}/x`, { context: genesysScopes('users', 'routing:readonly') }));
    const first = ask();
    const relay = network.expectOne('/genesys/token');
    expect(relay.request.body).toEqual({ scopes: ['analytics', 'routing'], optionalScopes: ['presence', 'users'] });
    grant(relay, 'token-1', 300, 'analytics presence routing users:readonly');
    const second = ask();
    for (const { error } of [first, second]) {
      expect(error).toMatchObject({ code: 'scope_not_granted', scopes: ['users'], nearest: 'users:readonly' });
    }
    network.verify();
  });

  it('fail token()', async () => {
    const { auth, relayCall } = createApp({ config: { optionalScopes: ['users'] } });
    const token = auth.token('users').catch((error: unknown) => error);
    grant(relayCall());
    expect(await token).toMatchObject({ code: 'scope_not_granted', scopes: ['users'] });
  });

  it('fail every request if they are required, naming them', () => {
    const { get, network, relayCall, auth } = createApp();
    const outcome = get();
    grant(relayCall(), 'token-1', 300, 'analytics');
    expect(outcome.error).toMatchObject({ code: 'scope_not_granted', scopes: ['routing'] });
    expect(auth.status()).toBe('failed');
    network.verify();
  });

  it('pass where the whole was granted and the read-only part is needed', async () => {
    const { auth, relayCall } = createApp();
    const token = auth.token('routing:readonly');
    grant(relayCall());
    expect(await token).toBe('token-1');
    expect(auth.hasScopes('routing:readonly', 'analytics')).toBe(true);
    expect(auth.hasScopes('users')).toBe(false);
  });

  it.each([
    ['scope_not_allowed', 'scope_not_granted'],
    ['scope_not_registered', 'scope_not_registered'],
    ['malformed_scope', 'scope_malformed'],
    ['upstream_invalid_scope', 'scope_not_granted']
  ])('are named when the relay refuses with %s', (problem, code) => {
    const { get, relayCall } = createApp();
    const outcome = get();
    relayCall().flush(
      { code: problem, status: 400, detail: 'No.', hint: 'Ask.', scopes: ['routing'], nearest: 'routing:readonly' },
      { status: 400, statusText: 'Bad Request' }
    );
    const expected: Partial<GenesysScopeError> = { scopes: ['routing'], nearest: 'routing:readonly' };
    expect(outcome.error).toMatchObject({ code, message: 'No.', hint: expect.stringMatching(/^Ask\. /), ...expected });
  });
});
