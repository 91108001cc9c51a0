import { createHash, timingSafeEqual } from 'node:crypto';
import type { DevConfig } from '../config/config.ts';
import type { Secret } from '../config/secret.ts';
import type { RequestHead } from '../guard/request-head.ts';
import { RelayProblem } from '../reply/problem.ts';
import { safeText } from '../reply/safe-text.ts';
import { requireAuthHeader } from './auth-header.ts';
import type { Caller } from './caller.ts';

const KEY_HEADER = 'X-Genesys-Dev-Key';
const HOST_HEADER = 'X-Forwarded-Host';
/** The names of this machine, with any port. */
const THIS_MACHINE = /^(?:(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/;
const PAGE = /^https?:\/\/[^/]+$/;

const PROXY_FILE =
  'Send requests through the dev server with the file proxy.conf.mjs: it sends X-Genesys-Dev-Key with the content of .genesys-auth-relay/dev-key, and X-Forwarded-Host.';

function refuse(message: string, hint: string): never {
  throw new RelayProblem('dev_refused', message, { hint });
}

/** A header that must be there exactly once. */
function only(head: RequestHead, name: string): string {
  const count = head.count(name.toLowerCase());
  if (count === 1) return head.headers[name.toLowerCase()] ?? '';
  return refuse(`The header ${name} is ${count === 0 ? 'missing' : 'sent more than once'}.`, PROXY_FILE);
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Identifies the developer by the key that the dev server sends. */
export interface DevIdentity {
  readonly roles: readonly string[];
  /** Whether the request claims to come from the dev server. */
  claims(head: RequestHead): boolean;
  /**
   * The origin that the browser used. Its scheme is `https` if `X-Forwarded-Proto` says so, or if the host is not this machine and has
   * no port.
   *
   * @throws RelayProblem `dev_refused`
   */
  browserOrigin(head: RequestHead): string;
  /** @throws RelayProblem `dev_refused`, `missing_auth_header` */
  identify(head: RequestHead): Caller;
}

/**
 * Builds the identity of the developer. Only the dev server of this folder knows the key, so neither the peer nor `Host` matters: the
 * relay may run in a container, in WSL or in Codespaces. Any page that the browser opens can send requests through the dev server.
 * Such a page has another origin, cannot send `X-Genesys-Auth`, or has bound its own host name to this machine.
 */
export function createDevIdentity({ roles, hosts }: DevConfig, key: Secret): DevIdentity {
  const expected = digest(key.reveal());
  const listed = new Set(hosts.map((host) => host.toLowerCase()));

  const isThisMachine = (host: string): boolean =>
    THIS_MACHINE.test(host) || listed.has(host) || listed.has(host.replace(/:\d{1,5}$/, ''));

  /** Checks the key and the host, and returns the host that the browser used, with its port. */
  function checkHost(head: RequestHead): string {
    if (!timingSafeEqual(digest(only(head, KEY_HEADER)), expected)) {
      const hint = `The dev server has to read .genesys-auth-relay/dev-key in the folder of relay.yaml. ${PROXY_FILE}`;
      refuse(`The value of ${KEY_HEADER} is wrong.`, hint);
    }
    const host = only(head, HOST_HEADER).toLowerCase();
    const shown = safeText(host);
    if (isThisMachine(host)) {
      // For example an address with a number above 255.
      if (URL.canParse(`http://${host}`)) return host;
      refuse(`${HOST_HEADER} is '${shown}', which is not the host of any URL.`, PROXY_FILE);
    }
    const hint = `If you opened the app at this host, add '${shown}' to dev.hosts in relay.yaml. Otherwise open it at localhost. ${PROXY_FILE}`;
    return refuse(`${HOST_HEADER} is '${shown}', which is neither this machine nor in dev.hosts.`, hint);
  }

  function checkPage(head: RequestHead, host: string): void {
    const origin = head.headers['origin'];
    if (origin === undefined) return;
    // A repeated header has both values, which are no origin.
    if (PAGE.test(origin) && URL.canParse(origin)) {
      const { protocol, host: own } = new URL(origin);
      // Browsers leave out the default port of a scheme.
      if (own === new URL(`${protocol}//${host}`).host) return;
    }
    const message = `The Origin is '${safeText(origin)}', but ${HOST_HEADER} is '${safeText(host)}'.`;
    refuse(message, `The page of another origin may not call the relay. ${PROXY_FILE}`);
  }

  return {
    roles,
    claims: (head) => head.headers[KEY_HEADER.toLowerCase()] !== undefined,
    browserOrigin(head) {
      const host = checkHost(head);
      // A dev server does not know that TLS ends before it. A tunnel that does so has the default port.
      const isEncrypted =
        head.headers['x-forwarded-proto'] === 'https' || (!THIS_MACHINE.test(host) && !/:\d+$/.test(host));
      return new URL(`${isEncrypted ? 'https' : 'http'}://${host}`).origin;
    },
    identify(head) {
      checkPage(head, checkHost(head));
      requireAuthHeader(head);
      return { key: 'dev', subject: 'dev', identity: 'dev', roles, source: 'dev' };
    }
  };
}
