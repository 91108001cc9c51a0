// Of a parsed URL, whose numeric hosts are whole IPv4 addresses.
const LOOPBACK = /^((.+\.)?localhost|127\.[\d.]+|\[::1\])$/;

/** Whether the way to a URL is safe for tokens: `https:`, or `http:` to this machine. */
export const isSafe = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));

/** Reads an absolute URL that tokens may be sent to. */
export function mayCarryTokens(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && isSafe(url) ? url : undefined;
}
