import { isIP, isIPv6 } from 'node:net';
import { createNetworks } from '../config/networks.ts';
import type { RequestHead } from './request-head.ts';

/**
 * The part of an address that identifies its owner. For IPv6 that is the network of 64 bits, because all of its 2^64 addresses may
 * belong to one person.
 */
function networkOf(address: string): string {
  const [plain = ''] = address.split('%', 1);
  const mapped = /^::ffff:([\d.]+)$/i.exec(plain)?.[1];
  if (mapped !== undefined || !isIPv6(plain)) return mapped ?? plain;
  const [left = [], right = []] = plain.split('::').map((half) => half.split(':').filter((part) => part !== ''));
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  return [...left, ...zeros, ...right]
    .slice(0, 4)
    .map((part) => parseInt(part, 16).toString(16))
    .join(':');
}

/** One entry of `X-Forwarded-For`, without the port that some proxies add; `undefined` if it is not an address. */
function addressIn(entry: string): string | undefined {
  const text = entry.trim();
  const address = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return isIP(address) === 0 ? undefined : address;
}

/**
 * Builds the function that finds the address by which a caller without a valid credential is limited. A load balancer is the peer
 * of all its callers. If it is trusted, `X-Forwarded-For` has their addresses. It is read from the right, because callers can
 * write the left part.
 *
 * @param trustedProxies addresses and networks of the load balancers
 */
export function createClientAddress(trustedProxies: readonly string[]) {
  const isProxy = createNetworks(trustedProxies);

  function forwardedFor({ peer, headers }: RequestHead): string {
    const entries = (headers['x-forwarded-for'] ?? '').split(',');
    let address = peer;
    while (entries.length > 0 && isProxy(address)) {
      const next = addressIn(entries.pop() ?? '');
      if (next === undefined) break;
      address = next;
    }
    return address;
  }

  /**
   * @param ip the client's address as the embedding server reports it, such as Fastify with `trustProxy`; default: that of the
   * peer
   */
  return (head: RequestHead, ip = head.peer): string => networkOf(ip === head.peer ? forwardedFor(head) : ip);
}
