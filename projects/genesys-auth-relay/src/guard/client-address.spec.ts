import type { RequestHead } from './request-head.ts';
import { createClientAddress } from './client-address.ts';

const from = (peer: string, forwardedFor?: string): RequestHead => ({
  headers: forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor },
  count: () => 1,
  peer,
  port: 80,
  encrypted: false
});

describe('the address of a caller without a valid credential', () => {
  const nameOf = createClientAddress([]);

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:DB8:1:2::9', '2001:db8:1:2'],
    ['2001:0db8:0001:0002::', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001::1:2:3:4:5', '2001:0:0:1'],
    ['::1', '0:0:0:0'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['', '']
  ])('is that of the peer, and for IPv6 the network of 64 bits: %s', (peer, name) => {
    expect(nameOf(from(peer))).toBe(name);
  });

  it('is the peer, whatever X-Forwarded-For says, unless the peer is a trusted proxy', () => {
    expect(nameOf(from('203.0.113.7', '198.51.100.1'))).toBe('203.0.113.7');
    expect(createClientAddress(['10.0.0.0/8'])(from('203.0.113.7', '198.51.100.1'))).toBe('203.0.113.7');
  });

  it.each([
    ['one proxy', '198.51.100.1', '198.51.100.1'],
    ['several proxies', '198.51.100.1, 10.1.1.1,10.2.2.2', '198.51.100.1'],
    ['what the caller wrote before it', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
    ['a port', '198.51.100.1:4711', '198.51.100.1'],
    ['IPv6', '2001:db8:1:2:3::4', '2001:db8:1:2'],
    ['IPv6 with a port', '[2001:db8:1:2:3::4]:443', '2001:db8:1:2'],
    ['proxies alone', '10.1.1.1, 10.2.2.2', '10.1.1.1'],
    ['no address', 'unknown', '10.9.9.9'],
    ['no address at the right', '198.51.100.1, x', '10.9.9.9'],
    ['nothing', '', '10.9.9.9'],
    ['an invalid address', '999.1.1.1', '10.9.9.9']
  ])('is the nearest address of X-Forwarded-For that is not a trusted proxy: %s', (_what, header, name) => {
    expect(createClientAddress(['10.0.0.0/8'])(from('10.9.9.9', header))).toBe(name);
  });

  it('is the address that the embedding server reports, if it differs from the peer', () => {
    expect(createClientAddress(['10.0.0.0/8'])(from('10.9.9.9', '198.51.100.1'), '2001:db8::5')).toBe('2001:db8:0:0');
  });
});
