import {
  HttpClient,
  type HttpContext,
  provideHttpClient,
  withInterceptors,
  withRequestsMadeViaParent
} from '@angular/common/http';
import { EnvironmentInjector, createEnvironmentInjector } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import {
  type GenesysAuthFeature,
  genesysAuthInterceptor,
  genesysConfig,
  genesysScopes,
  provideGenesysAuth,
  withProxyMode
} from 'ngx-genesys-auth';
import { NEVER } from 'rxjs';
import { API, CONFIG, type AppOptions, codeOf, createApp, grant, observe } from '../../test/app';

const SESSION = {
  ...{ subject: 'ann', identity: 'jwt', roles: [], scopes: ['analytics', 'routing'], defaultScopes: [] },
  ...{ region: 'mypurecloud.de', apiOrigin: API, mode: 'proxy' }
};
const modes: [string, GenesysAuthFeature[], string][] = [
  ['token mode', [], `${API}/api/v2/x`],
  ['proxy mode', [withProxyMode()], '/emea/api/v2/x']
];

afterEach(() => {
  jest.restoreAllMocks();
});

describe.each(modes)(
  'in %s, a request of a lazy part with its own configuration, sent via the parent',
  (_mode, features, url) => {
    function send(context: HttpContext, options?: AppOptions) {
      const { network } = createApp(options);
      const lazy = createEnvironmentInjector(
        [
          provideHttpClient(withInterceptors([genesysAuthInterceptor]), withRequestsMadeViaParent()),
          provideGenesysAuth({ ...CONFIG, name: 'emea', relay: '/emea' }, ...features)
        ],
        TestBed.inject(EnvironmentInjector)
      );
      const outcome = observe(lazy.get(HttpClient).get(`${API}/api/v2/x`, { context }));
      network.match('/emea/session').forEach((call) => {
        call.flush(SESSION);
      });
      network.match('/emea/token').forEach((call) => {
        grant(call);
      });
      return { outcome, sent: network.match(() => true).map(({ request }) => request.url) };
    }

    it('may name that configuration, which the parent does not know', () => {
      const { outcome, sent } = send(genesysConfig('emea'));
      expect([outcome.error, sent]).toEqual([undefined, [url]]);
    });

    it('does not wait for the configuration of the parent', () => {
      const { sent } = send(genesysScopes('routing'), { auth: [provideGenesysAuth(() => NEVER)] });
      expect(sent).toEqual([url]);
    });

    it('causes no warning', () => {
      const warn = jest.spyOn(console, 'warn');
      send(genesysScopes('routing'));
      expect(warn).not.toHaveBeenCalled();
    });

    it('fails if it names a configuration that nobody knows', () => {
      const { outcome, sent } = send(genesysConfig('apac'));
      expect([codeOf(outcome.error), sent]).toEqual(['config_invalid', []]);
    });
  }
);
