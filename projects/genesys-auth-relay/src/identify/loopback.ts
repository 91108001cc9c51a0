import type { LoopbackIdentityConfig } from '../config/config.ts';
import { isProduction } from '../config/production.ts';
import type { RequestHead } from '../guard/request-head.ts';
import type { OriginGuard } from '../guard/origin.ts';
import { RelayProblem } from '../reply/problem.ts';
import { requireAuthHeader } from './auth-header.ts';
import type { Caller } from './caller.ts';

const LOOPBACK_PEER = /^(?:::1|(?:::ffff:)?127(?:\.\d{1,3}){3})$/;
/** Headers by which proxies, load balancers and content networks name the original client. */
const PROXIES =
  /^(?:forwarded|via|x-forwarded(?:-.*)?|x-original-.*|x-rewrite-url|x-remote-(?:ip|addr)|x-envoy-external-address|(?:[a-z]+-)*(?:real|client|connecting|user)-?ip(?:v6)?)$/;

function refuse(message: string, hint: string): never {
  throw new RelayProblem('loopback_refused', message, { hint });
}

/** `localhost` with the right port, exactly: any other name for this machine may be a page that rebinds its DNS name. */
function isLocalHost(host: string, { port, encrypted }: RequestHead): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].some(
    (name) => host === `${name}:${port ?? ''}` || (host === name && port === (encrypted ? 443 : 80))
  );
}

/**
 * Identifies every program on this machine as one caller, for development. Rules keep foreign pages in its browser out: the peer is
 * loopback, `Host` is this machine with the right port, there is no proxy in between, the page is of this origin or listed, and
 * `X-Genesys-Auth` is present.
 *
 * @throws RelayProblem `loopback_refused`, `origin_not_allowed`, `missing_auth_header`
 */
export function identifyLoopback(identity: LoopbackIdentityConfig, head: RequestHead, origins: OriginGuard): Caller {
  const { headers, peer } = head;
  const development = 'The loopback identity is for development on this machine; configure jwt or apiKey for others.';
  if (isProduction(process.env)) refuse('The loopback identity is off in production.', development);
  if (!LOOPBACK_PEER.test(peer)) refuse('The request does not come from this machine.', development);
  const proxied = Object.keys(headers).some((name) => PROXIES.test(name.replaceAll('_', '-')));
  if (proxied) refuse('The request came through a proxy.', development);
  if (head.count('host') !== 1 || !isLocalHost(headers['host'] ?? '', head)) {
    refuse(
      `The Host header is not localhost:${head.port ?? 0}. A dev-server proxy needs changeOrigin: true.`,
      `Behind a dev server, set changeOrigin: true in its proxy file and list its origin in 'cors.origins' of the relay. Without one, open http://localhost:${head.port ?? 0}.`
    );
  }
  origins.check(head, true);
  requireAuthHeader(head);
  return { key: 'loopback', subject: 'loopback', identity: 'loopback', roles: identity.roles, source: 'loopback' };
}
