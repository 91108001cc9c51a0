import { GenesysAuthService, genesysAuthInterceptor, provideGenesysAuth } from 'ngx-genesys-auth';

const REGIONS = [
  'use2.us-gov-pure.cloud',
  'usw2.pure.cloud',
  'cac1.pure.cloud',
  'sae1.pure.cloud',
  'mypurecloud.de',
  'euc2.pure.cloud',
  'mypurecloud.ie',
  'euw2.pure.cloud',
  'mypurecloud.jp',
  'mypurecloud.com'
];
const configOf = (region) => ({ name: region, region, relay: '/genesys', scopes: ['routing'] });

/** Replay, context control and the off-origin guard are always on. The token comes from the relay, which is the backend. */
const setUp = (regions) => () => ({
  functional: [genesysAuthInterceptor],
  providers: regions.map((region) => provideGenesysAuth(configOf(region))),
  ready: (injector) => injector.get(GenesysAuthService).for('mypurecloud.com').token()
});

/** This library's rule is the API's origin of a configuration, so ten rules are ten configurations. */
export const ours = [
  { name: 'ngx-genesys-auth, 1 org', set: setUp(REGIONS.slice(-1)) },
  { name: 'ngx-genesys-auth, 10 orgs', set: setUp(REGIONS) }
];
