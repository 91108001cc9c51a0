import { Agent } from 'node:https';
import { Socket } from 'node:net';
import { Client, buildConnector } from 'undici';
import { errorCode } from './error-code.ts';

/** How the relay connects to other hosts: directly, or through the HTTP proxy of the network. */
export interface Outbound {
  /** The proxy and its exceptions in words, without credentials; `undefined`: all connections are direct. */
  readonly description: string | undefined;
  /** Whether connections to a URL go through the proxy. */
  isProxied(url: string): boolean;
  /** The value of undici's option `connect`. */
  connect(options?: buildConnector.BuildOptions): buildConnector.BuildOptions | buildConnector.connector;
  /**
   * The agent for a WebSocket; `undefined`: the default one.
   *
   * @param timeoutMs time limit for the connection
   */
  webSocketAgent(url: string, timeoutMs: number): Agent | undefined;
}

/** Time limit for a connection, as undici has it. */
const CONNECT_TIMEOUT_MS = 10_000;

const HINTS = {
  PROXY_UNREACHABLE: 'Check HTTPS_PROXY of the relay, and whether the proxy runs.',
  PROXY_AUTHENTICATION: 'Write user and password into HTTPS_PROXY of the relay: http://user:password@host:port.',
  PROXY_REFUSED: 'Allow the host in the proxy, or list it in NO_PROXY of the relay if it can be reached directly.'
} as const;

/** The proxy of the network did not open a connection. Neither `message` nor `hint` has its credentials. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  readonly code: keyof typeof HINTS;
  readonly hint: string;

  constructor(code: keyof typeof HINTS, message: string) {
    super(message);
    this.code = code;
    this.hint = HINTS[code];
  }
}

interface ProxyPlace {
  readonly origin: string;
  /** Value of `Proxy-Authorization`. */
  readonly authorization: string | undefined;
}

/** The value of a variable in lower or upper case. Programs agree that the lower one decides. */
function variable(env: NodeJS.ProcessEnv, name: string): readonly [name: string, value: string] | undefined {
  for (const spelling of [name.toLowerCase(), name]) {
    const value = env[spelling]?.trim();
    if (value !== undefined && value !== '') return [spelling, value];
  }
  return undefined;
}

const proxyVariable = (env: NodeJS.ProcessEnv) => variable(env, 'HTTPS_PROXY') ?? variable(env, 'HTTP_PROXY');

/** Whether two environments name the same proxy and the same exceptions. */
export const isSameOutbound = (first: NodeJS.ProcessEnv, next: NodeJS.ProcessEnv): boolean =>
  proxyVariable(first)?.[1] === proxyVariable(next)?.[1] &&
  variable(first, 'NO_PROXY')?.[1] === variable(next, 'NO_PROXY')?.[1];

function parse(text: string): URL | undefined {
  // Without a scheme, as curl takes it. "host:port" would be a URL of the scheme "host".
  const url = text.includes('://') ? text : `http://${text}`;
  return URL.canParse(url) ? new URL(url) : undefined;
}

/** What is wrong with the variables of the proxy. The value is not shown, because it may have a password. */
export function outboundIssue(env: NodeJS.ProcessEnv): { key: string; message: string; fix: string } | undefined {
  const [key, value] = proxyVariable(env) ?? [];
  if (key === undefined || value === undefined) return undefined;
  const url = parse(value);
  const fix = 'write http://host:port or https://host:port, with user:password@ before the host if the proxy needs it';
  if (url === undefined) return { key, message: 'is not a URL', fix };
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return { key, message: `has the scheme ${url.protocol.slice(0, -1)}, which the relay does not support`, fix };
  }
  if (url.pathname === '/' && url.search === '' && url.hash === '') return undefined;
  // Such a character in a password ends the host, so that the user name would be the host.
  const encode = 'in user and password write / as %2F, ? as %3F, # as %23 and \\ as %5C';
  return { key, message: 'has something after the port', fix: `${fix}; ${encode}` };
}

/** The text itself if it is not percent-encoded. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function proxyPlace({ origin, username, password }: URL): ProxyPlace {
  const pair = `${decoded(username)}:${decoded(password)}`;
  return { origin, authorization: pair === ':' ? undefined : `Basic ${Buffer.from(pair).toString('base64')}` };
}

const withoutBrackets = (host: string): string => host.replace(/^\[|\]$/g, '').toLowerCase();
const isThisMachine = (host: string): boolean => /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|::1)$/.test(host);

/** A test whether a host is an exception: `example.com` and its subdomains, with or without a port, or `*` for all. */
function exceptions(list: string): (host: string, port: string) => boolean {
  const entries = list
    .split(/[,\s]/)
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [, host = entry, port] = /^(\[[^\]]*\]|[^:]+)(?::(\d+))?$/.exec(entry) ?? [];
      return { host: withoutBrackets(host.replace(/^\*?\./, '')), port };
    });
  return (host, port) =>
    isThisMachine(host) ||
    entries.some(
      (entry) =>
        (entry.port === undefined || entry.port === port) &&
        (entry.host === '*' || entry.host === host || host.endsWith(`.${entry.host}`))
    );
}

