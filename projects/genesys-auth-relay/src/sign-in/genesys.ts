import { Pool, type Dispatcher, errors } from 'undici';
import type { SignInFailure } from 'genesys-auth-protocol';
import type { RelayConfig } from '../config/config.ts';
import type { SignInConfig } from '../config/config.ts';
import { CONNECTIONS } from '../runtime/connections.ts';
import { errorCode } from '../runtime/error-code.ts';
import { type Outbound, ProxyError } from '../runtime/outbound.ts';
import { readCapped } from '../runtime/read-capped.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { traceHeaders } from '../runtime/trace.ts';
import { decoded } from '../token-source/decoded.ts';
import { readTokenAnswer } from '../token-source/token-answer.ts';
import { parseObject } from '../runtime/parse-object.ts';
import { formEncode } from '../token-source/token-request.ts';
import { isRateLimit } from '../token-source/upstream-error.ts';

/** Maximum bytes of an answer that are read. A user may have many permissions and groups. */
const MAX_BYTES = 2_097_152;

/** Tokens of a user. */
export interface UserTokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly lifetimeSeconds: number;
}

/** The answer of `tokens/me` about a token. */
export interface TokenFacts {
  readonly clientId: string;
  readonly organization: { readonly id: string; readonly name: string };
  readonly homeOrganizationId: string;
  readonly scopes: readonly string[];
}

/** The answer of `users/me` about a user. */
export interface UserFacts {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly roleIds: readonly string[];
  readonly groupIds: readonly string[];
  readonly divisionId: string | undefined;
}

/** A request to Genesys Cloud has failed. */
export class GenesysFailure extends Error {
  override readonly name = 'GenesysFailure';
  readonly reason: Exclude<SignInFailure, 'state_unknown' | 'parameters' | 'wrong_client'>;
  /** Status of the answer, if there was one. */
  readonly status: number | undefined;
  /** `code` of the API's error. */
  readonly apiCode: string | undefined;

  constructor(reason: GenesysFailure['reason'], status?: number, apiCode?: string) {
    super(`Genesys Cloud: ${reason}`);
    this.reason = reason;
    this.status = status;
    this.apiCode = apiCode;
  }
}

/** Whether the API refused the token, not the address of the relay. */
export const isRefusedToken = (error: unknown): boolean =>
  error instanceof GenesysFailure && error.status === 401 && error.apiCode !== 'ip.not.authorized';

/** The state of a token: `unknown` if Genesys Cloud does not say. */
export type TokenState = 'live' | 'dead' | 'unknown';

/** The API requests about users and their tokens. */
export interface GenesysApi {
  /** @param preserve whether the request does not restart the inactivity timeout of the token */
  readToken(accessToken: string, preserve: boolean): Promise<TokenFacts>;
  readUser(accessToken: string): Promise<UserFacts>;
  /** Asks `tokens/me` about a token to which an operation has answered 401. The operation may have another reason. Never throws. */
  tokenState(accessToken: string): Promise<TokenState>;
  /** Revokes a token, if Genesys Cloud can be reached. Never throws. */
  revoke(accessToken: string): Promise<void>;
  close(): Promise<void>;
}

/** The requests to Genesys Cloud in the name of users. */
export interface Genesys extends GenesysApi {
  /** Exchanges a code. Sent once, because a code that is sent again counts as an attack. */
  exchange(code: string, verifier: string): Promise<UserTokens>;
  /** Gets new tokens. Sent once, because a refresh token that is sent again counts as an attack. */
  refresh(refreshToken: string): Promise<UserTokens>;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: Record<string, unknown> | undefined;
}

/** Failures before a byte of the request was sent. Only these may be retried. */
const NOT_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

const isNotSent = (error: unknown): boolean =>
  error instanceof errors.ConnectTimeoutError ||
  error instanceof ProxyError ||
  NOT_CONNECTED.has(errorCode(error) ?? '');

const single = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};

