import type { RelayConfig } from '../config/config.ts';
import { PAUSE_MS } from '../store/breaker.ts';
import { createOutbound } from '../runtime/outbound.ts';
import { describeDependencies } from './dependencies.ts';

function describeStore({ store }: RelayConfig): string {
  if (store === undefined) return 'none: each process keeps its tokens in its memory';
  const { protocol, host } = new URL(store.url.reveal());
  const kind = store.cluster ? 'a cluster at ' : store.sentinel ? `sentinels for ${store.sentinel.name}, ` : '';
  const keys = store.keys.length === 1 ? 'one key' : 'two keys';
  const ca = store.ca === undefined ? '' : ', with the certificate authority of store.redis.ca';
  return `${kind}${protocol}//${host}${ca}, entries sealed (${keys}); ${store.timeoutMs} ms for a command, not used for ${PAUSE_MS} ms after a failure`;
}

function describeSignIn({ signIn, store }: RelayConfig): readonly string[] {
  if (signIn === undefined) return [];
  const where =
    store === undefined ? 'in the memory of this process (several relays need a store)' : 'in the shared store, sealed';
  return [
    `sign-in           ${signIn.redirectUri}, users return to ${signIn.appUrl}`,
    `sign-in client    ${signIn.client.auth === 'none' ? 'public, so without refresh tokens' : `credentials by ${signIn.client.auth}`}, calls act as ${signIn.actAs}`,
    `sessions          ${where}; ${signIn.session.idleSeconds} s unused, ${signIn.session.absoluteSeconds} s in all`
  ];
}

/** The ways in which callers are identified. With sign-in, sessions identify users. */
const identitiesOf = ({ identities, signIn }: RelayConfig): readonly string[] => [
  ...identities.map(({ type }) => type),
  ...(signIn === undefined ? [] : ['session'])
];

const describeDev = ({ dev }: RelayConfig): readonly string[] =>
  dev === undefined
    ? []
    : [`development       roles ${dev.roles.join(', ')}, at localhost${dev.hosts.map((host) => `, ${host}`).join('')}`];

/** Describes a configuration for the person who checks it. Secrets are not shown. */
export function describeConfig(config: RelayConfig, env: NodeJS.ProcessEnv = process.env): string {
  const { genesys, listen, admin, limits, cors } = config;
  const list = (values: readonly string[]) => (values.length === 0 ? 'none' : values.join(', '));
  const lines = [
    `mode              ${config.mode}: ${config.mode === 'proxy' ? 'no token leaves the relay, each call of the API is checked' : 'the browser holds an access token with every right of the OAuth client'}`,
    `listens on        http://${listen.host}:${listen.port}`,
    `admin             ${admin === false ? 'off' : `http://${admin.host}:${admin.port} (/livez, /readyz)`}`,
    `region            ${genesys.region ?? 'explicit endpoints'}`,
    `token endpoint    ${genesys.tokenEndpoint} `,
    ...genesys.clients.map(
      ({ name, auth, scopes }) => `client            ${name} (credentials by ${auth}): ${list(scopes)}`
    ),
    `API               ${genesys.apiOrigin}`,
    `proxy             ${createOutbound(env).description ?? 'none: connections are direct'}`,
    ...describeDependencies(config),
    `scope parameter   ${genesys.sendScope ? 'sent' : 'not sent'}`,
    `store             ${describeStore(config)}`,
    ...describeSignIn(config),
    ...describeDev(config),
    `scopes            ${list(config.scopes)}`,
    `identities        ${list(identitiesOf(config))}`,
    ...[...config.roles].map(
      ([name, role]) =>
        `role ${name}: ${list(role.scopes)} (without asking: ${list(role.defaultScopes)})${role.client === undefined ? '' : `, client ${role.client}`}${role.requestsPerMinute === undefined ? '' : `, ${role.requestsPerMinute} requests a minute`}`
    ),
    `cross-origin apps ${list(cors.origins)}`,
    `limits            ${limits.bodyBytes} bytes a body, ${limits.requestsPerMinute} requests a minute and caller, ${limits.drainMs} ms to drain`,
    `trusted proxies   ${list(limits.trustedProxies)}`,
    `log               ${config.log.level}, subjects ${config.log.subject}`
  ];
  return `${lines.join('\n')}\n`;
}