/** Opens a connection to a host through the proxy (RFC 9110 section 9.3.6). */
async function openTunnel(proxy: ProxyPlace, target: string, timeoutMs: number): Promise<Socket> {
  const { host } = new URL(proxy.origin);
  const client = new Client(proxy.origin, { connect: { timeout: timeoutMs } });
  try {
    const answer = await client
      .connect({
        path: target,
        headers: { host: target, ...(proxy.authorization && { 'proxy-authorization': proxy.authorization }) },
        signal: AbortSignal.timeout(timeoutMs)
      })
      .catch((error: unknown) => {
        const reason = errorCode(error) ?? 'no answer';
        throw new ProxyError('PROXY_UNREACHABLE', `The proxy ${host} cannot be reached (${reason}).`);
      });
    const { statusCode, socket } = answer;
    if (statusCode >= 200 && statusCode < 300 && socket instanceof Socket) return socket;
    socket.on('error', () => undefined).destroy();
    throw statusCode === 407
      ? new ProxyError(
          'PROXY_AUTHENTICATION',
          `The proxy ${host} refuses the user and password, or asks for them (407).`
        )
      : new ProxyError('PROXY_REFUSED', `The proxy ${host} does not connect to ${target} (${statusCode}).`);
  } finally {
    // The tunnel does not belong to the client any more.
    void client.destroy();
  }
}

/**
 * Reads how to connect to other hosts from `HTTPS_PROXY`, else `HTTP_PROXY`, and `NO_PROXY`. This machine is always reached directly.
 * undici's own agent for these variables reports a refused tunnel as an aborted request, and serves no WebSocket. So the tunnels are
 * opened here, with undici's client and connector.
 *
 * @param report is called when the proxy does not open a connection
 */
export function createOutbound(
  env: NodeJS.ProcessEnv,
  report: (error: ProxyError) => void = () => undefined
): Outbound {
  const url = parse(proxyVariable(env)?.[1] ?? '');
  if (url === undefined || outboundIssue(env) !== undefined) {
    return {
      description: undefined,
      isProxied: () => false,
      connect: (options = {}) => options,
      webSocketAgent: () => undefined
    };
  }
  const proxy = proxyPlace(url);
  const list = variable(env, 'NO_PROXY')?.[1] ?? '';
  const isException = exceptions(list);

  function connect(options: buildConnector.BuildOptions = {}): buildConnector.connector {
    const connectDirectly = buildConnector(options);
    const timeoutMs = options.timeout ?? CONNECT_TIMEOUT_MS;
    return (to, callback) => {
      const host = withoutBrackets(to.hostname);
      const port = to.port === '' ? '443' : to.port;
      // Only this machine is called without TLS.
      if (to.protocol !== 'https:' || isException(host, port)) {
        connectDirectly(to, callback);
        return;
      }
      openTunnel(proxy, `${host.includes(':') ? `[${host}]` : host}:${port}`, timeoutMs).then(
        (httpSocket) => {
          connectDirectly({ ...to, httpSocket }, callback);
        },
        (error: unknown) => {
          if (error instanceof ProxyError) report(error);
          callback(error instanceof Error ? error : new Error('The tunnel did not open.'), null);
        }
      );
    };
  }

  function isProxied(target: string): boolean {
    const { protocol, hostname, port } = new URL(target);
    const isEncrypted = protocol === 'https:' || protocol === 'wss:';
    return isEncrypted && !isException(withoutBrackets(hostname), port === '' ? '443' : port);
  }

  return {
    description: `${proxy.origin}, not for ${['this machine', ...list.split(/[,\s]+/).filter((entry) => entry !== '')].join(', ')}`,
    isProxied,
    connect,
    webSocketAgent(target, timeoutMs) {
      if (!isProxied(target)) return undefined;
      const { hostname, host, port } = new URL(target);
      const open = connect({ timeout: timeoutMs });
      const agent = new Agent();
      agent.createConnection = (_options, done) => {
        open({ protocol: 'https:', hostname, host, port }, (error, socket) => {
          // Node.js ignores the socket if there is an error.
          done?.(error, socket ?? new Socket());
        });
        return undefined;
      };
      return agent;
    }
  };
}
