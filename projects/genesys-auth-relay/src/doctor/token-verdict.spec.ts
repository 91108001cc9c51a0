import { REGION_HOSTS } from './regions.ts';
import { networkCause } from './token-verdict.ts';

it.each([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls_failed'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls_failed'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls_failed'],
  ['ENOTFOUND', 'host_unreachable'],
  ['ECONNRESET', 'host_unreachable'],
  [undefined, 'host_unreachable']
])('a connection that fails with %s is %s', (code, cause) => {
  expect(networkCause({ kind: 'none', timedOut: false, code })).toBe(cause);
});

it('knows the hosts of all regions, encrypted', () => {
  expect(REGION_HOSTS).toHaveLength(18);
  for (const { tokenEndpoint, apiOrigin } of REGION_HOSTS)
    expect([tokenEndpoint, apiOrigin]).toEqual([
      expect.stringMatching(/^https:\/\/login\.[\w.-]+\/oauth\/token$/),
      expect.stringMatching(/^https:\/\/api\.[\w.-]+$/)
    ]);
});
