import { BlockList, isIP, isIPv6 } from 'node:net';
import { z } from 'zod';
import { says, shown } from './says.ts';

interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

/**
 * The largest networks that one organization may own. Larger ones hold most of the Internet. `fc00::/7` is the private range of
 * IPv6.
 */
const WIDEST = { ipv4: 8, ipv6: 7 } as const;

function readNetwork(text: string): Network | undefined {
  const [, address = '', length] = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return undefined;
  const bits = version === 6 ? 128 : 32;
  const prefix = length === undefined ? bits : Number(length);
  return prefix > bits ? undefined : { address, prefix, family: version === 6 ? 'ipv6' : 'ipv4' };
}

function complaintAbout(text: string): string | undefined {
  const network = readNetwork(text);
  if (network === undefined) {
    return says(`${shown(text)} is neither an address nor a network`, 'write it as 10.1.2.3, 10.1.0.0/16 or fd00::/8');
  }
  const { address, prefix, family } = network;
  if (prefix < WIDEST[family]) {
    return says(`${shown(text)} trusts half of the Internet`, 'list the addresses of your proxies, and no others');
  }
  if (family === 'ipv6' && /^(?:0*:)*:?ffff:/i.test(address)) {
    return says(`${shown(text)} is an IPv4 network in IPv6 form`, 'write it in IPv4 form; both forms then match');
  }
  return undefined;
}

/** One address or one network in CIDR form. */
export const network = z
  .string({
    error: (issue) => says(`${shown(issue.input)} is not a network`, 'write it as text, for example 10.1.0.0/16')
  })
  .superRefine((value, context) => {
    const message = complaintAbout(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

/**
 * Compiles networks into a function that checks whether a peer belongs to them. An IPv4 peer in the IPv6 form of a dual-stack
 * socket (`::ffff:10.1.2.3`) counts as its IPv4 address.
 *
 * @param networks addresses and networks that {@link network} has checked
 */
export function createNetworks(networks: readonly string[]): (peer: string) => boolean {
  const list = new BlockList();
  for (const text of networks) {
    const found = readNetwork(text);
    if (found !== undefined) list.addSubnet(found.address, found.prefix, found.family);
  }
  return (peer) => {
    const [address = ''] = peer.split('%', 1);
    return isIP(address) !== 0 && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  };
}