const idOf = (value: unknown): string | undefined => {
  const { id } = objectOf(value);
  return typeof id === 'string' && id !== '' ? id : undefined;
};

const idsOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : []).flatMap((one: unknown) => idOf(one) ?? []);

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The reason behind an error of the token endpoint. */
function tokenFailure({ status, body }: Answer): GenesysFailure {
  const error = body?.['error'];
  if (isRateLimit(status, body)) return new GenesysFailure('rate_limited', status);
  if (
    status >= 500 ||
    status === 408 ||
    status === 425 ||
    error === 'server_error' ||
    error === 'temporarily_unavailable'
  )
    return new GenesysFailure('unavailable', status);
  if (error === 'invalid_grant') return new GenesysFailure('code_refused', status);
  if (error === 'invalid_client' || error === 'unauthorized_client')
    return new GenesysFailure('client_refused', status);
  return new GenesysFailure('refused', status);
}

function apiFailure({ status, body }: Answer): GenesysFailure {
  const code = body?.['code'];
  const apiCode = typeof code === 'string' ? code : undefined;
  if (status === 429) return new GenesysFailure('rate_limited', status, apiCode);
  return new GenesysFailure(status >= 500 ? 'unavailable' : 'refused', status, apiCode);
}

function tokensOf({ text, body }: Answer): UserTokens {
  try {
    const { token, lifetimeSeconds } = readTokenAnswer(text);
    const refreshToken = body?.['refresh_token'];
    return {
      accessToken: token,
      refreshToken: typeof refreshToken === 'string' && refreshToken !== '' ? refreshToken : undefined,
      lifetimeSeconds
    };
  } catch {
    throw new GenesysFailure('refused', 200);
  }
}

/** Sends requests with the time limit of the configuration. */
function createSend(timeoutMs: number) {
  return async function send(pool: Pool, options: Dispatcher.RequestOptions): Promise<Answer> {
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const { statusCode, headers, body } = await pool.request({ ...options, signal });
      const { bytes, cut } = await readCapped(body, MAX_BYTES);
      const text = cut ? '' : (decoded(bytes, single(headers['content-encoding']), MAX_BYTES)?.toString('utf8') ?? '');
      return { status: statusCode, text, body: parseObject(text) };
    } catch (error) {
      throw Object.assign(new GenesysFailure('unavailable'), { cause: error });
    }
  };
}

/** The facts about a token. This request does not restart the inactivity timeout of the token. */
const OWN_TOKEN = '/api/v2/tokens/me?preserveIdleTTL=true';

/** Connects to the API. */
export function createUserApi({ genesys }: Pick<RelayConfig, 'genesys'>, outbound: Outbound): GenesysApi {
  const api = new Pool(genesys.apiOrigin, { ...CONNECTIONS.users, connect: outbound.connect() });
  const send = createSend(genesys.timeoutMs);
  const apiRequest = (method: 'GET' | 'DELETE', path: string, accessToken: string): Dispatcher.RequestOptions => ({
    method,
    path,
    headers: {
      authorization: `Bearer ${accessToken}`,
      accept: 'application/json',
      'user-agent': 'genesys-auth-relay',
      ...traceHeaders()
    }
  });

  async function read(path: string, accessToken: string): Promise<Record<string, unknown>> {
    const answer = await send(api, apiRequest('GET', path, accessToken));
    if (answer.status !== 200) throw apiFailure(answer);
    if (answer.body === undefined) throw new GenesysFailure('refused', 200);
    return answer.body;
  }

  return {
    async readToken(accessToken, preserve) {
      const body = await read(preserve ? OWN_TOKEN : '/api/v2/tokens/me', accessToken);
      const scopes = body['authorizedScope'];
      const clientId = idOf(body['OAuthClient']);
      const organizationId = idOf(body['organization']);
      const homeOrganizationId = idOf(body['homeOrganization']);
      if (clientId === undefined || organizationId === undefined || homeOrganizationId === undefined)
        throw new GenesysFailure('refused', 200);
      return {
        clientId,
        organization: { id: organizationId, name: textOf(objectOf(body['organization'])['name']) },
        homeOrganizationId,
        scopes: (Array.isArray(scopes) ? scopes : []).filter((scope): scope is string => typeof scope === 'string')
      };
    },

    async readUser(accessToken) {
      const body = await read('/api/v2/users/me?expand=authorization,groups', accessToken);
      const id = idOf(body);
      if (id === undefined) throw new GenesysFailure('refused', 200);
      return {
        id,
        name: textOf(body['name']),
        email: textOf(body['email']),
        roleIds: idsOf(objectOf(body['authorization'])['roles']),
        groupIds: idsOf(body['groups']),
        divisionId: idOf(body['division'])
      };
    },

    async tokenState(accessToken) {
      const answer = await send(api, apiRequest('GET', OWN_TOKEN, accessToken)).catch(() => undefined);
      if (answer?.status === 200) return 'live';
      return answer !== undefined && isRefusedToken(apiFailure(answer)) ? 'dead' : 'unknown';
    },

    async revoke(accessToken) {
      await send(api, apiRequest('DELETE', '/api/v2/tokens/me', accessToken)).catch(() => undefined);
    },

    close: () => api.destroy()
  };
}

