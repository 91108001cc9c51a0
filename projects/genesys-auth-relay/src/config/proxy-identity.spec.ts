import { inspect } from 'node:util';
import { RelayConfigError, parseRelayConfig } from '../index.ts';
import { createNetworks } from './networks.ts';

const ENV = { SECRET: 'CANARY-secret', PROOF: 'CANARY-proof-of-the-proxy', SHORT: 'short' };

const parse = (identity: object, more: object = {}) =>
  parseRelayConfig(
    {
      mode: 'token',
      genesys: { region: 'mypurecloud.de', client: { id: 'client', secret: { env: 'SECRET' } } },
      scopes: ['analytics'],
      identities: [
        {
          type: 'proxyHeader',
          trustedProxies: ['10.1.0.0/16'],
          proof: { secret: { env: 'PROOF' } },
          subjectHeader: 'X-Forwarded-User',
          roles: ['developer'],
          ...identity
        }
      ],
      roles: { developer: { scopes: ['analytics'] } },
      ...more
    },
    ENV
  );

function issuesOf(identity: object, more: object = {}) {
  try {
    parse(identity, more);
  } catch (error) {
    if (error instanceof RelayConfigError) return error.issues;
    throw error;
  }
  throw new Error('the configuration was taken');
}

describe('the configuration of an identity by proxy header', () => {
  it('reads the proof and does not show it', () => {
    const config = parse({});
    expect(inspect(config, { depth: 9 }) + JSON.stringify(config)).not.toContain('CANARY');
    expect(config.identities[0]).toMatchObject({ proof: { header: 'X-Relay-Proof', secrets: [expect.anything()] } });
  });

  it.each([
    ['no networks', { trustedProxies: undefined }, 'trustedProxies', /missing/],
    ['an empty list of networks', { trustedProxies: [] }, 'trustedProxies', /empty/],
    ['everybody', { trustedProxies: ['0.0.0.0/0'] }, 'trustedProxies[0]', /half of the Internet/],
    ['half of everybody', { trustedProxies: ['10.0.0.1', '128.0.0.0/1'] }, 'trustedProxies[1]', /half of the Internet/],
    ['everybody by IPv6', { trustedProxies: ['::/0'] }, 'trustedProxies[0]', /half of the Internet/],
    ['an IPv4 network in IPv6 form', { trustedProxies: ['::ffff:0:0/96'] }, 'trustedProxies[0]', /IPv6 form/],
    ['the same, written out', { trustedProxies: ['0:0:0:0:0:ffff:10.0.0.0/104'] }, 'trustedProxies[0]', /IPv6 form/],
    ['a name', { trustedProxies: ['proxy.example.com'] }, 'trustedProxies[0]', /neither an address nor a network/],
    ['too long a prefix', { trustedProxies: ['10.0.0.0/33'] }, 'trustedProxies[0]', /neither an address nor a network/],
    ['no proof', { proof: undefined }, 'proof', /./],
    ['a proof in the file', { proof: { secret: 'CANARY-proof' } }, 'proof.secret', /missing or not a reference/],
    ['a proof that is not there', { proof: { secret: { env: 'NOPE' } } }, 'proof.secret', /not set/],
    ['a proof to guess', { proof: { secret: { env: 'SHORT' } } }, 'proof.secret', /shorter than/],
    ['no subject header', { subjectHeader: undefined }, 'subjectHeader', /missing/],
    ['a header of another meaning', { subjectHeader: 'Authorization' }, 'subjectHeader', /already has another meaning/],
    [
      'a header that every caller can set',
      { subjectHeader: 'X-Forwarded-For' },
      'subjectHeader',
      /already has another meaning/
    ],
    ['an invalid header name', { subjectHeader: 'X_User' }, 'subjectHeader', /not a header name/],
    ['one header for two things', { rolesHeader: 'x-forwarded-user' }, '', /two things/],
    ['an unknown role', { roles: ['develper'] }, 'roles[0]', /no role/],
    ['no roles at all', { roles: [] }, 'roles', /no user would have a role/]
  ])('is refused with %s', (_what, identity, key, message) => {
    const issues = issuesOf(identity);
    expect(issues).toContainEqual(
      expect.objectContaining({
        key: `identities[0]${key === '' ? '' : `.${key}`}`,
        message: expect.stringMatching(message)
      })
    );
    expect(JSON.stringify(issues)).not.toContain('CANARY');
  });

  it('keeps the headers of the proxy from the API, whatever their names', () => {
    const identity = {
      subjectHeader: 'Remote-User',
      rolesHeader: 'Remote-Groups',
      proof: { header: 'Shibboleth', secret: { env: 'PROOF' } }
    };
    const forwardHeaders = ['X-Trace', 'remote-user', 'Remote-Groups', 'SHIBBOLETH'];
    const issues = issuesOf(identity, { mode: 'proxy', proxy: { forwardHeaders } });
    expect(issues.map(({ key }) => key)).toEqual([1, 2, 3].map((index) => `proxy.forwardHeaders[${index}]`));
    expect(issues[2]).toMatchObject({ message: expect.stringContaining('never forwarded') });
  });

  it('B11 refuses headers that put another method or path in place of those the relay has judged', () => {
    const forwardHeaders = [
      'X-HTTP-Method-Override',
      'x-http-method',
      'X-Method-Override',
      'X-Original-URL',
      'X-Rewrite-URL'
    ];
    const issues = issuesOf({}, { mode: 'proxy', proxy: { forwardHeaders } });
    const expected = forwardHeaders.map((_name, index) => ({
      key: `proxy.forwardHeaders[${index}]`,
      message: expect.stringContaining('never forwarded')
    }));
    expect(issues).toMatchObject(expected);
  });

  it.each([
    ['10.1.2.3', true],
    ['::ffff:10.1.2.3', true],
    ['::ffff:a01:203', true],
    ['10.2.0.1', false],
    ['fd00:1::1', true],
    ['fd00:1::1%eth0', true],
    ['fd01::1', false],
    ['192.0.2.7', true],
    ['192.0.2.8', false],
    ['', false],
    ['localhost', false]
  ])('knows whether the peer %j belongs to a network', (peer, expected) => {
    expect(createNetworks(['10.1.0.0/16', 'fd00::/16', '192.0.2.7'])(peer)).toBe(expected);
  });
});
