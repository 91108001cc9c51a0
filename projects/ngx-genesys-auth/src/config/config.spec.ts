import { TestBed } from '@angular/core/testing';
import { GENESYS_REGIONS } from 'genesys-auth-protocol';
import {
  type GenesysAuthConfig,
  GenesysAuthConfigError,
  GenesysAuthService,
  provideGenesysAuth
} from 'ngx-genesys-auth';
import { CONFIG, createApp } from '../../test/app';

/** What the app says when it starts with this configuration. */
function mistakes(config: Record<string, unknown>): GenesysAuthConfigError {
  try {
    createApp({ config });
  } catch (error) {
    if (error instanceof GenesysAuthConfigError) return error;
    throw error;
  }
  throw new Error('the app started');
}

describe('the configuration', () => {
  it.each(GENESYS_REGIONS.flatMap(({ aws, domain }) => [[aws], [domain], [domain.toUpperCase()]]))(
    'takes the region %s',
    (region) => {
      expect(() => createApp({ config: { region } })).not.toThrow();
    }
  );

  it.each<[string, Partial<GenesysAuthConfig>]>([
    ['every option', { ...CONFIG, optionalScopes: ['users'], renewAheadSeconds: 0, name: 'emea' }],
    ['a scope of the organization', { scopes: ['analytics', 'admin:platform'] }],
    ['registered scopes that Genesys does not have', { scopes: ['anaytics'], registeredScopes: ['anaytics'] }],
    ['no optional scope', { optionalScopes: [] }],
    ['an origin in place of a region', { region: undefined, apiOrigin: 'https://genesys.example.com' }],
    ['an origin with a slash', { region: undefined, apiOrigin: 'https://genesys.example.com/' }],
    ['http on localhost', { region: undefined, apiOrigin: 'http://localhost:4211' }],
    ['http on 127.0.0.1', { region: undefined, apiOrigin: 'http://127.0.0.1:4211' }],
    ['http on [::1]', { region: undefined, apiOrigin: 'http://[::1]:4211' }],
    ['a relay on another origin', { relay: 'https://relay.example.com' }],
    ['a relay on loopback', { relay: { url: 'http://127.0.0.1:8080/genesys' } }],
    ['a relay at the root', { relay: '/' }],
    ['all about the relay', { relay: { url: '/r', credentials: 'include', headers: () => ({}), timeoutMs: 5 } }]
  ])('takes %s', (_name, config) => {
    expect(() => createApp({ config })).not.toThrow();
  });

  it.each<[string, Record<string, unknown>, string, RegExp]>([
    ['an unknown key', { region: 'mypurecloud.de', scope: ['analytics'] }, 'scope', /"scopes"/],
    ['a key like none', { clientSecret: 'x' }, 'clientSecret', /Remove it; the options are region, apiOrigin/],
    ['an unknown key of the relay', { relay: { url: '/r', timeout: 5 } }, 'relay.timeout', /options are url/],
    ['a misspelt key of the relay', { relay: { url: '/r', timoutMs: 5 } }, 'relay.timoutMs', /"timeoutMs"/],
    ['no region', { region: undefined }, 'region', /region: "mypurecloud.de"/],
    ['a misspelt region', { region: 'mypurecloud.fr' }, 'region', /Write "mypurecloud\.\w+"/],
    ['a misspelt AWS name', { region: 'eu-central1' }, 'region', /"eu-central-1"/],
    ['a host as region', { region: 'api.mypurecloud.ie' }, 'region', /"mypurecloud.ie"/],
    ['a URL as region', { region: 'https://apps.euw2.pure.cloud/directory' }, 'region', /"euw2.pure.cloud"/],
    ['a region like none', { region: 'moon' }, 'region', /apiOrigin/],
    ['a region that is not a string', { region: 5 }, 'region', /"mypurecloud.de"/],
    ['region and apiOrigin', { apiOrigin: 'https://api.mypurecloud.de' }, 'apiOrigin', /Remove one/],
    ['http elsewhere', { region: undefined, apiOrigin: 'http://genesys.example.com' }, 'apiOrigin', /https/],
    ['http on a host that begins like loopback', apiOrigin('http://localhost.evil.example'), 'apiOrigin', /https/],
    ['http on a host that begins like an address', apiOrigin('http://127.0.0.1.evil.example'), 'apiOrigin', /https/],
    ['an origin with a path', apiOrigin('https://x.example/api/v2'), 'apiOrigin', /Write "https:\/\/x.example"/],
    ['an origin with a query', apiOrigin('https://x.example/?'), 'apiOrigin', /Write "https:\/\/x.example"/],
    ['an origin in upper case', apiOrigin('https://API.example.com'), 'apiOrigin', /Write "https:\/\/api.example.com"/],
    ['an origin with the port of its scheme', apiOrigin('https://x.example:443'), 'apiOrigin', /"https:\/\/x.example"/],
    ['an origin in another alphabet', apiOrigin('https://bücher.example'), 'apiOrigin', /xn--bcher-kva.example/],
    ['an address in short form', apiOrigin('http://127.1:4211'), 'apiOrigin', /Write "http:\/\/127.0.0.1:4211"/],
    ['an origin with a password', apiOrigin('https://u:p@x.example'), 'apiOrigin', /Take them out/],
    ['an origin that is none', apiOrigin('x.example'), 'apiOrigin', /https:/],
    ['an origin of another scheme', apiOrigin('ws://x.example'), 'apiOrigin', /https:/],
    ['an origin that is not a string', { region: undefined, apiOrigin: 5 }, 'apiOrigin', /https:/],
    ['no relay', { relay: undefined }, 'relay', /"\/genesys"/],
    ['an empty relay', { relay: '' }, 'relay', /"\/genesys"/],
    ['a relay without slash', { relay: 'genesys' }, 'relay', /"\/genesys"/],
    ['a protocol-relative relay', { relay: '//relay.example.com' }, 'relay', /"\/genesys"/],
    ['a relay with a backslash', { relay: '/\\relay.example.com' }, 'relay', /"\/genesys"/],
    ['a relay with white space', { relay: '/\t/relay.example.com' }, 'relay', /"\/genesys"/],
    ['a relay of another scheme', { relay: 'javascript:alert(1)' }, 'relay', /"\/genesys"/],
    ['a relay with a query', { relay: '/genesys?x=1' }, 'relay', /only where/],
    ['a relay on http elsewhere', { relay: 'http://relay.example.com' }, 'relay', /https/],
    ['a relay with a password', { relay: { url: 'https://u:p@relay.example.com' } }, 'relay.url', /Take them out/],
    ['Genesys as relay', { relay: 'https://login.mypurecloud.de/oauth/token' }, 'relay', /your own relay/],
    ['no URL of the relay', { relay: {} }, 'relay.url', /"\/genesys"/],
    ['unknown credentials', { relay: { url: '/r', credentials: 'always' } }, 'relay.credentials', /include/],
    ['headers that are no function', { relay: { url: '/r', headers: { A: 'b' } } }, 'relay.headers', /=>/],
    ['a time-out of nothing', { relay: { url: '/r', timeoutMs: 0 } }, 'relay.timeoutMs', /at least 1/],
    [
      'a time-out no timer takes',
      { relay: { url: '/r', timeoutMs: 2 ** 31 } },
      'relay.timeoutMs',
      /at most 2147483647/
    ],
    ['an endless time-out', { relay: { url: '/r', timeoutMs: Infinity } }, 'relay.timeoutMs', /at most/],
    ['a time-out that is text', { relay: { url: '/r', timeoutMs: '5s' } }, 'relay.timeoutMs', /number/],
    ['no scopes', { scopes: undefined }, 'scopes', /scopes: \['analytics'\]/],
    ['an empty scope list', { scopes: [] }, 'scopes', /scopes: \['analytics'\]/],
    ['scopes in one string', { scopes: 'analytics routing' }, 'scopes', /scopes: \['analytics'\]/],
    ['two scopes in one', { scopes: ['analytics routing'] }, 'scopes[0]', /string of its own/],
    ['a malformed scope', { scopes: ['analytics', 'rou"ting'] }, 'scopes[1]', /printable ASCII/],
    ['a misspelt scope', { scopes: ['analytics', 'anaytics'] }, 'scopes[1]', /Write "analytics"/],
    ['an invented scope', { scopes: ['analytics:reporting:read'] }, 'scopes[0]', /"analytics:readonly"/],
    ['a scope that is not a string', { scopes: [null] }, 'scopes[0]', /Name a scope/],
    ['a misspelt optional scope', { optionalScopes: ['usrs'] }, 'optionalScopes[0]', /"users"/],
    ['optional scopes that are no list', { optionalScopes: 5 }, 'optionalScopes', /\['analytics'\]/],
    ['a scope that is not registered', { registeredScopes: ['analytics'] }, 'scopes[1]', /registered/],
    ['an empty registry', { registeredScopes: [] }, 'registeredScopes', /\['analytics'\]/],
    ['a malformed registered scope', { registeredScopes: ['a b'] }, 'registeredScopes[0]', /correct/],
    ['a negative renewal', { renewAheadSeconds: -1 }, 'renewAheadSeconds', /at least 0/],
    ['a name that is none', { name: 5 }, 'name', /Give a name/]
  ])('stops the app for %s and names the key and the fix', (_name, config, key, fix) => {
    const error = mistakes(config);
    expect(error.code).toBe('config_invalid');
    expect(error.issues.map((issue) => issue.key)).toContain(key);
    expect(error.issues.find((issue) => issue.key === key)?.fix).toMatch(fix);
    expect(error.message).toContain(`\n  ${key}: `);
    expect(error.hint).toMatch(fix);
  });

  it('tells all mistakes in one message, with the name of the configuration', () => {
    const error = mistakes({ name: 'emea', region: 'moon', relay: '', scopes: [], colour: 'red' });
    expect(error.message).toMatch(/^The configuration "emea" of ngx-genesys-auth is not valid:/);
    expect(error.issues.map(({ key }) => key).sort()).toEqual(['colour', 'region', 'relay', 'scopes']);
  });

  it.each([[null], ['mypurecloud.de'], [[]]])('says what it wants when it gets %j', (config) => {
    TestBed.configureTestingModule({ providers: [provideGenesysAuth(config as unknown as GenesysAuthConfig)] });
    expect(() => TestBed.inject(GenesysAuthService)).toThrow(/config: it must be an object/);
  });
});

function apiOrigin(value: string): Record<string, unknown> {
  return { region: undefined, apiOrigin: value };
}