/** Connects to the two hosts of Genesys Cloud. */
export function createUserLogin(
  { genesys }: Pick<RelayConfig, 'genesys'>,
  { client, redirectUri }: Pick<SignInConfig, 'client' | 'redirectUri'>,
  { clock, observer, outbound }: RelayRuntime
): Genesys {
  const endpoint = new URL(genesys.tokenEndpoint);
  const login = new Pool(endpoint.origin, { ...CONNECTIONS.userTokens, connect: outbound.connect() });
  const api = createUserApi({ genesys }, outbound);
  const send = createSend(genesys.timeoutMs);

  /** The second attempt is only for a request that has not left the relay. */
  const sendAtMostOnce = (pool: Pool, options: Dispatcher.RequestOptions): Promise<Answer> =>
    send(pool, options).catch((error: unknown) => {
      if (error instanceof GenesysFailure && isNotSent(error.cause)) return send(pool, options);
      throw error;
    });

  async function askForTokens(parameters: Record<string, string>): Promise<UserTokens> {
    const form = new URLSearchParams(parameters);
    const headers: Record<string, string> = {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': 'genesys-auth-relay',
      ...traceHeaders()
    };
    if (client.auth === 'basic') {
      const pair = `${formEncode(client.id)}:${formEncode(client.secret?.reveal() ?? '')}`;
      headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
    } else {
      form.set('client_id', client.id);
      if (client.secret !== undefined) form.set('client_secret', client.secret.reveal());
    }
    const grant = parameters['grant_type'] === 'refresh_token' ? 'refresh' : 'code';
    const since = clock.monotonic();
    const ended = (outcome: 'ok' | SignInFailure) =>
      observer.userTokenRequest?.(grant, outcome, (clock.monotonic() - since) / 1000);
    try {
      const path = `${endpoint.pathname}${endpoint.search}`;
      const answer = await sendAtMostOnce(login, { method: 'POST', path, headers, body: form.toString() });
      if (answer.status < 200 || answer.status > 299) throw tokenFailure(answer);
      const tokens = tokensOf(answer);
      ended('ok');
      return tokens;
    } catch (error) {
      ended(error instanceof GenesysFailure ? error.reason : 'unavailable');
      throw error;
    }
  }

  return {
    exchange: (code, verifier) =>
      askForTokens({
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
        ...(client.pkce && { code_verifier: verifier })
      }),

    refresh: (refreshToken) => askForTokens({ grant_type: 'refresh_token', refresh_token: refreshToken }),

    ...api,
    close: async () => {
      await Promise.all([login.destroy(), api.close()]);
    }
  };
}
